"""The generated library of `make bench`: always the same, and a library like any other once it is filled."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import fill, heaviest, library
from kb.core import comparison
from kb.instruments import loader
from kb.search.whoosh_engine import WhooshEngine

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
OFFICES = ["Diskominfo Kabupaten Mesuji", "Diskominfo Kota Metro", "Diskominfo Provinsi Lampung"]
COUNT = 20


def test_an_article_is_the_same_in_every_process():
    """The order of sets and hashes differs from process to process: none of it may leak into the text."""
    script = f"from bench import library; print(library.article(7, {OFFICES!r}))"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(library.article(7, OFFICES))


def test_articles_differ_in_text_length_office_and_indicators():
    samples = [library.article(number, OFFICES) for number in range(COUNT)]
    assert len({sample.body for sample in samples}) == COUNT
    assert max(len(sample.body) for sample in samples) > 2 * min(len(sample.body) for sample in samples)
    assert {sample.office for sample in samples} == set(OFFICES)
    assert len({code for sample in samples for code in sample.indicators}) > COUNT / 2


def test_every_article_says_that_it_is_a_sample_and_keeps_to_the_limits_of_the_form():
    for sample in (library.article(number, OFFICES) for number in range(COUNT)):
        assert "data contoh" in sample.summary and "data contoh" in sample.body and "data contoh" in sample.source
        assert len(sample.title) <= 160 and len(sample.summary) <= 400
        assert all(loader.indicator(code) for code in sample.indicators)


@pytest.fixture
def filled(app, db_ctx, monkeypatch):
    """A library of 20 articles; returns the addresses open to everybody."""
    monkeypatch.setitem(app.extensions, "search", WhooshEngine(app.config["KB_DATA"]))
    with db_ctx():
        return fill.fill(COUNT)


def test_a_filled_library_shows_and_finds_its_articles(client, filled):
    assert 10 < len(filled) <= COUNT
    assert client.get("/artikel").status_code == 200
    assert all("data contoh" in client.get(f"/artikel/{slug}").text for slug in filled[:5])
    found = json.loads(client.get("/api/v1/search?q=data contoh").text)
    assert found["total"] >= len(filled)


def test_what_is_not_public_is_not_among_the_addresses_and_not_found_by_a_visitor(app, client, filled):
    hidden = [slug for number in range(COUNT) if (slug := f"contoh-{number}") not in filled]
    assert hidden
    assert [client.get(f"/artikel/{slug}").status_code for slug in hidden] == [404] * len(hidden)


def test_an_article_page_costs_at_most_five_queries_and_one_when_it_is_read_again(client, filled, count_queries):
    with count_queries() as first:
        client.get(f"/artikel/{filled[0]}")
    with count_queries() as again:
        client.get(f"/artikel/{filled[0]}")
    assert (first.value <= 5, again.value) == (True, 1), first.statements


def test_the_cookie_of_the_bench_is_that_of_a_signed_in_person(app, cast, filled, monkeypatch):
    monkeypatch.setattr(fill, "READER", cast.host_member.email)
    name, _, value = fill.session_cookie(app).partition("=")
    client = app.test_client()
    client.set_cookie(name, value)
    assert 'action="/keluar"' in client.get(f"/artikel/{filled[0]}").text


def test_filling_tells_cookie_and_addresses_in_one_line_and_everything_else_elsewhere(tmp_path):
    """`make bench` takes what the process prints for its cookie and its addresses."""
    environ = {**os.environ, "KB_ENV": "demo", "KB_DATA": str(tmp_path), "LOG_LEVEL": "WARNING"}
    environ.pop("DATABASE_URL", None)
    run = subprocess.run(
        [sys.executable, "-m", "bench.fill", str(COUNT)], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    (line,) = run.stdout.splitlines()
    cookie, *slugs = line.split()
    assert cookie.partition("=")[0] == "session" and len(cookie) > 40
    assert slugs and all(slug.startswith("contoh-") for slug in slugs)
    assert "berkas terbaca" in run.stderr


def test_each_heaviest_input_is_told_in_one_line_with_its_seconds_and_the_memory_of_its_process():
    lines = list(heaviest.lines(letters=2000, rows=20, points=(300, 200)))
    assert len(lines) == len({line[:40] for line in lines}) == 10
    assert all(re.fullmatch(r".{40} +\d+\.\d\d s( +\d+ MB in its process)?", line) for line in lines)
    assert [line.split()[-1] == "process" for line in lines] == [line.startswith("reading a ") for line in lines]


def test_what_is_not_allowed_is_not_measured():
    with pytest.raises(RuntimeError, match="not allowed"):
        heaviest.child("workbook", b"PK")


def test_the_compared_texts_are_just_within_the_bound():
    for old, new in heaviest._pairs(200_000):
        assert len(old) <= 200_000 and len(new) <= 200_000
        assert not any(getattr(line, "whole", False) for line in comparison.compare(old, new))
