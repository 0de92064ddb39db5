"""A request begins with the first call: a draft may lack anything but the host, and says what it still lacks until it is sent."""

import io
import re

import pytest
from sqlalchemy import func, select

from kb.core import files
from kb.core.db import db
from kb.visits import forms, members
from kb.visits.models import Visit, VisitIndicator, VisitLetter, VisitMember, VisitSession
from tests.home.makers import make_article
from tests.pages import OWN_PAGE
from tests.visits.makers import FORM, MESUJI, OPEN_DAY, faults_at, make_visit, typed
from tests.visits.test_members import xlsx

NEW = "/kunjungan/baru?tuan_rumah=kabupaten-mesuji"
SAVE = {"simpan_draf": "1"}
PDF = b"%PDF-1.7\n%surat contoh\n"
TABLE = "Nama;Jabatan;NIP;Jenis\nAni Contoh;Kepala Bidang;198001012005011001;pejabat\nBudi Contoh;;;pelaksana\n"


def upload(content: bytes = PDF, name: str = "surat.pdf"):
    return io.BytesIO(content), name


def only_visit(app) -> Visit:
    with app.app_context():
        visit = db.session.scalars(select(Visit)).one()
        _ = visit.sessions, visit.members, [letter.file for letter in visit.letters]
        return visit


def test_a_draft_needs_nothing_but_the_host_and_lists_what_it_lacks(app, cast):
    guest = cast.guest_manager.client
    kept = guest.post(NEW, data=SAVE)
    assert kept.status_code == 303 and kept.location.endswith("/periksa")
    page = guest.get(kept.location).text
    visit = only_visit(app)
    assert (visit.status, visit.day, visit.delegation_size, visit.mode) == ("draft", None, 0, "daring")
    assert "Draf disimpan." in page and "Belum dapat dikirim" in page and "/submit" not in page
    lacking = page.split('id="kurang"')[1].split("</ul>")[0]
    for field in ("slot", "purpose", "questions", "head_name", "head_position", "delegation_size", "contact_name", "contact_phone"):
        assert f'href="/kunjungan/{visit.id}/ubah#{field}"' in lacking
        assert f'id="{field}"' in guest.get(f"/kunjungan/{visit.id}/ubah").text


def test_what_was_answered_stays_in_the_draft_and_the_rest_is_named(app, cast):
    guest = cast.guest_manager.client
    location = guest.post(NEW, data={**SAVE, "purpose": FORM["purpose"], "contact_name": "Budi", "slot": f"{OPEN_DAY} 09:00"}).location
    page = guest.get(location).text
    lacking = page.split('id="kurang"')[1].split("</ul>")[0]
    assert FORM["purpose"] in page and "Rabu, 9 Desember 2026, 09.00–11.30 WIB" in page
    assert "#purpose" not in lacking and "#slot" not in lacking and "#questions" in lacking
    form = typed(guest.get(location.replace("periksa", "ubah")).text)
    assert form["purpose"] == [FORM["purpose"]] and form["delegation_size"] == [""] and form["slot"] == [f"{OPEN_DAY} 09:00"]


def test_an_incomplete_draft_is_not_sent_and_says_why(app, cast):
    guest = cast.guest_manager.client
    location = guest.post(NEW, data={**FORM, **SAVE, "slot": "", "questions": ""}).location
    refused = guest.post(location.replace("periksa", "submit"), follow_redirects=True)
    assert refused.request.path.endswith("/periksa")
    assert "Yang masih kurang: Hari dan sesi, Paling sedikit satu pertanyaan." in refused.text
    assert only_visit(app).status == "draft"


def test_a_colleague_completes_the_draft_and_the_manager_sends_it(app, cast):
    address = cast.guest_member.client.post(NEW, data=SAVE).location.removesuffix("/periksa")
    assert cast.host_manager.client.get(address).status_code == 404 and cast.outsider.client.get(f"{address}/ubah").status_code == 404
    assert cast.guest_manager.client.post(f"{address}/ubah", data=FORM).status_code == 303
    assert cast.guest_manager.client.post(f"{address}/submit").location.endswith("/terkirim")
    assert only_visit(app).status == "requested"


