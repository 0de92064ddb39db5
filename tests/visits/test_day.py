"""Who comes, what happens when, who came, and three questions: each side writes its own, outsiders see nothing."""

import io

import pytest
from PIL import Image

from kb.core.db import db
from kb.visits import members
from kb.visits.models import Visit
from tests.visits.makers import OPEN_DAY, SECRETS, faults_at, make_visit, rewrite_people, typed

PAGES = ("rombongan", "acara", "hadir", "foto", "survei")
PEOPLE = "Nama;Jabatan;NIP;Jenis\nAni Contoh;Kepala Bidang;;pejabat\nBudi Contoh;;;\n"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def visit(app, it_is):
    """A visit on its day."""
    it_is(OPEN_DAY)

    def make(status: str = "accepted", session: str = "09:00", **values) -> int:
        with app.app_context():
            ident = make_visit(status, session=session, **values).id
            db.session.commit()
            return ident

    return make


def stored(app, ident: int, read):
    with app.app_context():
        return read(db.session.get(Visit, ident))


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_do_not_exist_for_others(cast, visit, name):
    ident = visit()
    assert cast.outsider.client.get(f"/kunjungan/{ident}/{name}").status_code == 404
    assert cast.admin.client.post(f"/kunjungan/{ident}/{name}", data={"text": "x"}).status_code == 404
    for person in (cast.guest_member, cast.host_member):
        assert person.client.get(f"/kunjungan/{ident}/{name}").status_code == 200


def test_each_side_writes_its_own_people_and_both_read_all(app, cast, visit):
    ident = visit()
    page = f"/kunjungan/{ident}/rombongan"
    assert cast.guest_member.client.post(page, data={"text": PEOPLE}).status_code == 303
    assert cast.host_member.client.post(page, data={"text": "Citra Contoh"}).status_code == 303
    sides = stored(app, ident, lambda found: [(member.side, member.name) for member in found.members])
    assert sorted(sides) == [("guest", "Ani Contoh"), ("guest", "Budi Contoh"), ("host", "Citra Contoh")]
    assert stored(app, ident, lambda found: found.delegation_size) == 2
    assert "Ani Contoh" in cast.host_member.client.get(page).text


def test_a_sheet_fills_the_list(app, cast, visit):
    ident = visit()
    sheet = (io.BytesIO(PEOPLE.encode()), "rombongan.csv")
    assert cast.guest_member.client.post(f"/kunjungan/{ident}/rombongan", data={"text": "", "sheet": sheet}).status_code == 303
    assert stored(app, ident, lambda found: len(found.members)) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Nama;NIP\nAni;abc", "bukan 8 sampai 25 angka"),
        ("Ani;Kepala", "Baris judul tidak ada"),
        ("Nama\n" + "\n".join(f"Orang {n}" for n in range(41)), "paling banyak 40 orang"),
    ],
)
def test_a_faulty_list_is_not_saved_and_stays_typed(app, cast, visit, text, problem):
    ident = visit()
    page = cast.guest_member.client.post(f"/kunjungan/{ident}/rombongan", data={"text": text})
    assert page.status_code == 422 and problem in page.text and typed(page.text)["text"] == [text]
    assert stored(app, ident, lambda found: found.members) == []


