"""Uploaded pictures: only pixels are kept, upright and small; what is not a picture is refused."""

import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from kb.core import files, pictures
from kb.core.errors import Invalid

GPS, ORIENTATION = 0x8825, 0x0112


def picture(kind: str = "JPEG", size=(40, 20), **values) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **values)
    return out.getvalue()


def upload(content: bytes, name: str = "rapat.jpg") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def saved(app, content: bytes, name: str = "rapat.jpg", longest: int = 30) -> Image.Image:
    with app.app_context():
        return Image.open(io.BytesIO(files.read(pictures.save(pictures.take(upload(content, name), 1, longest)))))


def test_a_phones_notes_about_place_and_camera_are_not_kept(app):
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x010F], exif[GPS] = 6, "Kamera Contoh", {1: "S", 2: (5.0, 22.0, 0.0)}
    kept = saved(app, picture(exif=exif, comment=b"rahasia"), longest=100)
    assert dict(kept.getexif()) == {} and "comment" not in kept.info
    assert kept.size == (20, 40), "but it stands upright"


def test_a_large_picture_becomes_small_and_a_small_one_stays(app):
    assert saved(app, picture(size=(400, 200))).size == (30, 15)
    assert saved(app, picture(size=(12, 10))).size == (12, 10)


def test_a_drawing_keeps_what_shines_through(app):
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    kept = saved(app, out.getvalue(), "lambang.png")
    assert (kept.format, kept.mode, kept.getpixel((5, 5))[3]) == ("PNG", "RGBA", 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "kosong"),
        (b"<html>", "bukan gambar"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "bukan gambar"),
        (picture()[:200], "bukan gambar"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bukan gambar"),
        (picture("GIF"), "bukan gambar"),
        (b"%PDF-1.4", "bukan gambar"),
        (picture() + b"0" * (1024 * 1024), "lebih besar dari 1 MB"),
    ],
)
def test_what_is_no_picture_is_refused(app, content, message):
    with app.app_context(), pytest.raises(Invalid, match=message):
        pictures.take(upload(content), 1, 30)


@pytest.mark.parametrize("side", [8000, 30000])
def test_a_small_file_that_unpacks_to_a_giant_is_refused_unopened(app, side):
    """A thousand million points in a few kilobytes."""
    bomb = io.BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG", optimize=True)
    with app.app_context(), pytest.raises(Invalid):
        pictures.take(upload(bomb.getvalue(), "x.png"), 1, 30)


def test_a_name_never_leads_out_of_the_store(app):
    with app.app_context():
        stored = pictures.save(pictures.take(upload(picture(), "../../etc/passwd.jpg"), 1, 30))
        assert stored.name == "passwd.jpg" and stored.media_type == "image/jpeg"