def test_a_complete_draft_may_become_incomplete_again(app, cast):
    guest = cast.guest_manager.client
    address = guest.post(NEW, data={**FORM, "people": TABLE}).location.removesuffix("/periksa")
    assert guest.post(f"{address}/ubah", data=SAVE).status_code == 303
    visit = only_visit(app)
    assert (visit.day, visit.session, visit.sessions, visit.purpose, visit.members) == (None, "", [], "", [])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("delegation_size", "enam", "Isi dengan angka bulat."),
        ("delegation_size", "41", "Tuan rumah menerima paling banyak 40 orang."),
        ("contact_phone", "telepon", "Nomor WhatsApp tidak benar."),
        ("contact_email", "budi", "Alamat surel tidak benar."),
        ("slot", "2026-11-24 09:00", "kurang dari 5 hari kerja lagi"),
        ("letter_on", "kemarin", "Tanggal tidak benar."),
        ("people", "Nama;NIP\nAni;abc", "bukan 8 sampai 25 angka"),
    ],
)
def test_what_is_answered_in_a_draft_must_be_readable_and_stays_on_the_form(app, cast, state, field, value, message):
    before = state()
    page = cast.guest_manager.client.post(NEW, data={**SAVE, "purpose": "Maksud kami.", field: value})
    assert page.status_code == 422 and message in faults_at(page.text, field) and typed(page.text)["purpose"] == ["Maksud kami."]
    assert state() == before


def test_every_page_of_a_draft_without_a_day_opens(app, cast):
    """Lists, the dashboard and all pages of the visit, for those who may open them."""
    ident = int(cast.guest_manager.client.post(NEW, data=SAVE).location.split("/")[2])
    adapter = app.url_map.bind("localhost")
    values = {"visit_id": ident, "kind": "permohonan", "photo_id": 1, "action": "submit", "member_id": 1}
    seen = []
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and "visit_id" in rule.arguments and rule.arguments <= values.keys():
            address = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
            answer = cast.guest_member.client.get(address)
            expected = (403,) if address.endswith("/hapus") else (200, 302, 303, 404)  # only who began it deletes it, or a manager
            assert answer.status_code in expected, address
            seen += [address] if answer.status_code == 200 else []
            assert cast.host_manager.client.get(address).status_code == 404, "a draft is the guest's own"
    assert len(seen) > 6
    for address in ("/kunjungan", "/beranda"):
        page = cast.guest_member.client.get(address).text
        assert "Draf" in page and MESUJI in page and "None" not in page
    assert "Hari belum dipilih" in cast.guest_member.client.get("/kunjungan").text


def test_only_a_draft_may_lack_a_day(app, cast):
    with app.app_context(), pytest.raises(Exception, match="day_unless_draft"):
        make_visit("requested").day = None
        db.session.flush()


def test_members_are_typed_counted_and_named_before_sending(app, cast):
    page = cast.guest_manager.client.post(NEW, data={**FORM, "people": TABLE}, follow_redirects=True).text
    visit = only_visit(app)
    assert [(row.name, row.title, row.nip, row.kind, row.side) for row in visit.members] == [
        ("Ani Contoh", "Kepala Bidang", "198001012005011001", "pejabat", "guest"),
        ("Budi Contoh", "", "", "pelaksana", "guest"),
    ]
    assert visit.delegation_size == 6, "four more will come, who are not known yet"
    assert "2 nama" in page and "Ani Contoh, Kepala Bidang" in page and "NIP 198001012005011001" in page and "Budi Contoh" in page
    assert typed(cast.guest_manager.client.get(f"/kunjungan/{visit.id}/ubah").text)["people"] == [TABLE.strip() + "\n"]


@pytest.mark.parametrize("size", ["", "1"])
def test_a_list_longer_than_the_number_is_not_hidden(app, cast, size):
    draft = SAVE if size == "" else {}
    answer = cast.guest_manager.client.post(NEW, data={**FORM, **draft, "delegation_size": size, "people": TABLE})
    if size == "":
        assert only_visit(app).delegation_size == 2
    else:
        assert "Daftar rombongan berisi 2 orang, lebih dari jumlah ini." in faults_at(answer.text, "delegation_size")


def test_members_come_from_a_spreadsheet(app, cast):
    sheet = xlsx(["Nama", "Jabatan"], ["Ani Contoh", "Kepala Bidang"], ["Budi Contoh", None])
    answer = cast.guest_manager.client.post(NEW, data={**FORM, "sheet": upload(sheet, "rombongan.xlsx")})
    assert answer.status_code == 303 and [row.name for row in only_visit(app).members] == ["Ani Contoh", "Budi Contoh"]


