"""A file that was chosen on a form which is shown again stays with it until it is sent: its chooser's alone, bounded, and never served."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from kb.accounts.models import JoinRequest
from kb.core import clock, files, kept
from kb.core.db import db
from kb.core.files import StoredFile
from kb.core.kept import KeptUpload
from kb.offices.models import Office
from tests.makers import office
from tests.moments import pass_time

PDF = b"%PDF-1.4\n%%EOF\n"
JOIN = {
    "office": "kabupaten-way-kanan", "name": "Sri Wahyuni", "position": "Kepala Bidang", "nip": "", "message": "",
    "email": "sri@waykanan.example",
}  # fmt: skip
WRONG = {**JOIN, "email": "bukan surel"}


def pdf(content: bytes = PDF, name: str = "surat tugas.pdf"):
    return BytesIO(content), name


def token_of(page: str, field: str = "letter") -> str:
    found = re.search(rf'name="{field}-tersimpan" value="([^"]+)"', page)
    return found[1] if found else ""


def asked() -> JoinRequest:
    return db.session.scalars(select(JoinRequest)).one()


def on_disk(app) -> list[str]:
    return sorted(path.name for path in (Path(app.config["KB_DATA"]) / "titipan").glob("*"))


@pytest.fixture
def waiting(app, client):
    """The token of a letter that waits with a visitor's form."""
    page = client.post("/gabung", data={**WRONG, "letter": pdf()})
    assert page.status_code == 422
    return token_of(page.text)


def test_a_letter_stays_with_a_form_that_is_wrong_elsewhere_and_is_sent_with_it(client, db_ctx, waiting):
    again = client.post("/gabung", data={**WRONG, "letter-tersimpan": waiting})
    assert "surat tugas.pdf" in again.text and "1 kB" in again.text and token_of(again.text) == waiting
    assert client.post("/gabung", data={**JOIN, "letter-tersimpan": waiting}).status_code == 303
    with db_ctx():
        assert (asked().letter.name, asked().letter.media_type, files.read(asked().letter)) == ("surat tugas.pdf", "application/pdf", PDF)


def test_a_form_that_is_right_keeps_nothing(app, client, db_ctx):
    assert client.post("/gabung", data={**JOIN, "letter": pdf()}).status_code == 303
    with db_ctx():
        assert asked().letter.name == "surat tugas.pdf" and not db.session.scalars(select(KeptUpload)).all()
    assert on_disk(app) == []


def test_what_the_service_refuses_is_kept_too(cast, client, db_ctx):
    page = client.post("/gabung", data={**JOIN, "office": "kabupaten-mesuji", "letter": pdf()})
    assert "sudah memiliki pengelola" in page.text and token_of(page.text)


def test_a_kept_file_is_removed_by_its_chooser(app, client, db_ctx, waiting):
    page = client.post("/gabung", data={**WRONG, "letter-tersimpan": waiting, "letter-hapus": "ya"})
    assert not token_of(page.text) and "surat tugas.pdf" not in page.text and on_disk(app) == []
    gone = client.post("/gabung", data={**JOIN, "letter-tersimpan": waiting})
    assert gone.status_code == 422 and gone.text.count("tidak lagi tersimpan. Pilih lagi.") == 2
    assert client.post("/gabung", data=JOIN).status_code == 303
    with db_ctx():
        assert asked().letter is None


def test_another_file_takes_its_place(app, client, db_ctx, waiting):
    page = client.post("/gabung", data={**WRONG, "letter-tersimpan": waiting, "letter": pdf(PDF + b"baru", "surat baru.pdf")})
    assert "surat baru.pdf" in page.text and "surat tugas.pdf" not in page.text
    token = token_of(page.text)
    assert token not in ("", waiting) and len(on_disk(app)) == 1
    client.post("/gabung", data={**JOIN, "letter-tersimpan": token})
    with db_ctx():
        assert files.read(asked().letter) == PDF + b"baru"