def test_the_host_begins_the_agenda_from_a_proposal(app, cast, visit):
    ident = visit()
    page = f"/kunjungan/{ident}/acara"
    proposal = typed(cast.host_member.client.get(page).text)["text"][0]
    assert proposal.startswith("09.00-")
    assert cast.host_member.client.post(page, data={"text": proposal}).status_code == 303
    items = stored(app, ident, lambda found: [(item.starts, item.ends) for item in found.agenda])
    assert len(items) == 4 and items[0][0] == "09:00" and items[-1][1] == "11:30"
    assert all(before[1] == after[0] for before, after in zip(items, items[1:], strict=False))
    assert cast.guest_manager.client.post(page, data={"text": proposal}).status_code == 403


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pagi; Pembukaan", 'Baris 1: "pagi" bukan waktu'),
        ("09.00-10.00", "acaranya belum ditulis"),
        ("10.00-09.00; Mundur", "berakhir sebelum dimulai"),
        ("09.00-10.00; A\n09.30-10.30; B", "bertumpuk"),
        ("2027-01-01 09.00-10.00; Lain hari", "bukan pada hari kunjungan"),
        ("09.00+07.00-11.30; X", 'Baris 1: "09.00+07.00-11.30" bukan waktu'),
        ("09.00Z-11.30; X", 'Baris 1: "09.00Z-11.30" bukan waktu'),
        ("09.00-24.00; X", "bukan waktu"),
        ("2026-13-01 09.00-10.00; X", "bukan waktu"),
        (f"09.00-10.00; {'a' * 201}", "Baris 1: acara terlalu panjang, paling banyak 200 karakter; sekarang 201"),
        (f"09.00-10.00; A; {'b' * 201}", "Baris 1: pembicara terlalu panjang"),
        (f"09.00-10.00; A\n10.00-11.00; A; B; {'c' * 121}", "Baris 2: ruang terlalu panjang, paling banyak 120"),
        ("09.00-10.00; A; B; C; rahasia", 'Baris 1: "rahasia" tidak mempunyai tempat'),
    ],
)
def test_a_faulty_agenda_is_named_and_stays_typed(cast, visit, text, problem):
    page = cast.host_member.client.post(f"/kunjungan/{visit()}/acara", data={"text": text})
    assert page.status_code == 422 and problem in faults_at(page.text, "text") and typed(page.text)["text"] == [text]


@pytest.mark.parametrize(("starts", "ends"), [("09:00", "11:30"), ("13:30", "15:30"), ("09:07", "10:02"), ("09:00", "09:20")])
def test_the_proposed_agenda_has_times_a_clock_shows_well_and_can_be_saved(app, cast, visit, starts, ends):
    ident = visit(session=starts, session_ends=ends)
    proposal = typed(cast.host_member.client.get(f"/kunjungan/{ident}/acara").text)["text"][0]
    assert cast.host_member.client.post(f"/kunjungan/{ident}/acara", data={"text": proposal}).status_code == 303
    items = stored(app, ident, lambda found: [(item.starts, item.ends) for item in found.agenda])
    inner = [at for item in items for at in item if at not in (starts, ends)]
    assert inner and all(int(at[3:]) % 5 == 0 for at in inner)
    assert (items[0][0], items[-1][1]) == (starts, ends)


def test_a_room_or_hours_written_in_other_ways_are_read(app, cast, visit):
    ident = visit()
    text = "8:30 – 09.00; Pembukaan; Kepala dinas; Ruang A;\n2026-12-09 09.00-10.00; Paparan;; Ruang B"
    assert cast.host_member.client.post(f"/kunjungan/{ident}/acara", data={"text": text}).status_code == 303
    items = stored(app, ident, lambda found: [(item.starts, item.title, item.speaker, item.room) for item in found.agenda])
    assert items == [("08:30", "Pembukaan", "Kepala dinas", "Ruang A"), ("09:00", "Paparan", "", "Ruang B")]


def rewrite(cast, ident: int, text: str, person: str = "guest_member"):
    return rewrite_people(getattr(cast, person).client, ident, text)


def present(app, ident: int) -> dict[str, bool]:
    return stored(app, ident, lambda found: {member.name: member.present_at is not None for member in found.members})