def test_a_sheet_on_a_form_that_fails_is_kept_as_text(cast):
    sheet = xlsx(["Nama", "Jabatan"], ["Ani Contoh", "Kepala Bidang"])
    page = cast.guest_manager.client.post(NEW, data={**FORM, "purpose": "", "sheet": upload(sheet, "rombongan.xlsx")})
    assert page.status_code == 422 and members.from_text(typed(page.text)["people"][0]).members[0].name == "Ani Contoh"
    turned = cast.guest_manager.client.post(NEW, data={**FORM, "lihat_bulan": "2027-01", "sheet": upload(sheet, "rombongan.xlsx")})
    assert turned.status_code == 200 and "Ani Contoh;Kepala Bidang" in turned.text


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (upload(xlsx(["Nama"], ["=1+1"]), "r.xlsx"), "berisi rumus"),
        (upload(xlsx(["Ani", "Kepala"], ["Budi", "Staf"]), "r.xlsx"), "Baris judul tidak ada"),
        (upload(b"\x89PNG\r\n\x1a\n\x00", "foto.png"), "bukan lembar Excel"),
        (upload(b"Nama\n" + b"Ani\n" * 6_000, "r.csv"), "lebih besar dari 2 MB"),
    ],
    ids=["formula", "no-heading", "picture", "large"],
)
def test_a_sheet_that_cannot_be_read_is_named_at_its_field(app, cast, state, monkeypatch, sheet, message):
    monkeypatch.setattr(forms, "SHEET_BYTES", 20_000)
    before = state()
    page = cast.guest_manager.client.post(NEW, data={**FORM, "sheet": (io.BytesIO(sheet[0].getvalue()), sheet[1])})
    assert page.status_code == 422 and message in faults_at(page.text, "sheet") and state() == before


def test_five_hundred_members_pasted_are_refused_with_the_limit(app, cast, state):
    before = state()
    many = "\n".join(f"Orang Contoh {number}" for number in range(500))
    page = cast.guest_manager.client.post(NEW, data={**FORM, "people": many})
    assert page.status_code == 422 and "Ada 500 orang; tuan rumah menerima paling banyak 40 orang." in faults_at(page.text, "people")
    assert "Orang Contoh 499" in typed(page.text)["people"][0] and state() == before


def test_the_letter_is_uploaded_with_the_request_and_read_by_both_offices(app, cast):
    guest = cast.guest_manager.client
    location = guest.post(NEW, data={**FORM, "letter_number": "005/12", "letter_file": upload()}).location
    page = guest.get(location).text
    assert "surat.pdf" in page and "005/12" in page
    address = location.replace("periksa", "surat/permohonan/berkas")
    assert guest.get(address).data == PDF and cast.host_manager.client.get(address).status_code == 404
    guest.post(location.replace("periksa", "submit"))
    assert cast.host_manager.client.get(address).data == PDF and cast.outsider.client.get(address).status_code == 404
    assert "surat.pdf" in cast.host_manager.client.get(location.removesuffix("/periksa")).text


def test_another_letter_takes_the_place_of_the_first_and_none_leaves_it(app, cast):
    guest = cast.guest_manager.client
    location = guest.post(NEW, data={**FORM, "letter_file": upload()}).location
    change = location.replace("periksa", "ubah")
    assert "Sudah tersimpan: surat.pdf" in guest.get(change).text
    guest.post(change, data=FORM)
    assert only_visit(app).letters[0].file.name == "surat.pdf"
    guest.post(change, data={**FORM, "letter_file": upload(PDF + b"2", "surat-baru.pdf")})
    with app.app_context():
        assert db.session.scalars(select(files.StoredFile.name)).all() == ["surat-baru.pdf"]
        assert db.session.scalar(select(func.count()).select_from(VisitLetter)) == 1


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "surat.pdf", "Berkas ini kosong."),
        (b"PK\x03\x04docx", "surat.docx", "bukan PDF yang benar"),
        (b"MZ\x90\x00", "surat.pdf", "bukan PDF yang benar"),
        (PDF + b"x" * 5 * 10_000, "surat.pdf", "Berkas lebih besar dari 5 MB."),
    ],
    ids=["empty", "docx", "program", "large"],
)
def test_a_letter_that_is_no_pdf_of_that_size_is_named_with_the_other_faults(app, cast, state, monkeypatch, content, name, message):
    monkeypatch.setattr(files, "MEGABYTE", 10_000)
    before = state()
    page = cast.guest_manager.client.post(NEW, data={**FORM, "purpose": "", "letter_file": upload(content, name)})
    assert page.status_code == 422 and message in faults_at(page.text, "letter_file") and faults_at(page.text, "purpose")
    assert state() == before


