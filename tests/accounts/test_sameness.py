"""Nobody learns from an answer who has an account: not by its words or headers, and not by the work it took.

The work is counted, since a clock lies on a busy machine: statements, hashings, mails.
"""

import argon2
import pytest

from kb.accounts import service
from kb.accounts.models import User
from kb.core.db import db
from tests.accounts.makers import PASSWORD, give_password

# All of one length, so that nothing of the answer differs but these letters.
KNOWN, UNKNOWN = "host_member@contoh.example", "tidak_ada_x@contoh.example"


@pytest.fixture
def hashings(monkeypatch):
    """Every run of argon2, whether it hashes or verifies: both cost the same."""
    runs = []
    for name in ("hash_secret", "verify_secret"):
        real = getattr(argon2.low_level, name)
        monkeypatch.setattr(argon2.low_level, name, lambda *args, real=real, **values: runs.append(1) or real(*args, **values))
    return runs


@pytest.fixture(params=["wrong password", "no password yet", "inactive", "removed"])
def known(request, app, cast):
    """An address that has an account, or had one."""
    with app.app_context():
        give_password(cast.host_member.id)
        user = db.session.get(User, cast.host_member.id)
        if request.param == "no password yet":
            user.password = None
        if request.param == "inactive":
            user.active = False
        if request.param == "removed":
            service.remove(user, cast.host_manager.viewer)
        db.session.commit()
    return KNOWN


def work(app, count_queries, hashings, path, email, **values) -> dict:
    """What one answer was made of, by a fresh visitor."""
    client = app.test_client()
    client.post(path, data={"email": "siapa@contoh.example", **values})  # the first try of a network address sweeps old counts away
    client = app.test_client()
    hashings.clear()
    with count_queries() as counter:
        answer = client.post(path, data={"email": email, **values})
    return {
        "status": answer.status_code,
        "page": answer.text.replace(email, "ALAMAT"),
        "headers": sorted((name, value) for name, value in answer.headers if name != "Set-Cookie"),
        "cookies": [cookie.key for cookie in client._cookies.values()],
        "statements": counter.statements,
        "hashings": len(hashings),
    }


def test_asking_for_a_new_password_is_the_same_for_every_address(app, count_queries, hashings, known, mailbox):
    first, second = (work(app, count_queries, hashings, "/lupa-sandi", email) for email in (known, UNKNOWN))
    assert first == second and first["status"] == 200
    assert first["hashings"] == 0, "whoever asks many times must not keep the machine busy"
    assert not any(" person" in statement for statement in first["statements"]), "the page asks whether there is such an account"


def test_a_failed_sign_in_is_the_same_for_every_address(app, count_queries, hashings, known):
    first, second = (work(app, count_queries, hashings, "/masuk", email, password="bukan-kata-sandinya") for email in (known, UNKNOWN))
    assert first == second and (first["status"], first["hashings"]) == (422, 1)
    assert not any("lower(" in statement for statement in first["statements"]), "all people are read until the address is found"


def test_the_right_password_of_an_inactive_account_is_a_wrong_one(app, cast, count_queries, hashings):
    with app.app_context():
        give_password(cast.host_member.id)
        db.session.get(User, cast.host_member.id).active = False
        db.session.commit()
    first, second = (work(app, count_queries, hashings, "/masuk", email, password=PASSWORD) for email in (KNOWN, UNKNOWN))
    assert first == second and first["status"] == 422


@pytest.mark.parametrize(("path", "tries"), [("/lupa-sandi", 5), ("/masuk", 9)])
def test_the_limit_is_the_same_for_every_address(app, cast, path, tries):
    with app.app_context():
        give_password(cast.host_member.id)
    answers = [
        [app.test_client().post(path, data={"email": email, "password": "bukan-kata-sandinya"}) for _ in range(tries)]
        for email in (KNOWN, UNKNOWN)
    ]
    codes = [[answer.status_code for answer in some] for some in answers]
    assert codes[0] == codes[1] and codes[0][-2:] == [codes[0][0], 429]


@pytest.mark.parametrize(
    "spelling",
    ["HOST_MEMBER@CONTOH.EXAMPLE", " host_member@contoh.example", "host_member@ｃontoh.example", "host_member@ｃｏｎｔｏｈ．example"],
)
@pytest.mark.parametrize(("path", "tries"), [("/lupa-sandi", 4), ("/masuk", 8)])
def test_another_spelling_of_the_address_gives_no_further_tries(client, cast, with_password, spelling, path, tries):
    for _ in range(tries):
        client.post(path, data={"email": KNOWN, "password": "bukan-kata-sandinya"})
    assert client.post(path, data={"email": spelling, "password": "bukan-kata-sandinya"}).status_code == 429


def test_an_endless_address_is_refused_before_it_is_read(client, count_queries):
    with count_queries() as counter:
        assert client.post("/lupa-sandi", data={"email": "a" * 400_000 + "@contoh.example"}).status_code == 422
    assert not any(statement.startswith("INSERT") for statement in counter.statements)
