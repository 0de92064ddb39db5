"""A visit from choosing the host to its end, as the two offices live it over HTTP, and what each of them is told."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.core import events
from kb.core.db import db
from kb.notifications.models import Mail, Notice
from kb.visits.models import Visit, VisitSlot
from tests.makers import office, open_hours
from tests.visits.makers import FORM, MESUJI, OPEN_DAY, PRINGSEWU, SECRETS, TUBABA, make_visit

NEW = "/kunjungan/baru?tuan_rumah=kabupaten-mesuji"
REASON = "Ada sidang DPRD. Kami tawarkan Kamis, 10 Desember."


@pytest.fixture
def standing(app):
    """`standing("accepted")` is the id of a committed visit of Pringsewu to Mesuji."""

    def make(status: str = "requested", **values) -> int:
        with app.app_context():
            ident = make_visit(status, **values).id
            db.session.commit()
            return ident

    return make


@pytest.fixture
def told(app, cast):
    """Let the worker deliver; then for each person of the cast the titles of notices, and the subjects of the mails really sent."""

    def read() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        notices, mails = {}, {}
        with app.app_context():
            events.drain()
            assert db.session.scalars(select(events.Delivery).where(events.Delivery.done_at.is_(None))).all() == []
            names = {person.id: name for name, person in vars(cast).items()}
            for notice in db.session.scalars(select(Notice).order_by(Notice.id)):
                notices.setdefault(names[notice.user_id], []).append(notice.title)
            assert all(mail.sent_at for mail in db.session.scalars(select(Mail)))
        for file in sorted(Path(app.config["MAIL_FOLDER"]).glob("*.eml")):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            mails.setdefault(message["To"].split("@")[0], []).append(message["Subject"])
        return notices, mails

    return read


def stored(app, ident: int) -> Visit:
    with app.app_context():
        return db.session.get(Visit, ident)


def holders(app) -> list[int]:
    with app.app_context():
        return [slot.visit_id for slot in db.session.scalars(select(VisitSlot))]


def test_a_guest_chooses_a_host_and_sends_a_request(app, cast, told):
    guest, host = cast.guest_manager.client, cast.host_manager.client
    with app.app_context():
        open_hours(office("18.12"))
        db.session.commit()

    choice = guest.get("/kunjungan/baru").text
    assert NEW in choice and "tuan_rumah=kabupaten-tulang-bawang-barat" in choice
    assert "tuan_rumah=kabupaten-pringsewu" not in choice, "the own office is no host"
    assert "tuan_rumah=kabupaten-lampung-selatan" not in choice, "an office that has not joined cannot be asked"
    assert "tuan_rumah=redaksi" not in choice

    form = guest.get(NEW).text
    assert f'value="{OPEN_DAY} 09:00"' in form and f'value="{OPEN_DAY} 13:30"' in form
    assert "Hari dan sesi (WIB)" in form and "09.00–11.30" in form
    assert 'value="2026-11-30' not in form and 'value="2026-12-24' not in form and "Cuti Bersama Hari Raya Natal" in form

    kept = guest.post(NEW, data=FORM)
    assert kept.status_code == 303 and kept.location.endswith("/periksa")
    ident = int(kept.location.split("/")[2])
    check = guest.get(kept.location).text
    for answer in (
        *FORM["questions"].splitlines(),
        FORM["purpose"],
        "Rina Rahasia",
        "Kepala Dinas Kominfo",
        "Budi Tertutup",
        FORM["contact_phone"],
    ):
        assert answer in check
    assert "Rabu, 9 Desember 2026, 09.00–11.30 WIB" in check and "/indikator/spbe-2020/12" in check and "/indikator/spbe-2020/11" in check
    assert host.get(f"/kunjungan/{ident}").status_code == 404, "a draft is the guest's own"
    assert told() == ({}, {})

    sent = guest.post(f"/kunjungan/{ident}/submit")
    assert sent.status_code == 303
    page = guest.get(sent.location).text
    assert "KK-2026-0001" in page and "Apa yang terjadi sekarang" in page and "Susun surat permohonan" in page
    assert told() == (
        {"host_manager": [f"Permohonan kunjungan baru dari {PRINGSEWU}"]},
        {"host_manager": [f"Permohonan kunjungan baru dari {PRINGSEWU}"]},
    )
    assert "KK-2026-0001" in host.get("/beranda").text and FORM["contact_phone"] in host.get(f"/kunjungan/{ident}").text


def test_accepting_holds_the_session_and_tells_the_guest(app, cast, standing, told):
    ident = standing("requested", requested_by_id=cast.guest_member.id)
    assert cast.host_manager.client.post(f"/kunjungan/{ident}/accept").status_code == 303
    assert stored(app, ident).status == "accepted" and holders(app) == [ident]
    for person in (cast.host_member, cast.guest_manager, cast.guest_member):
        assert "diterima" in person.client.get(f"/kunjungan/{ident}").text
    title = [f"Kunjungan {PRINGSEWU} ke {MESUJI} diterima"]
    guests = {"guest_manager": title, "guest_member": title}
    assert told() == (guests, {**guests, "host_manager": title}), (
        "the managers, and who prepared the request; the host gets the calendar file"
    )
    assert title[0] in cast.guest_manager.client.get("/pemberitahuan").text
    form = cast.guest_manager.client.get(f"{NEW}&bulan=2026-12").text
    assert "(terisi: hanya digabung, atau menunggu)" in form and f'value="{OPEN_DAY} 13:30"' in form


def test_a_mail_about_a_visit_holds_neither_names_nor_numbers_of_people(app, cast, standing, told):
    ident = standing("requested")
    cast.host_manager.client.post(f"/kunjungan/{ident}/decline", data={"reason": REASON})
    told()
    with app.app_context():
        mail = db.session.scalars(select(Mail)).one()
    assert f"/kunjungan/{ident}" in mail.text and REASON in mail.text and "Rabu, 9 Desember 2026, pukul 09.00" in mail.text
    assert not [secret for secret in SECRETS if secret in mail.text + mail.subject]


def test_the_host_sees_competing_requests_before_deciding_and_the_guest_only_how_many(app, cast, standing):
    ours, theirs = standing("requested", reference="KK-2026-0001"), standing("requested", guest="18.12", reference="KK-2026-0002")
    standing("requested", guest="18.12", session="13:30", reference="KK-2026-0003")
    page = cast.host_manager.client.get(f"/kunjungan/{ours}").text
    assert "Permohonan lain untuk sesi yang sama" in page and "KK-2026-0002" in page and f"{TUBABA}, 6 orang" in page
    assert "KK-2026-0003" not in page
    guests_page = cast.guest_manager.client.get(f"/kunjungan/{ours}").text
    assert "KK-2026-0002" not in guests_page and "Tulang Bawang Barat" not in guests_page
    draft = standing("draft")
    assert "2 permohonan lain menunggu untuk sesi yang sama" in cast.guest_manager.client.get(f"/kunjungan/{draft}/periksa").text
    assert "(2 permohonan lain menunggu)" in cast.guest_manager.client.get(f"{NEW}&bulan=2026-12").text
    assert cast.guest_manager.client.get(f"/kunjungan/{theirs}").status_code == 404


def test_a_second_acceptance_of_a_session_is_refused_and_names_the_first(app, cast, standing):
    first, second = standing("requested", reference="KK-2026-0001"), standing("requested", guest="18.12")
    host = cast.host_manager.client
    host.post(f"/kunjungan/{first}/accept")
    page = re.sub(r"<[^>]+>", "", host.get(f"/kunjungan/{second}").text)
    assert f"Sesi ini sudah terisi oleh {PRINGSEWU} (KK-2026-0001)" in page
    refused = host.post(f"/kunjungan/{second}/accept")
    assert refused.status_code == 409
    assert f"sudah terisi oleh {PRINGSEWU} (KK-2026-0001). Permohonan ini tetap menunggu" in refused.text
    assert stored(app, second).status == "requested" and holders(app) == [first]
    page = cast.outsider.client.get(f"/kunjungan/{second}").text
    assert "Sesi ini sudah terisi" in page and "Pringsewu" not in page, "the other guest is not told by whom"


@pytest.mark.parametrize(
    ("status", "who", "action", "target", "listener", "title"),
    [
        ("requested", "host_manager", "decline", "declined", "guest_manager", f"Permohonan kunjungan ke {MESUJI} ditolak"),
        ("requested", "guest_manager", "withdraw", "withdrawn", "host_manager", f"Permohonan kunjungan dari {PRINGSEWU} ditarik"),
        ("accepted", "host_manager", "cancel", "cancelled", "guest_manager", f"Kunjungan {PRINGSEWU} ke {MESUJI} dibatalkan"),
        ("accepted", "guest_manager", "cancel", "cancelled", "host_manager", f"Kunjungan {PRINGSEWU} ke {MESUJI} dibatalkan"),
    ],
    ids=["decline", "withdraw", "cancel-by-host", "cancel-by-guest"],
)
def test_a_visit_that_ends_early_frees_its_session_and_tells_the_other_side(
    app, cast, standing, told, status, who, action, target, listener, title
):
    ident = standing(status)
    answer = getattr(cast, who).client.post(f"/kunjungan/{ident}/{action}", data={"reason": REASON})
    assert answer.status_code == 303
    visit = stored(app, ident)
    assert (visit.status, visit.reason) == (target, REASON) and holders(app) == []
    assert told() == ({listener: [title]},) * 2
    for person in (cast.host_member, cast.guest_member):
        page = person.client.get(f"/kunjungan/{ident}").text
        assert title.split()[-1] in page and REASON in page
    assert f'value="{OPEN_DAY} 09:00"' in cast.outsider.client.get(f"{NEW}&bulan=2026-12").text, "the session is free again"


def test_after_its_day_a_visit_is_marked_as_held_by_anyone_of_either_side(app, cast, standing, told, it_is):
    ident = standing("accepted")
    it_is(OPEN_DAY)
    page = cast.guest_member.client.get(f"/kunjungan/{ident}").text
    assert "Tandai terlaksana" in page and f"/catatan/baru?kunjungan={ident}" in page
    assert cast.guest_member.client.post(f"/kunjungan/{ident}/hold").status_code == 303
    assert stored(app, ident).status == "held" and holders(app) == [ident]
    assert told()[0] == {"host_manager": [f"Kunjungan {PRINGSEWU} ke {MESUJI} terlaksana"]}


def test_the_history_tells_what_happened_and_by_which_office(app, cast):
    guest, host = cast.guest_manager.client, cast.host_manager.client
    address = guest.post(NEW, data=FORM).location.removesuffix("/periksa")
    guest.post(f"{address}/submit")
    host.post(f"{address}/accept")
    host.post(f"{address}/cancel", data={"reason": REASON})
    history = host.get(address).text.split("Riwayat")[1]
    steps = ["Draf dibuat", f"Diajukan oleh {PRINGSEWU}", f"Diterima oleh {MESUJI}", f"Dibatalkan oleh {MESUJI}"]
    places = [history.find(step) for step in steps]
    assert -1 not in places and places == sorted(places)


def test_a_member_prepares_and_the_manager_sends(app, cast):
    kept = cast.guest_member.client.post(NEW, data=FORM)
    ident = int(kept.location.split("/")[2])
    page = cast.guest_member.client.get(kept.location).text
    assert "Hanya pengelola instansi Anda yang dapat mengirimnya" in page and "/submit" not in page
    assert cast.guest_member.client.post(f"/kunjungan/{ident}/submit").status_code == 403
    assert stored(app, ident).status == "draft"
    assert cast.guest_manager.client.post(f"/kunjungan/{ident}/submit").status_code == 303
    assert stored(app, ident).status == "requested"


def test_a_draft_is_changed_until_it_is_sent_and_not_after(app, cast):
    guest = cast.guest_manager.client
    ident = int(guest.post(NEW, data=FORM).location.split("/")[2])
    form = guest.get(f"/kunjungan/{ident}/ubah").text
    assert FORM["purpose"] in form and f'value="{OPEN_DAY} 09:00" checked' in form
    changed = {**FORM, "slot": f"{OPEN_DAY} 13:30", "indicators": ["spbe-2020/12", "spbe-2020/22"], "delegation_size": "9"}
    assert guest.post(f"/kunjungan/{ident}/ubah", data=changed).status_code == 303
    with app.app_context():
        visit = db.session.get(Visit, ident)
        assert (visit.session, visit.session_ends, visit.delegation_size) == ("13:30", "15:30", 9)
        assert visit.indicators == ["spbe-2020/12", "spbe-2020/22"]
    guest.post(f"/kunjungan/{ident}/submit")
    late = guest.post(f"/kunjungan/{ident}/ubah", data=FORM)
    assert late.status_code == 409 and "dilengkapi dari halamannya" in late.text
    assert stored(app, ident).session == "13:30"


def test_a_session_taken_while_the_draft_lay_is_told_before_and_after_pressing_send(app, cast, standing):
    draft = standing("draft")
    standing("accepted", guest="18.12")
    assert "Sesi ini baru saja terisi" in cast.guest_manager.client.get(f"/kunjungan/{draft}/periksa").text
    refused = cast.guest_manager.client.post(f"/kunjungan/{draft}/submit", follow_redirects=True)
    assert "sudah terisi. Pilih sesi lain, atau" in refused.text and refused.request.path.endswith("/periksa")
    assert stored(app, draft).status == "draft"


def test_links_may_carry_topics_and_a_session_into_the_form(cast):
    page = cast.guest_manager.client.get(f"{NEW}&indikator=spbe-2020/12&indikator=khayalan/1&slot={OPEN_DAY}+13:30").text
    assert 'value="spbe-2020/12" checked' in page and page.count(" checked") == 3, "the mode, the topic and the session"
    assert f'value="{OPEN_DAY} 13:30" checked' in page