def test_a_bad_replacement_is_named_and_the_good_file_stays(client, db_ctx, waiting):
    page = client.post("/gabung", data={**JOIN, "letter-tersimpan": waiting, "letter": pdf(b"MZ", "virus.pdf")})
    assert page.status_code == 422 and "bukan PDF yang benar" in page.text
    assert token_of(page.text) == waiting and "surat tugas.pdf" in page.text and "virus.pdf" not in page.text


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "kosong.pdf", "kosong"),
        (b"MZ\x90\x00", "virus.pdf", "bukan PDF"),
        (PDF, "surat.exe", "bukan PDF"),
        (PDF + b"x" * 6 * 1024 * 1024, "besar.pdf", "5 MB"),
    ],
)
def test_what_could_not_be_sent_is_not_kept_and_is_named_with_the_other_faults(app, client, db_ctx, content, name, message):
    page = client.post("/gabung", data={**WRONG, "letter": pdf(content, name)})
    assert page.status_code == 422 and message in page.text and "surel tidak benar" in page.text
    assert not token_of(page.text) and on_disk(app) == []
    with db_ctx():
        assert not db.session.scalars(select(KeptUpload)).all()


def test_a_name_with_a_path_or_signs_is_only_a_name(app, client):
    for name in ("../../etc/passwd.pdf", "..\\..\\C:\\surat.pdf", "a<script>x.pdf", "\u202efdp.pdf"):
        page = client.post("/gabung", data={**WRONG, "letter": pdf(name=name)}).text
        assert token_of(page) and "<script>x" not in page and "etc/" not in page and "\u202e" not in page
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in on_disk(app))


@pytest.mark.parametrize("token", ["x", "../../secret_key", "\ud800", "%00", "a" * 10_000, "0" * 64])
def test_a_made_up_token_finds_nothing_and_is_told_in_words(client, db_ctx, token):
    page = client.post("/gabung", data={**JOIN, "letter-tersimpan": token.encode("utf-8", "replace").decode()})
    assert page.status_code == 422 and "tidak lagi tersimpan" in page.text


def test_a_token_is_of_its_chooser_and_of_its_form(cast, client, db_ctx, waiting):
    assert "tidak lagi tersimpan" in cast.outsider.client.post("/gabung", data={**JOIN, "letter-tersimpan": waiting}).text
    logo = "/instansi/kabupaten-mesuji/ubah"
    assert "tidak lagi tersimpan" in cast.host_manager.client.post(logo, data={"logo_upload-tersimpan": waiting}).text
    mine = token_of(cast.outsider.client.post("/gabung", data={**WRONG, "letter": pdf()}).text)
    for other in (client, cast.host_manager.client):
        assert "tidak lagi tersimpan" in other.post("/gabung", data={**JOIN, "letter-tersimpan": mine}).text
        other.post("/gabung", data={**WRONG, "letter-tersimpan": mine, "letter-hapus": "ya"})
    assert cast.outsider.client.post("/gabung", data={**JOIN, "letter-tersimpan": mine}).status_code == 303


