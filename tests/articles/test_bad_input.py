"""Bad input: a clear message in Indonesian at the field, and nothing typed is lost."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from kb.articles.models import Article
from kb.core.db import db
from tests.articles.makers import FORM, make_article, write
from tests.pages import OWN_PAGE


@pytest.mark.parametrize("address", ["/artikel/baru", "/ubah"])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": ""}, "wajib diisi"),
        ({"title": " \t "}, "wajib diisi"),
        ({"title": "\x00\x07\x1b"}, "wajib diisi"),
        ({"title": "J" * 10_000}, "paling banyak 160 karakter"),
        ({"summary": ""}, "wajib diisi"),
        ({"summary": "R" * 401}, "paling banyak 400 karakter"),
        ({"body": ""}, "wajib diisi"),
        ({"body": "x" * 200_001}, "paling banyak 200000 karakter"),
        ({"source": "s" * 1001}, "paling banyak 1000 karakter"),
        ({"note": "n" * 201}, "paling banyak 200 karakter"),
        ({"indicators": ["spbe-2020/48"]}, "tidak ada dalam daftar"),
        ({"indicators": ["'; DROP TABLE article"]}, "tidak ada dalam daftar"),
        ({"visibility": "rahasia"}, "tidak ada dalam daftar"),
        ({"visibility": ""}, "tidak ada dalam daftar"),
    ],
)
def test_a_faulty_article_is_refused_and_keeps_what_was_typed(cast, db_ctx, address, changed, message):
    with db_ctx():
        if address == "/ubah":
            address = f"/artikel/{make_article(cast.host_member.viewer).slug}/ubah"
        before = db.session.scalar(select(func.count()).select_from(Article))
    answer = write(cast.host_member.client, address, version="1", **changed)
    assert answer.status_code == 422 and message in answer.text and "Ada yang perlu diperbaiki" in answer.text
    shown = unescape(answer.text)
    for field in {"title", "summary", "body", "source"} - set(changed):
        assert FORM[field].replace("\n", "\r\n") in shown or FORM[field] in shown, field
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(Article)) == before


def test_control_characters_and_direction_marks_vanish(cast, db_ctx):
    write(cast.host_member.client, title="Peta\x00 ren\u202ecana\x1b", body="Satu\r\nDua\x07")
    with db_ctx():
        article = db.session.scalars(select(Article)).one()
        assert (article.title, article.body) == ("Peta rencana", "Satu\nDua")


def test_a_body_of_twenty_megabytes_comes_back_whole_with_a_message(cast):
    body = "kata " * (20 * 1024 * 1024 // 5)
    answer = write(cast.host_member.client, body=body)
    assert answer.status_code == 422 and "paling banyak 200000 karakter" in answer.text
    kept = re.search(r"<textarea[^>]*name=\"body\"[^>]*>(.*?)</textarea>", answer.text, re.S)[1]
    assert len(kept.strip()) > 20 * 1024 * 1024 - 10


def test_more_than_the_server_takes_is_said_in_indonesian(cast):
    answer = write(cast.host_member.client, body="x" * (33 * 1024 * 1024))
    assert answer.status_code == 413 and "terlalu besar" in answer.text.lower()


def test_a_form_that_expired_is_shown_again_with_all_that_was_typed(cast, csrf):
    answer = write(cast.host_member.client, csrf_token="kedaluwarsa", headers=OWN_PAGE)
    shown = unescape(answer.text)
    assert answer.status_code == 400 and FORM["title"] in shown and FORM["summary"] in shown and "Lalu ke anggaran." in shown
