"""Who comes, what happens when, who came, and three questions: each side writes its own, outsiders see nothing."""

import io

import pytest
from PIL import Image

from kb.core.db import db
from kb.visits.models import Visit
from tests.visits.makers import OPEN_DAY, SECRETS, faults_at, make_visit, typed

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

    def make(status: str = "accepted", session: str = "09:00") -> int:
        with app.app_context():
            ident = make_visit(status, session=session).id
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
    ],
)
def test_a_faulty_agenda_is_named_and_stays_typed(cast, visit, text, problem):
    page = cast.host_member.client.post(f"/kunjungan/{visit()}/acara", data={"text": text})
    assert page.status_code == 422 and problem in faults_at(page.text, "text") and typed(page.text)["text"] == [text]


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