def test_a_token_is_used_once_but_for_the_second_click_of_the_same_form(client, db_ctx, waiting):
    sent = [client.post("/gabung", data={**JOIN, "once": "k" * 32, "letter-tersimpan": waiting}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 303] and sent[0].location == sent[1].location
    other = {**JOIN, "email": "lain@waykanan.example", "once": "l" * 32, "letter-tersimpan": waiting}
    assert client.post("/gabung", data=other).status_code == 422
    with db_ctx():
        assert asked().email == JOIN["email"]


def test_a_torn_file_is_not_taken_for_the_one_that_was_chosen(app, client, waiting):
    (Path(app.config["KB_DATA"]) / "titipan" / on_disk(app)[0]).write_bytes(b"%PDF-rusak")
    assert "tidak lagi tersimpan" in client.post("/gabung", data={**JOIN, "letter-tersimpan": waiting}).text


def test_what_waits_is_served_by_no_address(app, client, waiting):
    for address in (f"/titipan/{waiting}", f"/berkas/{waiting}", f"/static/{waiting}", f"/static/../titipan/{on_disk(app)[0]}"):
        assert client.get(address, check=False).status_code == 404


# ---- the disk


def test_an_address_keeps_few_files_and_is_told_when_there_is_no_room(app, client, db_ctx):
    pages = [client.post("/gabung", data={**WRONG, "letter": pdf(PDF + bytes([number]))}).text for number in range(8)]
    assert [bool(token_of(page)) for page in pages] == [True] * kept.FILES_OF_ADDRESS + [False] * 3
    assert "tidak dapat disimpan bersama formulir ini. Pilih lagi sebelum mengirim." in pages[-1]
    assert len(on_disk(app)) == kept.FILES_OF_ADDRESS
    assert client.post("/gabung", data={**JOIN, "letter": pdf()}).status_code == 303, "who sends it right is not held up"


@pytest.mark.parametrize(("limit", "most"), [("FILES_OF_VISITORS", 3), ("BYTES_OF_VISITORS", 3 * len(PDF))])
def test_all_visitors_together_cannot_fill_the_disk(app, client, monkeypatch, limit, most):
    monkeypatch.setattr(kept, limit, most)
    for number in range(6):
        client.post("/gabung", data={**WRONG, "letter": pdf()}, environ_base={"REMOTE_ADDR": f"10.0.0.{number}"})
    assert len(on_disk(app)) == 3


def test_a_person_keeps_the_newest(app, cast, db_ctx, monkeypatch):
    monkeypatch.setattr(kept, "FILES_OF_PERSON", 3)
    tokens = []
    for number in range(5):
        pass_time(monkeypatch, seconds=1)
        tokens.append(token_of(cast.outsider.client.post("/gabung", data={**WRONG, "letter": pdf(PDF + bytes([number]))}).text))
    held = ["tidak lagi" not in cast.outsider.client.post("/gabung", data={**WRONG, "letter-tersimpan": token}).text for token in tokens]
    assert held == [False, False, True, True, True] and len(on_disk(app)) == 3


def test_the_sweep_removes_what_nobody_sent_and_spares_the_rest(app, cast, client, db_ctx, monkeypatch, waiting):
    mine = token_of(cast.outsider.client.post("/gabung", data={**WRONG, "letter": pdf()}).text)
    stray = Path(app.config["KB_DATA"]) / "titipan" / "yatim"
    stray.write_bytes(b"x")
    now = clock.now().timestamp()
    for path in stray.parent.iterdir():
        os.utime(path, (now, now))  # the disk keeps the real time

    def sweep() -> int:
        with db_ctx():
            files.sweep()
            db.session.commit()
        return len(on_disk(app))

    assert sweep() == 3
    pass_time(monkeypatch, hours=3)
    assert sweep() == 1, "visitors wait two hours, a person a day"
    assert token_of(cast.outsider.client.post("/gabung", data={**WRONG, "letter-tersimpan": mine}).text) == mine
    assert "tidak lagi tersimpan" in client.post("/gabung", data={**JOIN, "letter-tersimpan": waiting}).text
    pass_time(monkeypatch, days=1)
    assert sweep() == 0
    with db_ctx():
        assert not db.session.scalars(select(KeptUpload)).all()


def test_a_disk_that_is_full_breaks_no_page(client, db_ctx, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(kept, "_write", full)
    page = client.post("/gabung", data={**WRONG, "letter": pdf()})
    assert page.status_code == 422
    assert "tidak lagi tersimpan" in client.post("/gabung", data={**JOIN, "letter-tersimpan": token_of(page.text)}).text


# ---- the other forms


def picture(kind: str = "PNG"):
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, kind)
    return BytesIO(out.getvalue()), f"lambang.{kind.lower()}"


def test_a_logo_stays_with_the_profile(cast, db_ctx):
    address, person = "/instansi/kabupaten-mesuji/ubah", cast.host_manager
    page = person.client.post(address, data={"phone": "bukan nomor!", "logo_upload": picture()})
    assert page.status_code == 422
    token = token_of(page.text, "logo_upload")
    assert person.client.post(address, data={"phone": "0721 123456", "logo_upload-tersimpan": token}).status_code == 303
    with db_ctx():
        found = office("18.11")
        assert (found.logo.media_type, found.phone) == ("image/png", "0721 123456")


def test_what_only_begins_like_a_picture_is_refused_when_it_is_read_and_not_kept(cast, db_ctx):
    fake = BytesIO(b"\x89PNG\r\n\x1a\nsisa"), "lambang.png"
    page = cast.host_manager.client.post("/instansi/kabupaten-mesuji/ubah", data={"logo_upload": fake})
    assert page.status_code == 422 and "bukan gambar JPEG atau PNG yang benar" in page.text and not token_of(page.text, "logo_upload")
    with db_ctx():
        assert db.session.scalars(select(Office.logo_id).where(Office.slug == "kabupaten-mesuji")).one() is None


def test_a_kept_file_costs_a_form_two_statements(cast, client, count_queries, waiting):
    with count_queries() as bare:
        client.post("/gabung", data=WRONG)
    with count_queries() as with_file:
        client.post("/gabung", data={**WRONG, "letter-tersimpan": waiting})
    assert with_file.value <= bare.value + 2


def test_nothing_of_it_is_left_among_the_stored_files_before_it_is_sent(db_ctx, waiting):
    with db_ctx():
        assert not db.session.scalars(select(StoredFile)).all()
        assert db.session.scalars(select(KeptUpload)).one().created_at <= clock.now()
