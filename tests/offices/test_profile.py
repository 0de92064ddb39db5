"""The profile of an office: its manager writes it, everybody reads it."""

import io
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import select

from kb.core import pictures
from kb.core.db import db
from kb.core.events import Event
from tests.makers import office

PAGE = "/instansi/kabupaten-mesuji/ubah"
FORM = {
    "about": "Kami kecil.",
    "address": "Jalan Contoh 1",
    "phone": "(0726) 123-456",
    "email": "kominfo@contoh.example",
    "letterhead": "Dinas Kominfo Contoh",
}


def png(size=(800, 400)) -> tuple[io.BytesIO, str]:
    """An upload of a drawing."""
    out = io.BytesIO()
    Image.new("RGB", size, (0, 80, 70)).save(out, "PNG")
    out.seek(0)
    return out, "lambang.png"


@pytest.mark.parametrize("part", ["host_member", "guest_manager", "outsider", "admin"])
def test_only_the_manager_may_change_it(cast, part):
    client = getattr(cast, part).client
    assert client.get(PAGE).status_code == client.post(PAGE, data=FORM).status_code == 403


def test_the_summary_calls_a_field_without_what_is_no_part_of_its_name(cast):
    page = unescape(cast.host_manager.client.post(PAGE, data={**FORM, "phone": "abc"}).text)
    assert '<a href="#phone">Telepon kantor: Nomor telepon hanya berisi angka' in page and ">Telepon kantor (opsional)</label>" in page


def test_a_visitor_is_led_to_the_sign_in(client):
    assert "/masuk" in client.get(PAGE).location


def test_what_the_manager_writes_stands_on_the_office_page(cast, client, db_ctx):
    assert cast.host_manager.client.post(PAGE, data=FORM).location == "/instansi/kabupaten-mesuji"
    page = client.get("/instansi/kabupaten-mesuji").text
    assert "Kami kecil." in page and "Jalan Contoh 1" in page
    with db_ctx():
        assert db.session.scalars(select(Event.name).where(Event.name.startswith("office."))).all() == ["office.edited"]
    cast.host_manager.client.post(PAGE, data=dict.fromkeys(FORM, ""))
    with db_ctx():
        assert (office("18.11").about, office("18.11").address) == (None, None)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"about": "x" * 1001}, "paling banyak 1000 karakter"),
        ({"address": "x" * 301}, "paling banyak 300 karakter"),
        ({"phone": "telepon saja"}, "Nomor telepon hanya berisi angka"),
        ({"email": "bukan-alamat"}, "Alamat surel tidak benar"),
        ({"letterhead": "x" * 161}, "paling banyak 160 karakter"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_typed_is_lost(cast, db_ctx, changed, message):
    answer = cast.host_manager.client.post(PAGE, data={**FORM, **changed})
    assert answer.status_code == 422 and message in answer.text
    shown = unescape(answer.text)
    assert all(value in shown for value in {**FORM, **changed}.values())
    with db_ctx():
        assert office("18.11").about is None


def test_markup_is_harmless(cast, client):
    cast.host_manager.client.post(PAGE, data={"about": "<script>alert(1)</script>", "address": "<b>x"})
    assert "<script>alert" not in client.get("/instansi/kabupaten-mesuji").text


@pytest.mark.parametrize("slug", ["kabupaten-khayalan", "redaksi/ubah/lagi", "%00"])
def test_an_unknown_office_has_no_profile(cast, slug):
    assert cast.host_manager.client.get(f"/instansi/{slug}/ubah").status_code in (400, 404)


def test_the_logo_is_shown_replaced_and_removed(cast, client):
    address = "/instansi/kabupaten-mesuji/lambang"
    assert client.get(address).status_code == 404
    assert cast.host_manager.client.post(PAGE, data={**FORM, "logo_upload": png()}).status_code == 303
    shown = client.get(address)
    assert shown.mimetype == "image/png" and Image.open(io.BytesIO(shown.data)).size == (600, 300)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert cast.host_manager.client.post(PAGE, data=FORM).status_code == 303
    assert client.get(address).status_code == 200, "saving the rest keeps it"
    cast.host_manager.client.post(PAGE, data={**FORM, "logo_upload": png((20, 20))})
    assert Image.open(io.BytesIO(client.get(address).data)).size == (20, 20)
    cast.host_manager.client.post(PAGE, data={**FORM, "drop_logo": "y"})
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"<svg/>", b"GIF89a", b"", b"x" * 1025])
def test_a_logo_that_is_none_is_refused_and_the_rest_is_kept_in_the_form(cast, db_ctx, monkeypatch, content):
    monkeypatch.setattr(pictures, "MEGABYTE", 1024)
    answer = cast.host_manager.client.post(PAGE, data={**FORM, "logo_upload": (io.BytesIO(content), "lambang.png")})
    assert answer.status_code == 422 and 'id="logo_upload-salah"' in answer.text and "Kami kecil." in answer.text
    with db_ctx():
        assert office("18.11").about is None