def mark(app, cast, ident: int, *names: str) -> None:
    """Press "Hadir" for these people."""
    ids = stored(app, ident, lambda found: {member.name: member.id for member in found.members})
    for name in names:
        assert cast.host_member.client.post(f"/kunjungan/{ident}/hadir/{ids[name]}", data={"present": "1"}).status_code == 303


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nama;NIP\nAni Contoh;198001012005011001\nBudi Contoh;", {"Ani Contoh": True, "Budi Contoh": False}),
        ("Nama;Jabatan\nBudi Contoh;Kasi\nANI CONTOH;Sekretaris", {"Budi Contoh": False, "ANI CONTOH": True}),
        ("Nama\nAni Contoh, S.Kom.\nBudi Contoh", {"Ani Contoh, S.Kom.": True, "Budi Contoh": False}),
        ("Nama\nCitra Contoh\nAni Contoh\nBudi Contoh", {"Citra Contoh": False, "Ani Contoh": True, "Budi Contoh": False}),
        ("Nama\nAni Contoh", {"Ani Contoh": True}),
    ],
)
def test_who_has_come_stays_so_whatever_is_added_to_the_line(app, cast, visit, text, expected):
    ident = visit()
    rewrite(cast, ident, PEOPLE)
    mark(app, cast, ident, "Ani Contoh")
    assert rewrite(cast, ident, text).status_code == 303
    assert present(app, ident) == expected
    assert stored(app, ident, lambda found: found.attended) == 1


def test_a_corrected_name_keeps_its_attendance_by_the_number(app, cast, visit):
    ident = visit()
    rewrite(cast, ident, "Nama;NIP\nAmi;198001012005011001\nBudi;")
    mark(app, cast, ident, "Ami")
    assert rewrite(cast, ident, "Nama;NIP\nBudi;\nDr. Ani;198001012005011001\nCitra;").status_code == 303
    assert present(app, ident) == {"Budi": False, "Dr. Ani": True, "Citra": False}


def test_a_button_on_an_open_phone_still_works_after_the_list_was_changed(app, cast, visit):
    ident = visit()
    rewrite(cast, ident, PEOPLE)
    first = stored(app, ident, lambda found: found.members[0].id)
    rewrite(cast, ident, "Nama;NIP\nBudi Contoh;\nAni Contoh;198001012005011001")
    assert cast.host_member.client.post(f"/kunjungan/{ident}/hadir/{first}", data={"present": "1"}).status_code == 303
    assert present(app, ident) == {"Budi Contoh": False, "Ani Contoh": True}


def test_who_has_come_is_not_taken_off_the_list_in_silence(app, cast, visit):
    ident = visit()
    rewrite(cast, ident, PEOPLE)
    mark(app, cast, ident, "Ani Contoh", "Budi Contoh")
    refused = rewrite(cast, ident, "Nama\nBudi Contoh\nCitra Contoh")
    assert refused.status_code == 422 and "Ani Contoh sudah tercatat hadir" in faults_at(refused.text, "text")
    assert present(app, ident) == {"Ani Contoh": True, "Budi Contoh": True}
    assert stored(app, ident, lambda found: (found.attended, found.delegation_size)) == (2, 2)


@pytest.mark.parametrize(("name", "line"), [("rombongan", "{} Contoh"), ("acara", "09.00-10.00; {}")])
def test_the_second_of_two_writers_is_shown_both_texts_and_overwrites_nothing(cast, visit, name, line):
    page = f"/kunjungan/{visit()}/{name}"
    client = (cast.guest_member if name == "rombongan" else cast.host_member).client
    client.post(page, data={"text": line.format("Awal")})
    begun = typed(client.get(page).text)["started_from"][0]
    theirs, mine = {"text": line.format("Rekan"), "started_from": begun}, {"text": line.format("Saya"), "started_from": begun}
    assert client.post(page, data=theirs).status_code == 303
    assert client.post(page, data=theirs).status_code == 303, "a second press of the same button is no conflict"
    late = client.post(page, data=mine)
    assert late.status_code == 409 and "sudah diubah orang lain" in late.text and "<title>Kesalahan:" in late.text
    assert typed(late.text)["text"] == [mine["text"]] and line.format("Rekan") in late.text.split('id="tersimpan"')[1]
    for forged in ("", "0" * 16, "\x00", "x" * 5000):
        assert client.post(page, data={**mine, "started_from": forged}).status_code == 409
    assert "Rekan" in client.get(page).text and "Saya" not in client.get(page).text
    joined = {**mine, "started_from": typed(late.text)["started_from"][0]}
    assert client.post(page, data=joined).status_code == 303 and "Saya" in client.get(page).text