def test_a_good_letter_on_a_form_that_fails_stays_with_it_until_it_is_sent(app, cast):
    client = cast.guest_manager.client
    page = client.post(NEW, data={**FORM, "purpose": "", "letter_file": upload()}).text
    assert "surat.pdf" in page and 'href="#letter_file"' not in page
    token = re.search(r'name="letter_file-tersimpan" value="([^"]+)"', page)[1]
    turned = client.post(NEW, data={**FORM, "lihat_bulan": "2027-01", "letter_file-tersimpan": token})
    assert turned.status_code == 200 and token in turned.text
    assert client.post(NEW, data={**FORM, "letter_file-tersimpan": token}).status_code == 303
    assert only_visit(app).letters[0].file.name == "surat.pdf"


@pytest.fixture
def library(app, cast):
    """Three articles of the host: for everybody, for the network about another indicator, for the host alone."""
    with app.app_context():
        author = cast.host_manager.viewer
        ids = [
            make_article(author, title="Peta rencana yang jalan", visibility="publik", indicators=("spbe-2020/12",)).id,
            make_article(author, title="Pusat data kecil", visibility="jejaring", indicators=("spbe-2020/22",)).id,
            make_article(author, title="Rahasia dapur Mesuji", visibility="instansi", indicators=("spbe-2020/12",)).id,
        ]
        db.session.commit()
    return ids


def test_the_articles_of_the_host_that_the_guest_may_see_are_offered_those_on_the_topic_first(cast, library):
    page = cast.guest_manager.client.get(f"{NEW}&indikator=spbe-2020/12").text
    offered = page.split('id="article_ids"')[1].split("</fieldset>")[0]
    assert "Rahasia dapur" not in page
    first, more = offered.split("<details>")
    assert "Peta rencana yang jalan" in first and "Pusat data kecil" in more and "1 artikel lain" in more


def test_articles_that_were_read_are_links_for_those_who_may_see_them(app, cast, library):
    public, network, own = library
    guest = cast.guest_manager.client
    read = {"article_ids": [str(public), str(network)], "already_read": "https://contoh.example/panduan\nPermen PANRB 59/2020"}
    location = guest.post(NEW, data={**FORM, **read}).location
    guest.post(location.replace("periksa", "submit"))
    page = cast.host_member.client.get(location.removesuffix("/periksa")).text
    for title in ("Peta rencana yang jalan", "Pusat data kecil"):
        assert f"{title}</a>" in page
    assert 'href="https://contoh.example/panduan"' in page and "Permen PANRB 59/2020" in page
    with app.app_context():
        db.session.execute(Visit.__table__.update().values(article_ids=[public, own]))
        db.session.commit()
    shown = guest.get(location.removesuffix("/periksa")).text
    assert "Rahasia dapur" not in shown and "1 artikel yang tidak terbuka untuk Anda" in shown


@pytest.mark.parametrize("ident", ["999999", "abc", str(2**70)])
def test_an_article_that_is_not_offered_is_refused(cast, library, ident):
    page = cast.guest_manager.client.post(NEW, data={**FORM, "article_ids": [ident]})
    assert page.status_code == 422 and "Ada pilihan yang" in faults_at(page.text, "article_ids")
    secret = cast.guest_manager.client.post(NEW, data={**FORM, "article_ids": [str(library[2])]})
    assert secret.status_code == 422 and "Rahasia dapur" not in secret.text


def test_online_is_offered_first_and_chosen_with_the_reason(cast):
    page = cast.guest_manager.client.get(NEW).text
    modes = page.split('id="mode"')[1].split("</fieldset>")[0]
    assert modes.index('value="daring"') < modes.index('value="berkunjung"') < modes.index('value="hibrida"')
    assert 'checked id="mode-0"' in modes and "tanpa biaya perjalanan" in modes


def test_the_button_back_and_other_answers_change_the_same_draft(app, cast):
    """The page of before still carries its key; what it holds by now must not be lost."""
    guest = cast.guest_manager.client
    once = {"once": "kunci"}
    first = guest.post(NEW, data={**FORM, **once}).location
    again = guest.post(NEW, data={**FORM, **once, "purpose": "Maksud yang diperbaiki."})
    assert again.location == first and "Maksud yang diperbaiki." in guest.get(first).text
    faulty = guest.post(NEW, data={**FORM, **once, "delegation_size": "41"})
    assert faulty.status_code == 422 and faults_at(faulty.text, "delegation_size")
    guest.post(first.replace("periksa", "submit"))
    late = guest.post(NEW, data={**FORM, **once, "purpose": "Terlambat."}, follow_redirects=True).text
    assert "Yang diubah pada formulir lama tidak disimpan" in late and only_visit(app).purpose == "Maksud yang diperbaiki."


