"""Every answer carries safe headers; a stale form and a lost session keep what was typed; errors are pages in Indonesian."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kb.core.errors import MESSAGES
from kb.core.pages import angka, hari, tanggal, waktu
from tests.pages import OWN_PAGE


def test_every_answer_carries_a_strict_policy(client):
    for path in ("/", "/tidak-ada", "/healthz", "/static/css/theme.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_static_files_live_long_under_an_address_that_changes_with_them(client):
    page = client.get("/").text
    address = re.search(r'href="(/static/css/theme\.css\?v=\w+)"', page)[1]
    assert "immutable" in client.get(address).headers["Cache-Control"]


def test_an_unknown_address_is_a_page_with_a_way_on(client):
    answer = client.get("/tidak-ada")
    assert answer.status_code == 404
    assert MESSAGES[404].split(".")[0] in answer.text


def test_a_stale_form_keeps_what_was_typed(cast, csrf):
    typed = "Tulisan panjang yang tidak boleh hilang " * 20
    answer = cast.host_member.client.post(
        "/artikel/baru", data={"title": "Judul saya", "body": typed, "csrf_token": "lama"}, headers=OWN_PAGE
    )
    assert answer.status_code == 400
    assert "kedaluwarsa" in answer.text
    assert "Judul saya" in answer.text and typed.strip() in answer.text


def test_a_form_sent_after_the_session_ended_keeps_what_was_typed(client):
    answer = client.post("/artikel/baru", data={"title": "Judul saya", "body": "isi yang berharga"}, headers=OWN_PAGE)
    assert answer.status_code == 401
    assert "isi yang berharga" in answer.text and "Masuk lagi" in answer.text


def test_what_is_too_long_without_an_account_is_said_to_be_lost(client):
    body = b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n' + b"m" * 600_000 + b"\r\n--x--\r\n"
    answer = client.post("/gabung", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413 and "tidak dapat kami baca, simpan, atau tampilkan lagi" in answer.text


def test_a_body_without_end_is_refused_with_a_page(client):
    answer = client.post("/artikel/baru", data={"body": "x" * 34_000_000})
    assert answer.status_code in (401, 413)
    assert len(answer.data) < 100_000


def test_dates_and_numbers_are_written_as_indonesians_write_them():
    assert tanggal(date(2023, 5, 5)) == "5 Mei 2023"
    assert hari(date(2023, 5, 5)) == "Jumat, 5 Mei 2023"
    assert waktu(datetime(2023, 5, 5, 2, 30, tzinfo=UTC)) == "5 Mei 2023 pukul 09.30 WIB"
    assert waktu(datetime(2023, 5, 5, 2, 30, tzinfo=UTC), "Asia/Jayapura") == "5 Mei 2023 pukul 11.30 WIT"
    assert angka(Decimal("2.59")) == "2,59"
    assert angka(3.7, 2) == "3,70"
    assert angka(1250) == "1.250"


@pytest.mark.parametrize("number", [Decimal("2.605"), 2.605])
def test_half_is_rounded_up_on_every_page(number):
    assert angka(number, 2) == "2,61" and angka(number) == "2,605"
    assert angka(Decimal("2.0125")) == "2,013" and angka(2.5, 0) == "3" and angka(Decimal("0.25"), 1) == "0,3"


def test_logs_hold_no_address_query_or_name(app, capsys):
    app.config["LOG_LEVEL"] = "INFO"
    app.test_client().get("/cari?q=rahasia-saya", headers={"X-Forwarded-For": "203.0.113.9"})
    written = capsys.readouterr()
    assert "rahasia-saya" not in written.err + written.out
    assert "203.0.113.9" not in written.err + written.out
