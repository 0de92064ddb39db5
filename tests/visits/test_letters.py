"""Letters in the form offices use, from the data of the visit; whatever was typed, the DOCX opens."""

import io

import pytest
from docx import Document

from kb.core.db import db
from kb.notes import report
from kb.visits import compose, correspondence, letter_docx, letters
from kb.visits.letters import DOTS, KINDS
from kb.visits.models import AgendaItem, Visit, VisitLetter, VisitMember, VisitOption
from kb.visits.signers import Details
from tests import makers
from tests.accounts.makers import letter as pdf
from tests.notes.makers import make_note
from tests.visits.makers import FORM, MORNING, OPEN_DAY, TODAY, faults_at, make_visit, typed

OFFICE = "Dinas Komunikasi dan Informatika Kabupaten"
HOSTILE = '<b>&amp; "kutip" \x01\x07 🙂 ' + "panjang " * 10  # as long as the shortest of the columns takes
DETAILS = {
    "number": "005/12/KOMINFO", "dated_on": "2026-11-20", "place": "Pringsewu", "signer_name": "Data Contoh",
    "signer_position": "Kepala Dinas", "signer_nip": "198001012005011001", "copies": "Bupati\nSekretaris Daerah",
}  # fmt: skip


def text_of(content: bytes) -> str:
    """All words of a DOCX, those of tables and of the foot too."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for part in (document, document.sections[0].footer) for paragraph in part.paragraphs), *cells])


def written(visit: Visit, kind: str, turn: int = 1) -> str:
    return text_of(letter_docx.write(compose.letter_of(visit, kind, "https://berguru.example", turn)))


@pytest.fixture
def visit(app):
    """A visit with everything a letter can tell."""
    with app.app_context():
        found = make_visit("accepted", reference="KK-2026-0001", room="Ruang Rapat Contoh")
        found.members = [VisitMember(side="guest", position=1, name="Ani Contoh", title="Kepala Bidang", nip="19800101")]
        found.agenda = [AgendaItem(day=OPEN_DAY, starts="09:00", ends="09:30", title="Pembukaan", speaker="Data Contoh")]
        found.letters = [VisitLetter(kind="permohonan", number="005/12/KOMINFO", dated_on=TODAY, copies="Bupati")]
        db.session.flush()
        yield found
        db.session.rollback()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("permohonan", ["PEMERINTAH KABUPATEN PRINGSEWU", "005/12/KOMINFO", f"Yth. Kepala {OFFICE} Mesuji", "Siapa yang menyetujuinya?",
                        "Rina Rahasia", "Ani Contoh", "1 (satu) lembar", "Tembusan:", "1. Bupati", "Rabu, 9 Desember 2026",
                        "pukul 09.00–11.30 WIB"]),
        ("balasan", ["PEMERINTAH KABUPATEN MESUJI",
                     "005/12/KOMINFO tanggal 23 November 2026", "6 orang, dipimpin Rina Rahasia",
                     "Penerima", "Narahubung", f"Yth. Kepala {OFFICE} Pringsewu", "Ruang Rapat Contoh"]),
        ("acara", ["SUSUNAN ACARA", "09.00–09.30", "Pembukaan"]),
        ("hadir", ["DAFTAR HADIR", "Ani Contoh", "Tanda tangan"]),
        ("visum", ["LEMBAR VISUM", "Ani Contoh", "19800101", "Tiba di: Mesuji", "Berangkat dari: Mesuji", "Ke: Pringsewu",
                   "Pada tanggal: 9 Desember 2026", "(tanda tangan dan cap)"]),
        ("laporan", ["LAPORAN HASIL KUNJUNGAN", "KK-2026-0001", "indikator 12", "Kepada", "Dasar", "nomor 005/12/KOMINFO tanggal",
                     "Surat tugas nomor", "Ani Contoh"]),
    ],
)  # fmt: skip
def test_each_letter_says_what_it_must(visit, kind, expected):
    found = written(visit, kind)
    assert [words for words in expected if words not in found] == []
    assert f"https://berguru.example/kunjungan/{visit.id}" in found


@pytest.mark.parametrize(
    ("status", "mode", "kind", "expected"),
    [
        ("accepted", "berkunjung", "balasan", "kami bersedia menerima kunjungan konsultasi Saudara secara langsung"),
        ("accepted", "daring", "balasan", "kami bersedia berkonsultasi dengan Saudara secara daring"),
        ("online", "daring", "balasan", "mengalihkannya menjadi konsultasi daring"),
        ("proposed", "berkunjung", "balasan-usul", "kami mengusulkan jadwal berikut:"),
        ("declined", "berkunjung", "balasan-tolak", "belum dapat kami terima"),
    ],
)
def test_each_answer_has_a_letter_of_its_own_with_its_reason(visit, status, mode, kind, expected):
    visit.status, visit.mode, visit.reason = status, mode, "" if status == "accepted" else "Sidang DPRD"
    visit.options = [VisitOption(number=1, day=OPEN_DAY, session="13:30", ends="15:30")]
    found = written(visit, kind)
    assert expected in found and ("Adapun pertimbangan kami: Sidang DPRD." in found) == (status != "accepted")
    assert ("pukul 13.30–15.30" in found) == (status == "proposed")


def test_a_proposal_of_two_sessions_is_one_line_of_the_reply(visit):
    visit.options = [VisitOption(number=number, day=OPEN_DAY, session=session, ends=ends)
                     for number, session, ends in ((1, "09:00", "11:30"), (1, "13:30", "15:30"), (2, "13:30", "15:30"))]  # fmt: skip
    found = written(visit, "balasan-usul")
    assert "1.\tRabu, 9 Desember 2026, pukul 09.00–11.30 WIB; Rabu, 9 Desember 2026, pukul 13.30–15.30 WIB" in found
    assert "2.\tRabu" in found and "3.\t" not in found


def test_what_nobody_gave_is_a_dotted_line(visit):
    visit.letters = []
    found = written(visit, "permohonan")
    assert found.count(DOTS) >= 4, "number, place and date, position, name"


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_was_typed_the_document_opens(visit, kind):
    visit.status = "online"
    for name in ("purpose", "questions", "head_name", "room", "reason"):
        setattr(visit, name, HOSTILE)
    visit.members[0].name = visit.agenda[0].title = HOSTILE
    visit.letters.clear()
    db.session.flush()
    visit.letters = [VisitLetter(kind=kind, facts={}, **dict.fromkeys(Details.__dataclass_fields__, HOSTILE[:30]) | {"dated_on": None})]
    assert '<b>&amp; "kutip"' in written(visit, kind)


@pytest.fixture
def standing(app):
    """The id of a stored visit."""

    def make(status: str = "accepted", **values) -> int:
        with app.app_context():
            ident = make_visit(status, **values).id
            db.session.commit()
            return ident

    return make


def test_the_writing_side_gives_number_date_and_signer_and_begins_with_them_next_time(cast, standing):
    address = f"/kunjungan/{standing()}/surat/permohonan"
    assert cast.guest_member.client.post(address, data=DETAILS).status_code == 303
    assert "005/12/KOMINFO" in cast.host_member.client.get(f"{address}/cetak").text
    answer = cast.host_member.client.get(f"{address}.docx")
    assert answer.mimetype.endswith("wordprocessingml.document") and "Data Contoh" in text_of(answer.data)
    second = typed(cast.guest_member.client.get(f"/kunjungan/{standing(session='13:30')}/surat/permohonan").text)
    assert (second["signer_name"], second["number"]) == (["Data Contoh"], [""])


def test_a_signed_pdf_may_stand_in_its_place(cast, standing):
    address = f"/kunjungan/{standing()}/surat/balasan"
    assert cast.host_manager.client.post(address, data={**DETAILS, "upload": pdf()}).status_code == 303
    signed = cast.guest_member.client.get(f"{address}/berkas")
    assert signed.data.startswith(b"%PDF-") and signed.headers["Content-Disposition"].startswith("attachment")
    assert cast.outsider.client.get(f"{address}/berkas").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"upload": pdf(b"bukan pdf")}, "upload", "bukan PDF yang benar"),
        ({"dated_on": "2026-12-24"}, "dated_on", "tidak boleh setelah hari ini"),
        ({"dated_on": "kemarin"}, "dated_on", "Tanggal tidak benar"),
        ({"number": "x" * 81}, "number", "paling banyak 80 karakter"),
        ({"signer_nip": "abc"}, "signer_nip", "hanya berisi angka"),
    ],
)
def test_a_faulty_letter_is_refused_and_stays_typed(cast, standing, changed, field, message):
    page = cast.guest_member.client.post(f"/kunjungan/{standing()}/surat/permohonan", data={**DETAILS, **changed})
    assert page.status_code == 422 and message in faults_at(page.text, field)
    assert typed(page.text)["signer_name"] == ["Data Contoh"]


def test_only_the_writing_side_writes_and_only_while_it_matters(cast, standing):
    ident = standing()
    assert cast.host_manager.client.post(f"/kunjungan/{ident}/surat/permohonan", data=DETAILS).status_code == 403
    assert cast.outsider.client.get(f"/kunjungan/{ident}/surat").status_code == 404
    assert cast.guest_member.client.get(f"/kunjungan/{ident}/surat/sihir").status_code == 404
    ended = standing("withdrawn")
    assert cast.guest_member.client.post(f"/kunjungan/{ended}/surat/permohonan", data=DETAILS).status_code == 409
    early = standing("requested", session="13:30")
    assert cast.host_member.client.get(f"/kunjungan/{early}/surat/balasan.docx").status_code == 404


def test_the_report_tells_what_the_notes_say_to_those_who_may_read_them(app, cast, standing):
    ident = standing("held")
    with app.app_context():
        make_note(cast.guest_member.viewer, title="Yang dipelajari", visit=db.session.get(Visit, ident))
    page = cast.guest_manager.client.get(f"/kunjungan/{ident}/laporan")
    assert page.status_code == 200 and "Yang dipelajari" in page.text and "Dimulai dari proses bisnis." in page.text
    document = text_of(cast.guest_manager.client.get(f"/kunjungan/{ident}/laporan.docx").data)
    assert "Dimulai dari proses bisnis." in document and FORM["purpose"] in document
    assert cast.outsider.client.get(f"/kunjungan/{ident}/laporan").status_code == 404


def tables_of(visit: Visit, kind: str) -> list:
    return Document(io.BytesIO(letter_docx.write(compose.letter_of(visit, kind, "https://berguru.example")))).tables


def test_the_attendance_list_keeps_the_two_sides_apart(visit):
    visit.members = [
        VisitMember(side=side, position=position, name=f"{side} {position}", title="Staf")
        for position in (1, 2)
        for side in ("guest", "host")
    ]
    db.session.flush()
    lists = [[row.cells[1].text for row in table.rows] for table in tables_of(visit, "hadir") if table.rows[0].cells[0].text == "No."]
    assert [names[:3] for names in lists] == [["Nama", "guest 1", "guest 2"], ["Nama", "host 1", "host 2"]]
    assert all(names[3:] == ["", "", ""] for names in lists), "room for those who come unlisted"


@pytest.mark.parametrize("kind", ["permohonan", "visum"])
def test_a_nip_of_18_digits_stays_on_one_line(visit, kind):
    """At 12 points a digit is half as wide as the letter is high; the cell keeps 0.2 cm at either side."""
    [table] = [table for table in tables_of(visit, kind) if table.rows[0].cells[0].text == "No."]
    at = [cell.text for cell in table.rows[0].cells].index("NIP")
    assert all(row.cells[at].width.pt >= 18 * 6 + 12 for row in table.rows)
    assert sum(cell.width.cm for cell in table.rows[0].cells) == pytest.approx(letter_docx.WIDTH, abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_stands_in_the_foot_and_takes_no_room_of_the_letter(visit, kind):
    document = Document(io.BytesIO(letter_docx.write(compose.letter_of(visit, kind, "https://berguru.example"))))
    assert "w:drawing" in document.sections[0].footer._element.xml
    assert "w:drawing" not in document.element.body.xml, "the offices here have no logo"


@pytest.mark.parametrize(("size", "expected"), [(0, "-"), (9, "1 (satu) lembar"), (120, "5 (lima) lembar")])
def test_the_sheets_of_the_delegation_are_counted(visit, size, expected):
    visit.members = [
        VisitMember(side="guest", position=n, name="Nama Contoh", title="Kepala Seksi Persandian dan Keamanan") for n in range(1, size + 1)
    ]
    db.session.flush()
    assert dict(compose.letter_of(visit, "permohonan", "").references)["Lampiran"] == expected


@pytest.mark.parametrize("purpose", ["Belajar peta rencana", "Kami ingin belajar.", "menyusun peta rencana SPBE", "Apa kuncinya?"])
def test_any_purpose_reads_as_a_sentence_of_its_own(visit, purpose):
    visit.purpose = purpose
    lines = written(visit, "permohonan").split("\n")
    assert (purpose if purpose[-1] in ".?" else f"{purpose}.") in lines
    assert any(
        line.startswith("Sehubungan dengan rencana kunjungan konsultasi") and line.endswith("maksud dan tujuan kami:") for line in lines
    )


@pytest.mark.parametrize(("code", "letterhead", "expected"), [
    ("18.11", None, f"{OFFICE} Mesuji"),
    ("18.11", "Dinas Kominfo, Statistik dan Persandian", "Dinas Kominfo, Statistik dan Persandian Kabupaten Mesuji"),
    ("18.11", "DINAS KOMINFO DAN STATISTIK", "Dinas Kominfo dan Statistik Kabupaten Mesuji"),
    ("18.11", "Dinas Kominfo Kabupaten Mesuji", "Dinas Kominfo Kabupaten Mesuji"),
    ("18.72", None, "Dinas Komunikasi dan Informatika Kota Metro"),
    ("18", None, "Dinas Komunikasi dan Informatika Provinsi Lampung"),
])  # fmt: skip
def test_an_office_is_addressed_by_its_full_name(db_ctx, code, letterhead, expected):
    with db_ctx():
        office = makers.office(code)
        office.letterhead = letterhead
        assert correspondence.official_name(office) == expected


def test_the_report_names_its_grounds_who_came_what_was_agreed_and_leaves_room_for_conclusions(app, cast, standing):
    ident = standing("held", attended=1)
    with app.app_context():
        visit = db.session.get(Visit, ident)
        visit.members = [
            VisitMember(side="guest", position=1, name="Ani Contoh", title="Staf", present_at=MORNING),
            VisitMember(side="guest", position=2, name="Budi Contoh", title="Staf"),
        ]
        visit.letters = [
            VisitLetter(kind="permohonan", number="005/12/KOMINFO", dated_on=TODAY),
            VisitLetter(kind="balasan", number="005/99"),
        ]
        make_note(cast.guest_member.viewer, title="Yang dipelajari", visit=visit)
    headings, tables, blanks = report_of(app, cast, ident)
    assert headings == [
        "1. Dasar", "2. Maksud dan tujuan", "3. Waktu, tempat, dan pokok bahasan", "4. Peserta", "5. Hasil", "6. Kesepakatan",
        "7. Tindak lanjut", "8. Kesimpulan dan saran",
    ]  # fmt: skip
    assert tables["Kehadiran"] == [("1", "Ani Contoh", "Staf", "hadir"), ("2", "Budi Contoh", "Staf", "tidak tercatat")]
    assert blanks == 1
    document = text_of(cast.guest_manager.client.get(f"/kunjungan/{ident}/laporan.docx").data)
    for words in (
        "nomor 005/12/KOMINFO tanggal 23 November 2026",
        "nomor 005/99 tanggal",
        "Surat tugas nomor",
        "Yth. Bupati Pringsewu",
    ):
        assert words in document
    with app.app_context():
        make_note(
            cast.guest_member.viewer, title="Susulan", visit=db.session.get(Visit, ident), body="## Saran\n\nDampingi.\n\n## Lain\n\nTeh."
        )
    headings, tables, blanks = report_of(app, cast, ident)
    assert blanks == 0 and headings[-1] == "8. Kesimpulan dan saran"


def report_of(app, cast, ident: int) -> tuple[list[str], dict[str, list], int]:
    """The parts of a report, its tables by their last heading, and how many places are left to be filled."""
    with app.app_context():
        blocks = report.of(db.session.get(Visit, ident), cast.guest_manager.viewer, "").blocks
    headings = [block.text for block in blocks if isinstance(block, letters.Heading) and block.level == 1]
    tables = {block.headings[-1]: list(block.rows) for block in blocks if isinstance(block, letters.Table)}
    return headings, tables, sum(isinstance(block, letters.Blank) for block in blocks)