def test_a_double_click_keeps_one_draft(app, cast):
    answers = [cast.guest_manager.client.post(NEW, data={**SAVE, "once": "kunci"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert only_visit(app).status == "draft"


@pytest.mark.parametrize("number", ["0812 3456 7890", "+62 812-3456-7890", "62812 3456 7890", "812 3456 7890", "+62 (0)812 3456 7890"])
def test_telephone_numbers_are_read_as_people_write_them(cast, number):
    page = cast.guest_manager.client.post(NEW, data={**FORM, "contact_phone": number}, follow_redirects=True).text
    assert 'href="https://wa.me/6281234567890"' in page and number in page


def test_a_form_that_lay_too_long_loses_nothing(app, cast, csrf):
    client = cast.guest_manager.client
    page = client.post(NEW, data={**FORM, "people": TABLE, "once": "kunci", "letter_file": upload()}, headers=OWN_PAGE)
    assert page.status_code == 400 and "surat.pdf" in page.text
    kept = typed(page.text)
    for name in ("purpose", "questions", "head_name", "people", "slot"):
        assert kept[name][0].strip() == {**FORM, "people": TABLE}[name].strip()
    assert client.post(NEW, data=kept).status_code == 303
    assert only_visit(app).purpose == FORM["purpose"]


def test_what_a_colleague_wrote_meanwhile_is_not_replaced_in_silence(app, cast):
    """Nothing typed is lost, and whoever has read the message may save all the same."""
    address = cast.guest_member.client.post(NEW, data=SAVE).location.removesuffix("/periksa")
    mine, theirs = (typed(person.client.get(f"{address}/ubah").text) for person in (cast.guest_manager, cast.guest_member))
    cast.guest_member.client.post(f"{address}/ubah", data={**theirs, **FORM, "purpose": "Dari rekan."})
    page = cast.guest_manager.client.post(f"{address}/ubah", data={**mine, **FORM, "purpose": "Dari saya."})
    assert page.status_code == 422 and "Draf ini diubah rekan Anda" in page.text and typed(page.text)["purpose"] == ["Dari saya."]
    assert only_visit(app).purpose == "Dari rekan."
    assert cast.guest_manager.client.post(f"{address}/ubah", data={**typed(page.text), **FORM, "purpose": "Dari saya."}).status_code == 303
    assert only_visit(app).purpose == "Dari saya."


def test_a_double_click_on_a_change_is_no_colleague(app, cast):
    guest = cast.guest_manager.client
    address = guest.post(NEW, data=SAVE).location.replace("periksa", "ubah")
    form = {**typed(guest.get(address).text), **FORM}
    assert [guest.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert only_visit(app).purpose == FORM["purpose"]


def test_the_button_back_does_not_replace_what_a_colleague_wrote_since(app, cast):
    guest, once = cast.guest_manager.client, {"once": "kunci"}
    first = guest.post(NEW, data={**FORM, **once}).location
    theirs = typed(cast.guest_member.client.get(first.replace("periksa", "ubah")).text)
    cast.guest_member.client.post(first.replace("periksa", "ubah"), data={**theirs, **FORM, "purpose": "Dari rekan."})
    again = guest.post(NEW, data={**FORM, **once, "purpose": "Diketik lagi."})
    assert again.status_code == 422 and "Draf ini diubah rekan Anda" in again.text and typed(again.text)["purpose"] == ["Diketik lagi."]
    assert only_visit(app).purpose == "Dari rekan."
    assert guest.post(NEW, data={**typed(again.text), **FORM, **once, "purpose": "Diketik lagi."}).status_code == 303
    assert only_visit(app).purpose == "Diketik lagi."


# ---- deleting


def deleted(client, address: str):
    """Ask for the deletion of a draft, and confirm it."""
    page = client.get(f"{address}/hapus").text
    form = page.split(f'action="{address}/hapus"')[1].split("</form>")[0]
    return client.post(f"{address}/hapus", data=dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))


@pytest.mark.parametrize("part", ["guest_member", "guest_manager"])
def test_who_began_a_draft_or_a_manager_deletes_it_with_all_that_belongs_to_it(app, cast, part):
    client = getattr(cast, part).client
    data = {**FORM, "people": TABLE, "letter_number": "005/1", "letter_file": upload()}
    address = cast.guest_member.client.post(NEW, data=data).location.removesuffix("/periksa")
    assert f'href="{address}/hapus"' in client.get(f"{address}/periksa").text
    assert deleted(client, address).status_code == 303
    assert (
        client.get(address).status_code == client.get(f"{address}/periksa").status_code == client.get(f"{address}/hapus").status_code == 404
    )
    with app.app_context():
        for model in (Visit, VisitLetter, VisitMember, VisitSession, VisitIndicator, files.StoredFile):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
    assert "Draf permohonan kunjungan dihapus" in cast.admin.client.get("/admin/jejak").text
    for page in ("/kunjungan", "/beranda"):
        assert f'href="{address}' not in client.get(page).text


def test_a_second_click_on_deleting_is_no_fault(cast):
    client = cast.guest_member.client
    address = client.post(NEW, data=SAVE).location.removesuffix("/periksa")
    answers = [client.post(f"{address}/hapus", data={"version": "1", "once": "kunci"}) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/kunjungan")] * 2


def test_others_do_not_delete_a_draft_and_what_was_sent_stays(app, cast):
    address = cast.guest_manager.client.post(NEW, data=FORM).location.removesuffix("/periksa")
    for part, refused in (("guest_member", 403), ("host_manager", 404), ("outsider", 404), ("admin", 404)):
        assert getattr(cast, part).client.post(f"{address}/hapus", data={"version": "1"}).status_code == refused, part
    cast.guest_manager.client.post(f"{address}/submit")
    page = cast.guest_manager.client.post(f"{address}/hapus", data={"version": "2"}, follow_redirects=True).text
    assert "tidak dapat dihapus" in page and only_visit(app).status == "requested"
    assert cast.host_manager.client.post(f"{address}/hapus", data={"version": "2"}).status_code == 403


def test_a_draft_that_changed_meanwhile_is_read_before_it_is_deleted(app, cast):
    address = cast.guest_member.client.post(NEW, data=SAVE).location.removesuffix("/periksa")
    cast.guest_manager.client.post(f"{address}/ubah", data=FORM)
    answer = cast.guest_member.client.post(f"{address}/hapus", data={"version": "1"})
    assert answer.status_code == 409 and "Belum dihapus" in answer.text and only_visit(app).purpose == FORM["purpose"]


def test_a_colleague_who_was_writing_gets_the_answers_back_as_a_new_request(app, cast):
    address = cast.guest_member.client.post(NEW, data=SAVE).location.removesuffix("/periksa")
    open_form = typed(cast.guest_manager.client.get(f"{address}/ubah").text)
    deleted(cast.guest_member.client, address)
    answer = cast.guest_manager.client.post(f"{address}/ubah", data={**open_form, **FORM, "purpose": "Belum tersimpan."})
    assert answer.status_code == 404 and "Draf ini tidak ada lagi" in answer.text and f'action="{NEW}"' in answer.text
    assert typed(answer.text)["purpose"] == ["Belum tersimpan."]
    assert cast.guest_manager.client.post(NEW, data={**typed(answer.text), **FORM, "purpose": "Belum tersimpan."}).status_code == 303
    assert only_visit(app).purpose == "Belum tersimpan."
    assert cast.guest_manager.client.post("/kunjungan/999/ubah").status_code == 404


def test_going_back_after_the_draft_was_deleted_begins_a_new_one(app, cast):
    guest, once = cast.guest_manager.client, {"once": "kunci"}
    first = guest.post(NEW, data={**FORM, **once}).location
    deleted(guest, first.removesuffix("/periksa"))
    again = guest.post(NEW, data={**FORM, **once, "purpose": "Diketik lagi."})
    assert again.status_code == 303 and again.location != first, "the number of what was deleted is not given again"
    assert only_visit(app).purpose == "Diketik lagi."


def test_the_page_of_a_new_request_leads_to_its_draft_once_there_is_one(app, cast):
    guest, key = cast.guest_manager.client, "0123456789abcdef" * 2
    address = f"{NEW}&formulir={key}"
    assert typed(guest.get(address).text)["once"] == [key]
    draft = guest.post(address, data={**FORM, "once": key}).location.removesuffix("/periksa")
    assert guest.get(address).location == f"{draft}/ubah"
    guest.post(f"{draft}/submit")
    assert guest.get(address).location == draft