def test_who_came_unlisted_is_in_the_text_so_an_older_list_cannot_drop_them(cast, visit):
    ident = visit()
    page = f"/kunjungan/{ident}/rombongan"
    rewrite(cast, ident, PEOPLE)
    begun = typed(cast.guest_member.client.get(page).text)["started_from"][0]
    cast.host_member.client.post(f"/kunjungan/{ident}/hadir", data={"name": "Tamu Tak Terduga", "side": "guest"})
    late = cast.guest_member.client.post(page, data={"text": PEOPLE + "Citra Contoh;;;\n", "started_from": begun})
    assert late.status_code == 409 and "Tamu Tak Terduga" in late.text


def test_a_second_press_adds_nobody_and_no_second_picture(app, cast, visit):
    ident = visit()
    for once in ("satu", "satu", "dua"):
        answer = cast.host_member.client.post(
            f"/kunjungan/{ident}/hadir", data={"name": "Tamu Contoh", "side": "guest", "title": "Kasi", "once": once}
        )
        assert answer.status_code == (303 if once == "satu" else 422)
    assert "sudah tercatat hadir" in faults_at(answer.text, "name") and typed(answer.text)["title"] == ["Kasi"]
    for _ in range(2):
        data = {"photo": (io.BytesIO(picture()), "rapat.png"), "caption": "Paparan", "once": "tiga"}
        assert cast.guest_member.client.post(f"/kunjungan/{ident}/foto", data=data).status_code == 303
    assert stored(app, ident, lambda found: (len(found.members), found.attended, len(found.photos))) == (1, 1, 1)


def test_who_is_on_the_list_is_only_marked_when_added_at_the_door(app, cast, visit):
    ident = visit()
    rewrite(cast, ident, PEOPLE)
    assert cast.host_member.client.post(f"/kunjungan/{ident}/hadir", data={"name": "ani contoh", "side": "guest"}).status_code == 303
    assert present(app, ident) == {"Ani Contoh": True, "Budi Contoh": False}


def test_a_sheet_to_fill_in_belongs_to_the_two_offices_and_holds_ones_own_people(cast, visit):
    ident = visit()
    rewrite(cast, ident, PEOPLE)
    rewrite(cast, ident, "Citra Contoh", "host_member")
    address = f"/kunjungan/{ident}/rombongan.xlsx"
    for person, names in ((cast.guest_member, ["Ani Contoh", "Budi Contoh"]), (cast.host_member, ["Citra Contoh"])):
        answer = person.client.get(address)
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        assert [member.name for member in members.from_file("r.xlsx", answer.data).members] == names
        assert address in person.client.get(f"/kunjungan/{ident}/rombongan").text
    assert cast.outsider.client.get(address).status_code == cast.admin.client.get(address).status_code == 404
    assert cast.visitor.client.get(address).status_code == 302


def test_a_column_that_is_not_kept_is_named_after_saving(cast, visit):
    answer = cast.guest_member.client.post(
        f"/kunjungan/{visit()}/rombongan", data={"text": "Nama;Golongan\nAni Contoh;III/d"}, follow_redirects=True
    )
    assert "1 orang disimpan. Kolom yang tidak disimpan: Golongan." in answer.text


def test_one_press_marks_who_has_come_and_another_takes_it_back(app, cast, visit):
    ident = visit()
    cast.guest_member.client.post(f"/kunjungan/{ident}/rombongan", data={"text": PEOPLE})
    first = stored(app, ident, lambda found: found.members[0].id)
    press = f"/kunjungan/{ident}/hadir/{first}"
    for present, count in (("1", 1), ("1", 1), ("0", None), ("1", 1)):
        assert cast.host_member.client.post(press, data={"present": present}).status_code == 303
        assert stored(app, ident, lambda found: found.attended) == count
    assert cast.outsider.client.post(press, data={"present": "0"}).status_code == 404
    other = visit("held", "13:30")
    assert cast.host_member.client.post(f"/kunjungan/{other}/hadir/{first}", data={"present": "0"}).status_code == 404
    cast.host_member.client.post(f"/kunjungan/{ident}/hadir", data={"name": "Tamu Tak Terduga", "side": "guest"})
    assert stored(app, ident, lambda found: found.attended) == 2


