"""Files of others cost us nothing: a real process reads each within its memory and time, and says in one sentence what is wrong."""

import re
import struct
import time
import zipfile
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from bench.heaviest import measured
from kb.core import cleaning, files, pictures, untrusted
from kb.core.errors import Invalid
from tests import hostile_files as hostile
from tests.hostile_files import NAMESPACE, picture, png, repacked, repeated_scan, sheet, workbook

pytestmark = [pytest.mark.hostile, pytest.mark.any_database]

MEGABYTE = 1024 * 1024


def refused(read, *values) -> str:
    with pytest.raises(Invalid) as caught:
        read(*values)
    assert caught.value.message in untrusted.RULES[read.__name__].sentences.values()
    return caught.value.message


# kind, how it is made, the word of its sentence (none: it can be read)
HOSTILE = {
    "18 kB XLSX with a bzip2 part of 1.5 GB": ("workbook", hostile.bzip2_bomb, "broken"),
    "the same, claimed to be ten bytes": ("workbook", lambda: hostile.bzip2_bomb(10), "broken"),
    "200 MB deflated": ("workbook", lambda: hostile.deflated_bomb(200 * MEGABYTE), "large"),
    "200 MB deflated, claimed to be ten bytes": ("workbook", lambda: hostile.deflated_bomb(10), "broken"),
    "a billion laughs": ("workbook", hostile.laughs, "broken"),
    "a megabyte of text in sixty thousand cells": ("workbook", hostile.echo, "large"),
    "half a million elements in each other": ("workbook", lambda: sheet("<a>" * 500_000), "broken"),
    "a row far beyond all rows": ("workbook", lambda: sheet(f'<row r="{10**9}"><c><v>1</v></c></row>'), None),
    "JPEG of 214 kB, its scan repeated 300 times": ("picture", lambda: repeated_scan(300, (640, 480)), "scans"),
    "300 scans behind fill bytes": ("picture", lambda: repeated_scan(300, (640, 480), b"\xff"), "scans"),
    "300 scans between comments": ("picture", lambda: repeated_scan(300, (640, 480), b"\xff\xfe\x00\x04\xff\xd9"), "scans"),
    "PNG of 50 million points": ("picture", lambda: png(7072, 7072), "points"),
    "PNG that claims a thousand million points": ("picture", lambda: png(40_000, 2, claimed=2**31 - 1), "points"),
    "PNG of 24 million points, as large as may be": ("picture", lambda: png(6000, 4000), None),
    "24 million points in twenty scans, as many as may be": ("picture", lambda: repeated_scan(10, (6000, 4000)), None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_stop_us_stays_within_memory_and_time(name):
    kind, make, word = HOSTILE[name]
    code, answer, megabytes, seconds = measured(kind, make())
    refused = re.match(r'\{"refused": "(\w+)"', answer)
    assert (code, refused and refused[1]) == (0, word), answer
    assert megabytes < (200 if word else 512) and seconds < (4 if word else 10), "what is refused is refused early"


@pytest.mark.parametrize(
    ("limit", "reader"),
    [
        ("memory", "bytearray(700_000_000)"),
        ("time", "any(False for _ in iter(int, 1))"),
        ("process", "__import__('os').kill(__import__('os').getpid(), 9)"),
        ("answer", "sys.stdout.buffer.write(bytes(40_000_000))"),
        ("file", "__import__('os').write(__import__('os').open('/tmp/berkas-asing', 65), bytes(10))"),
    ],
)
def test_the_kernel_ends_what_goes_beyond_and_the_field_says_so(tmp_path, monkeypatch, limit, reader):
    """A library that runs away: the limits hold whatever it does."""
    child = untrusted.CHILD.read_text().replace(
        "    if scans(content) > MOST_SCANS:\n", f"    {reader}\n    if scans(content) > MOST_SCANS:\n"
    )
    child = child.replace("/tmp/berkas-asing", str(tmp_path / "asing"))
    monkeypatch.setattr(untrusted, "CHILD", tmp_path / "child.py")
    untrusted.CHILD.write_text(child)
    rule = untrusted.RULES["picture"]
    monkeypatch.setitem(untrusted.RULES, "picture", untrusted.Rule(rule.memory, 1, rule.most_answer, rule.sentences))
    began = time.monotonic()
    message = refused(untrusted.picture, picture(), 100)
    assert message == rule.sentences["broken" if limit == "file" else "large"] and time.monotonic() - began < 8
    assert not (tmp_path / "asing").exists() or not (tmp_path / "asing").read_bytes()


def test_a_reader_that_sleeps_is_ended_by_the_clock(tmp_path, monkeypatch):
    monkeypatch.setattr(untrusted, "CHILD", tmp_path / "child.py")
    untrusted.CHILD.write_text("import time\ntime.sleep(60)\n")
    rule = untrusted.RULES["workbook"]
    monkeypatch.setitem(untrusted.RULES, "workbook", untrusted.Rule(rule.memory, 1, rule.most_answer, rule.sentences))
    began = time.monotonic()
    assert "terlalu besar" in refused(untrusted.workbook, bytes(3 * MEGABYTE)) and time.monotonic() - began < 8


def test_a_reader_knows_none_of_our_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "rahasia")
    monkeypatch.setattr(untrusted, "CHILD", tmp_path / "child.py")
    untrusted.CHILD.write_text("import json, os, sys\nprint(json.dumps({'rows': sorted(os.environ)}))\n")
    assert set(untrusted.workbook(b"x")) <= {*untrusted.ENVIRONMENT, "LC_CTYPE"}


def test_too_many_at_once_wait_and_are_told(monkeypatch):
    monkeypatch.setattr(untrusted, "PATIENCE", 0.05)
    with untrusted.AT_ONCE, untrusted.AT_ONCE, pytest.raises(Invalid, match="Sedang banyak berkas"):
        untrusted.workbook(workbook())
    assert untrusted.workbook(workbook())[1][0] == "Ani Contoh", "whoever was refused took no place"


# ---- broken workbooks


def cell(value: str, kind: str = "n") -> bytes:
    return sheet(f'<row r="1"><c r="A1" t="{kind}"><v>{value}</v></c></row>')


def other_method(method: int) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>" * 100)
    return out.getvalue()


BROKEN = {
    "cut in the middle": workbook()[:2000],
    "no end": workbook()[:-22],
    "empty archive": b"PK\x05\x06" + bytes(18),
    "bzip2": other_method(zipfile.ZIP_BZIP2),
    "lzma": other_method(zipfile.ZIP_LZMA),
    "unknown method": hostile.archive("x", b"x", 93, 1),
    "wrong sum": hostile.archive("x", b"x", 0, 1),
    "cut XML": repacked(workbook(), sheet1=b"<worksheet><sheetData><row>"),
    "no XML": repacked(workbook(), sheet1=b"\x00\xff"),
    "empty sheet part": repacked(workbook(), sheet1=b""),
    "empty book": repacked(workbook(), workbook=b""),
    "no book": repacked(workbook(), workbook=None),
    "no sheet": repacked(workbook(), workbook=f"<workbook {NAMESPACE}><sheets/></workbook>".encode()),
    "styles of nonsense": repacked(workbook(), styles=b"<styleSheet><cellXfs count='x'><xf numFmtId='y'/></cellXfs></styleSheet>"),
    "shared text that is not there": cell("999", "s"),
    "a number of words": cell("dua"),
    "no number": cell("NaN"),
    "a truth of words": cell("dua", "b"),
    "a date of words": cell("kemarin", "d"),
    "a number of 5,000 digits": cell("9" * 5000),
    "a number of 4,000 digits": cell("9" * 4000),
    "a cell nowhere": sheet('<row r="1"><c r="!!"><v>1</v></c></row>'),
    "a row nowhere": sheet('<row r="x"><c r="A1"><v>1</v></c></row>'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_is_one_sentence(name):
    assert "tidak dapat dibaca" in refused(untrusted.workbook, BROKEN[name])


def test_a_workbook_with_a_password_is_told_so():
    assert "kata sandi" in refused(untrusted.workbook, hostile.archive("xl/workbook.xml", b"x" * 20, 0, 8, flags=1))


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("1", "b", "True"), ("#REF!", "e", "#REF!"), ("1e400", "n", "INF"), ("-0", "n", "0"), ("7.0", "n", "7"),
        ("198001012005011001", "n", "1.98001E+17"), ("a &amp; b", "str", "a & b"), ("2026-11-28T00:00:00", "d", "2026-11-28 00:00:00"),
    ],
)  # fmt: skip
def test_every_kind_of_cell_is_read_as_a_person_sees_it(value, kind, shown):
    assert untrusted.workbook(cell(value, kind))[0][0] == shown


def test_a_formula_over_many_cells_is_a_formula():
    assert (
        untrusted.workbook(sheet('<row r="1"><c r="A1"><f t="array" ref="A1:A2">SUM(B1:B2)</f><v>3</v></c></row>'))[0][0] == "=SUM(B1:B2)"
    )


# ---- broken pictures


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_a_cut_picture_is_one_sentence(kind, part):
    whole = picture(kind, (400, 300))
    assert "bukan gambar JPEG atau PNG" in refused(untrusted.picture, whole[: int(len(whole) * part)], 100)


@pytest.mark.parametrize(("kind", "scans"), [("PNG", 0), ("JPEG", 1)])
def test_an_ordinary_picture_has_few_scans_and_stays_what_it_is(kind, scans):
    reader = {"__name__": "child"}
    exec(compile(untrusted.CHILD.read_text(), str(untrusted.CHILD), "exec"), reader)
    assert reader["scans"](picture(kind)) == scans and 2 <= reader["scans"](picture("JPEG", progressive=True)) <= 10
    thumbnail = picture("JPEG", progressive=True)
    carrying = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + picture("JPEG")[2:]
    assert reader["scans"](carrying) == 1, "a picture within the notes of a camera is none of ours"
    assert untrusted.picture(picture(kind), 100)[0] == kind


def test_a_jpeg_that_holds_several_pictures_gives_its_first():
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), "blue")])
    kind, clean = untrusted.picture(out.getvalue(), 100)
    with Image.open(BytesIO(clean)) as found:
        assert (kind, found.format) == ("JPEG", "JPEG") and found.getpixel((5, 5))[0] > 200


