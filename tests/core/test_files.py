"""An uploaded file is what it says, is kept once, and is never shown inside our own pages."""

from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from kb.core import files
from kb.core.errors import Invalid

PDF = b"%PDF-1.4\n%%EOF\n"


def upload(content: bytes, name: str) -> FileStorage:
    return FileStorage(BytesIO(content), filename=name)


def test_a_pdf_is_kept_and_sent_back_as_a_download(app, db_ctx):
    with db_ctx(), app.test_request_context():
        stored = files.save(files.check(upload(PDF, "surat permohonan.pdf")))
        answer = files.send(stored)
        answer.direct_passthrough = False
        assert answer.data == PDF
        answer.close()
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "kosong.pdf", "kosong"),
        (b"MZ\x90\x00", "virus.pdf", "bukan PDF"),
        (b"<html>%PDF-", "halaman.pdf", "bukan PDF"),
        (PDF, "surat.exe", "bukan PDF"),
        (PDF + b"x" * 5_300_000, "besar.pdf", "5 MB"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(app, db_ctx, content, name, message):
    with db_ctx(), pytest.raises(Invalid, match=message) as caught:
        files.check(upload(content, name), field="letter")
    assert caught.value.field == "letter"


def test_a_name_with_a_path_stays_a_name(app, db_ctx):
    with db_ctx():
        assert files.save(files.check(upload(PDF, "../../etc/passwd.pdf"))).name == "passwd.pdf"