def test_nobody_has_come_before_the_day(app, cast, visit, it_is):
    ident = visit()
    it_is(OPEN_DAY.replace(day=8))
    assert cast.host_member.client.post(f"/kunjungan/{ident}/hadir", data={"name": "Ani", "side": "guest"}).status_code == 409


def test_pictures_are_for_the_two_offices(app, cast, visit):
    ident = visit()
    page = f"/kunjungan/{ident}/foto"
    assert (
        cast.guest_member.client.post(page, data={"photo": (io.BytesIO(picture()), "rapat.png"), "caption": "Paparan"}).status_code == 303
    )
    photo = stored(app, ident, lambda found: found.photos[0].id)
    assert Image.open(io.BytesIO(cast.host_member.client.get(f"{page}/{photo}").data)).format == "PNG"
    assert cast.outsider.client.get(f"{page}/{photo}").status_code == 404
    refused = cast.guest_member.client.post(page, data={"photo": (io.BytesIO(b"<html>"), "rapat.png"), "caption": "Paparan"})
    assert refused.status_code == 422 and "bukan gambar JPEG atau PNG" in faults_at(refused.text, "photo")
    assert cast.host_member.client.post(f"{page}/{photo}/hapus").status_code == 303
    assert stored(app, ident, lambda found: found.photos) == []


def test_each_side_answers_once_and_may_change_its_mind(app, cast, visit):
    ident = visit("held")
    answers = {"answered": "4", "prepared": "5", "applicable": "3", "comment": "Jelas."}
    for person in (cast.guest_member, cast.guest_manager, cast.host_member):
        assert person.client.post(f"/kunjungan/{ident}/survei", data=answers).status_code == 303
    assert stored(app, ident, lambda found: sorted(row.side for row in found.surveys)) == ["guest", "host"]
    assert cast.guest_member.client.post(f"/kunjungan/{ident}/survei", data={**answers, "answered": "9"}).status_code == 422
    assert cast.guest_member.client.post(f"/kunjungan/{visit(session='13:30')}/survei", data=answers).status_code == 409


def test_names_stay_between_the_two_offices(cast, visit):
    ident = visit()
    cast.guest_member.client.post(f"/kunjungan/{ident}/rombongan", data={"text": PEOPLE})
    for address in (
        "/",
        "/kunjungan",
        f"/kunjungan/{ident}/ringkas",
        "/kunjungan/kalender/kabupaten-mesuji?bulan=2026-12",
        "/kunjungan/angka",
    ):
        page = cast.visitor.client.get(address)
        assert page.status_code == 200 and not [secret for secret in (*SECRETS, "Ani Contoh") if secret in page.text]


def test_two_people_who_share_no_more_than_a_title_are_two_people(app, cast, visit):
    """At one line of a list, a name that begins alike is the same person corrected; a title is no name."""
    ident = visit()
    rewrite(cast, ident, "Nama\nDra. Sri Wahyuni\nDrs. Budi")
    mark(app, cast, ident, "Dra. Sri Wahyuni")
    refused = rewrite(cast, ident, "Nama\nDra. Ani Rahayu\nDrs. Budi")
    assert refused.status_code == 422 and "Dra. Sri Wahyuni sudah tercatat hadir" in faults_at(refused.text, "text")
    assert rewrite(cast, ident, "Nama\nDra. Hj. Sri Wahyuni, M.M.\nDrs. Budi").status_code == 303
    assert present(app, ident) == {"Dra. Hj. Sri Wahyuni, M.M.": True, "Drs. Budi": False}
