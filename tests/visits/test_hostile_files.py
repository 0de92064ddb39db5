"""Whatever is uploaded: the page answers with one sentence at the field, loses nothing, and meanwhile everybody else writes on."""

import io
import os
import re
import time
import zipfile
from dataclasses import replace
from random import Random
from threading import Thread
from xml.etree import ElementTree

import pytest

from kb.core import untrusted
from kb.core.db import db
from kb.visits import compose, letter_docx, members
from kb.visits.models import Visit
from kb.visits.service import discard
from tests import hostile_files as hostile
from tests.hostile_files import mutated, mutated_workbook, picture, png, repeated_scan, workbook
from tests.visits.makers import OPEN_DAY, faults_at, make_visit

pytestmark = [pytest.mark.hostile, pytest.mark.any_database]

# `HOSTILE_FILES=2000 pytest -n 0 tests/visits/test_hostile_files.py -k chance` by hand.
TRIED = int(os.environ.get("HOSTILE_FILES", "60"))
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def visit(app, it_is):
    """The address of a visit on its day."""
    it_is(OPEN_DAY)
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    return f"/kunjungan/{ident}"


def send(client, address: str, field: str, content: bytes, name: str = "berkas", **values):
    return client.post(address, data={field: (io.BytesIO(content), name), **values})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (hostile.bzip2_bomb(), "tidak dapat dibaca"),
        (hostile.deflated_bomb(10), "tidak dapat dibaca"),
        (workbook()[:2000], "tidak dapat dibaca"),
        (workbook([]), "Tidak ada nama orang"),
        (workbook(["Nama", "NIP"]), "Tidak ada nama orang"),
        (b"", "Tidak ada nama orang"),
        (b"\xd0\xcf\x11\xe0" + bytes(99) + "EncryptedPackage".encode("utf-16-le"), "kata sandi"),
        (b"\xd0\xcf\x11\xe0" + bytes(99), ".xls lama"),
        (bytes(3_000_000), "lebih besar dari 2 MB"),
    ],
)
def test_a_hostile_sheet_is_one_sentence_at_its_field(cast, visit, content, told):
    page = send(cast.guest_member.client, f"{visit}/rombongan", "sheet", content, "rombongan.xlsx", text="Ani Contoh")
    assert page.status_code == 422 and told in faults_at(page.text, "sheet") and "Ani Contoh" in page.text


def test_of_a_thousand_faults_in_a_sheet_ten_are_told(cast, visit):
    page = send(cast.guest_member.client, f"{visit}/rombongan", "sheet", b"Nama;NIP\n" + b"Ani;x\n" * 400, "r.csv")
    assert page.status_code == 422 and "Dan 390 baris lain." in faults_at(page.text, "sheet")
    assert page.text.count("bukan 8 sampai 25 angka") == 2 * members.MOST_PROBLEMS, "in the summary and at the field"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Nama" + "\tNIP" * 40_000, "Tidak ada nama orang"),
        ("Nama" + "\tNIP" * 400_000, "terlalu panjang"),
        ("Nama\tNIP\n" + "a \x0b" * 60_000, "terlalu panjang"),
        ("A\n" * 900_000, "terlalu panjang"),
        ("\n" * 1_900_000, "terlalu panjang"),
        ("Nama;NIP\n" + "A;x\n" * 2900, "bukan 8 sampai 25 angka"),
    ],
)
def test_a_list_without_end_is_not_looked_at(cast, visit, content, told):
    began = time.monotonic()
    page = send(cast.guest_member.client, f"{visit}/rombongan", "sheet", content.encode(), "rombongan.csv")
    assert page.status_code == 422 and told in faults_at(page.text, "sheet") and time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (repeated_scan(300, (640, 480)), "berlapis-lapis"),
        (png(7072, 7072), "24 juta"),
        (picture("JPEG")[:200], "bukan gambar JPEG atau PNG"),
        (PDF, "bukan gambar JPEG atau PNG"),
        (b"", "kosong"),
    ],
)
@pytest.mark.parametrize("place", ["photo", "logo_upload"])
def test_a_hostile_picture_is_one_sentence_at_its_field(cast, visit, content, told, place):
    address = f"{visit}/foto" if place == "photo" else "/instansi/kabupaten-mesuji/ubah"
    page = send(cast.host_manager.client, address, place, content, "rapat.jpg", caption="Rapat")
    assert page.status_code == 422 and told in faults_at(page.text, place)


def test_a_picture_that_waited_with_its_form_is_read_again(app, cast, visit):
    page = send(cast.guest_member.client, f"{visit}/foto", "photo", picture("JPEG", (4000, 3000)), "rapat.jpg", caption="")
    token = re.search(r'name="photo-tersimpan" value="([^"]+)"', page.text)[1]
    assert cast.guest_member.client.post(f"{visit}/foto", data={"caption": "Rapat", "photo-tersimpan": token}).status_code == 303
    with app.app_context():
        stored = db.session.get(Visit, int(visit.rpartition("/")[2])).photos[0].file
        assert (stored.name, stored.media_type) == ("rapat.jpg", "image/jpeg") and stored.size < 200_000


# ---- nobody waits


