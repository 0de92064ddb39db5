"""Is it alive, is it ready: with the database and the index in order, and without."""

from pathlib import Path

import pytest

from kb import create_app
from kb.config import from_environment
from kb.search import service as search


def broken_app(folder: Path, url: str):
    """An application on a database that cannot be used, as it runs in production."""
    settings = from_environment({"KB_ENV": "test", "KB_DATA": str(folder), "DATABASE_URL": url, "LOG_LEVEL": "ERROR"})
    return create_app({**settings, "TESTING": False, "PROPAGATE_EXCEPTIONS": False})


@pytest.fixture(params=["no tables", "garbage", "folder", "nobody listens"])
def broken(request, tmp_path):
    """Four ways in which a database can be away."""
    file = tmp_path / "rusak.sqlite3"
    if request.param == "garbage":
        file.write_bytes(b"bukan basis data " * 1000)
    if request.param == "folder":
        file.mkdir()
    url = "postgresql://kb@127.0.0.1:1/tidak_ada" if request.param == "nobody listens" else f"sqlite:///{file}"
    return broken_app(tmp_path, url)


def test_a_living_process_says_so(client, count_queries):
    with count_queries() as counter:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json, counter.value) == (200, {"status": "ok"}, 0)


def test_it_is_ready_when_database_and_index_answer(app, client):
    with app.app_context():
        search.reindex()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": True, "search": True})


def test_a_broken_database_is_not_ready_but_alive(broken):
    client = broken.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json["database"] is False
    assert client.get("/healthz").status_code == 200


def test_a_page_without_database_says_that_the_fault_is_ours(broken):
    client = broken.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "seseorang", True
    for reader in (broken.test_client(), client):
        answer = reader.get("/")
        assert answer.status_code == 500 and "Ada yang salah di pihak kami" in answer.text
        assert "Traceback" not in answer.text and "SELECT" not in answer.text
        assert answer.headers["X-Frame-Options"] == "DENY"
