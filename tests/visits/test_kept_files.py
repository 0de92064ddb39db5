"""A photo and a signed letter stay with their forms while something else is wrong there."""

import re
from io import BytesIO

from PIL import Image

from kb.core import files
from tests.notes.makers import make_visit

PDF = b"%PDF-1.4\n%%EOF\n"


def token_of(page: str, field: str) -> str:
    found = re.search(rf'name="{field}-tersimpan" value="([^"]+)"', page)
    return found[1] if found else ""


def photo():
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return BytesIO(out.getvalue()), "rapat.jpg"


def test_a_photo_waits_for_its_caption(cast, db_ctx):
    with db_ctx():
        address = f"/kunjungan/{make_visit('held').id}/foto"
    page = cast.guest_member.client.post(address, data={"caption": "", "photo": photo()})
    assert page.status_code == 422 and "rapat.jpg" in page.text
    sent = {"caption": "Rapat pembuka", "photo-tersimpan": token_of(page.text, "photo"), "once": "f" * 32}
    for _ in range(2):  # a double click
        assert cast.guest_member.client.post(address, data=sent).status_code == 303
    assert cast.host_member.client.get(address).text.count("Rapat pembuka") == 2, "its alternative text and its caption"


def test_a_signed_letter_waits_for_its_number(cast, db_ctx):
    with db_ctx():
        address = f"/kunjungan/{make_visit('accepted').id}/surat/permohonan"
    wrong = {"signer_nip": "bukan angka", "number": "090/1", "upload": (BytesIO(PDF), "bertanda tangan.pdf")}
    page = cast.guest_manager.client.post(address, data=wrong)
    assert page.status_code == 422
    token = token_of(page.text, "upload")
    assert token and not token_of(cast.guest_manager.client.get(address).text, "upload"), "a fresh form has nothing of it"
    assert cast.guest_manager.client.post(address, data={"number": "090/1", "upload-tersimpan": token}).status_code == 303
    signed = cast.host_manager.client.get(f"{address}/berkas")
    assert signed.data == PDF and "bertanda tangan.pdf" in signed.headers["Content-Disposition"]
    assert files.KINDS["pdf"][0] == signed.mimetype