@pytest.mark.parametrize("place", ["rombongan", "foto", "profil", "permohonan"])
def test_others_write_while_a_file_is_read(cast, visit, monkeypatch, place):
    """The reader is a real one; before it gets the file, somebody else changes a page and must be done."""
    written = []

    def meanwhile(child, content):
        other = Thread(target=lambda: written.append(rewrite.post(f"{visit}/rombongan", data={"text": "Budi Contoh"}).status_code))
        other.start()
        other.join(timeout=5)
        written.append(other.is_alive())
        hand_over(child, content)

    rewrite, hand_over = cast.host_member.client, untrusted._hand_over
    monkeypatch.setattr(untrusted, "_hand_over", meanwhile)
    address, field, content = {
        "rombongan": (f"{visit}/rombongan", "sheet", workbook()),
        "foto": (f"{visit}/foto", "photo", picture()),
        "profil": ("/instansi/kabupaten-pringsewu/ubah", "logo_upload", picture()),
        "permohonan": ("/kunjungan/baru?tuan_rumah=kabupaten-mesuji", "sheet", workbook()),
    }[place]
    page = send(cast.guest_manager.client, address, field, content, "berkas.xlsx", caption="Rapat", once="k" * 32)
    assert written == [303, False], "the other one had to wait"
    assert page.status_code == (422 if place == "permohonan" else 303)


def test_what_was_deleted_while_its_file_was_read_is_not_found(app, cast, monkeypatch):
    with app.app_context():
        ident = make_visit("draft").id
        db.session.commit()

    def meanwhile(child, content):
        other = Thread(target=delete)
        other.start()
        other.join(timeout=20)
        hand_over(child, content)

    def delete():
        with app.app_context():
            found = db.session.get(Visit, ident)
            discard(found, cast.guest_manager.viewer, found.version)
            db.session.commit()

    hand_over = untrusted._hand_over
    monkeypatch.setattr(untrusted, "_hand_over", meanwhile)
    assert send(cast.guest_manager.client, f"/kunjungan/{ident}/ubah", "sheet", workbook(), "r.xlsx").status_code == 404


# ---- names


@pytest.mark.parametrize("name", ["a%0AX.pdf", "a%0D%0AX.pdf", "a%00X.pdf", "%E2%80%AEa%7FX.pdf", "a%C2%85X.pdf"])
def test_a_letter_is_sent_back_whatever_it_was_called(cast, visit, name):
    address = f"{visit}/surat/permohonan"
    head = f"--x\r\nContent-Disposition: form-data; name=\"upload\"; filename*=UTF-8''{name}\r\nContent-Type: application/pdf\r\n\r\n"
    body = head.encode() + PDF + b"\r\n--x--\r\n"
    sent = cast.guest_manager.client.post(address, data=body, content_type="multipart/form-data; boundary=x")
    assert sent.status_code == 303
    answer = cast.host_manager.client.get(f"{address}/berkas")
    assert answer.status_code == 200 and answer.data == PDF
    assert re.fullmatch(r'attachment; filename="?a ?X.pdf"?', answer.headers["Content-Disposition"])


NOT_IN_XML = "\x01\x0b\x1f\ud800\ufffe\uffff"


def test_word_and_excel_open_what_was_written_whatever_a_name_holds(app, visit):
    """What is stored may be older than the rules for what is typed."""
    with app.app_context():
        found = db.session.get(Visit, int(visit.rpartition("/")[2]))
        letter = replace(compose.letter_of(found, "permohonan", "http://x"), subject=f"Perihal{NOT_IN_XML}", copies=[f"Arsip{NOT_IN_XML}"])
        written = (letter_docx.write(letter), members.as_sheet([members.Member(f"Ani{NOT_IN_XML} Contoh")]))
    for content, word in zip(written, ("Arsip", "Ani Contoh"), strict=True):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
        assert any(word in part for part in parts)
        for part in parts:
            assert not set(part) & set(NOT_IN_XML)
            ElementTree.fromstring(part)


# ---- chance


def test_no_file_that_chance_makes_breaks_a_page(cast, visit):
    """Real files mutated, and bytes of no kind, through the real pages and readers. The client of the tests raises what would be a 500."""
    client, letter = cast.guest_manager.client, f"{visit}/surat/permohonan"
    kinds = (
        lambda chance: (f"{visit}/rombongan", "sheet", mutated_workbook(chance), "r.xlsx"),
        lambda chance: (f"{visit}/foto", "photo", mutated(picture("PNG"), chance), "r.png"),
        lambda chance: (f"{visit}/rombongan", "sheet", mutated_workbook(chance), "r.xlsx"),
        lambda chance: (f"{visit}/foto", "photo", mutated(picture("JPEG", progressive=chance.random() < 0.5), chance), "r.jpg"),
        lambda chance: (letter, "upload", mutated(PDF, chance), "r.pdf"),
        lambda chance: (f"{visit}/rombongan", "sheet", chance.choice((b"", b"PK\x03\x04", b"Nama;NIP\n")) + chance.randbytes(300), "r.csv"),
    )
    for number in range(TRIED):
        address, field, content, name = kinds[number % len(kinds)](Random(number))
        answer = send(client, address, field, content, name, caption="Rapat", once=f"{number:032}", text="Ani Contoh")
        assert answer.status_code in (303, 409, 422), number  # 409: a file before it has named other people
        assert answer.status_code != 422 or faults_at(answer.text, field), number