def test_only_what_was_read_is_saved(app):
    with app.app_context(), pytest.raises(TypeError):
        pictures.save(FileStorage(BytesIO(picture()), "lambang.png"))


# ---- names and XML


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\nX.pdf", "a X.pdf"), ("a\r\nSet-Cookie: b.pdf", "a Set-Cookie: b.pdf"), ("a\x00.pdf", "a.pdf"), ("a\tb.pdf", "a b.pdf"),
        ("\u202efdp.pdf", "fdp.pdf"), ("a\x7f\x85\u2028b.pdf", "a b.pdf"), ("\ud800a.pdf", "a.pdf"), ("\ufffea.pdf", "a.pdf"),
        ("C:\\surat\\a.pdf", "a.pdf"), ("x" * 300 + ".pdf", "x" * 196 + ".pdf"), ("\n", "berkas"), ("", "berkas"), (None, "berkas"),
        ("/", "berkas"), ("..", ".."),
    ],
)  # fmt: skip
def test_a_file_name_is_one_plain_line(app, name, kept):
    assert cleaning.file_name(name) == kept
    with app.app_context(), app.test_request_context():
        stored = files.store(b"%PDF-1.4", (name or "").encode(errors="ignore").decode(), "application/pdf")  # as older versions stored it
        answer = files.send(stored)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename")
        assert not re.search(r"[\x00-\x1f\x7f]", answer.headers["Content-Disposition"])
        answer.close()


def test_text_for_word_and_excel_loses_what_xml_cannot_hold_and_nothing_else():
    every = "".join(map(chr, range(0x110000)))
    kept = cleaning.for_xml(every)
    allowed = set(range(0x20, 0xD800)) | {9, 10, 13} | set(range(0xE000, 0xFFFE)) | set(range(0x10000, 0x110000))
    assert set(map(ord, kept)) == allowed
    assert cleaning.clean("a\ufffe\uffffb") == "ab"
