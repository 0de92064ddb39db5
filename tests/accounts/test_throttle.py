"""Guessing is slow: per account and per address, in every process, whatever becomes of the request."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb import create_app
from kb.accounts import throttle
from kb.accounts.models import Attempt
from kb.accounts.throttle import Limit, Throttled
from kb.core.db import db
from tests.accounts.makers import PASSWORD, sign_in
from tests.moments import pass_time

TWO = Limit("test", 2, 15)


def guess(client, email, times):
    return [sign_in(client, email, f"tebakan-nomor-{number}") for number in range(times)]


def test_after_eight_wrong_passwords_the_right_one_must_wait(client, with_password, monkeypatch):
    assert {answer.status_code for answer in guess(client, with_password.email, 8)} == {422}
    refused = sign_in(client, with_password.email)
    assert refused.status_code == 429
    assert "Terlalu banyak percobaan. Coba lagi setelah" in refused.text and "WIB" in refused.text
    pass_time(monkeypatch, minutes=16)
    assert sign_in(client, with_password.email).status_code == 302


def test_an_unknown_address_is_throttled_alike(client):
    answers = guess(client, "tidak.ada@contoh.example", 9)
    assert [answer.status_code for answer in answers] == [422] * 8 + [429]


def test_capitals_and_blanks_do_not_make_another_account(client, with_password):
    guess(client, with_password.email, 8)
    assert sign_in(client, f" {with_password.email.upper()} ").status_code == 429


def test_a_success_wipes_nothing_but_its_own_try(client, with_password):
    guess(client, with_password.email, 7)
    assert sign_in(client, with_password.email).status_code == 302
    client.post("/keluar")
    assert sign_in(client, with_password.email, "salah-lagi-salah").status_code == 422
    assert sign_in(client, with_password.email).status_code == 429


def test_one_network_address_cannot_try_many_accounts(client, with_password):
    for number in range(30):
        sign_in(client, f"orang{number}@contoh.example", "kata-sandi-umum")
    assert sign_in(client, with_password.email).status_code == 429


def test_people_behind_one_address_who_sign_in_well_are_not_held_up(client, with_password):
    for _ in range(35):
        assert sign_in(client, with_password.email).status_code == 302
        client.post("/keluar")


def test_the_count_holds_across_worker_processes(app, with_password):
    other = create_app({**app.config, "WTF_CSRF_ENABLED": False})
    guess(app.test_client(), with_password.email, 4)
    guess(other.test_client(), with_password.email, 4)
    assert sign_in(app.test_client(), with_password.email).status_code == 429
    assert sign_in(other.test_client(), with_password.email).status_code == 429
    with other.app_context():
        db.engine.dispose()


def test_a_try_is_counted_even_when_the_request_is_rolled_back(db_ctx):
    with db_ctx():
        throttle.spend(TWO, "a")
        db.session.rollback()
        throttle.spend(TWO, "a")
        db.session.rollback()
        with pytest.raises(Throttled):
            throttle.spend(TWO, "a")


def test_tries_at_the_same_moment_are_all_counted(app):
    def one_try(_):
        with app.app_context():
            try:
                throttle.spend(TWO, "a")
                return True
            except Throttled:
                return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one_try, range(16))) == 2


def test_a_new_window_begins_when_the_old_one_is_over(db_ctx, monkeypatch):
    with db_ctx():
        for _ in range(2):
            throttle.spend(TWO, "a")
        pass_time(monkeypatch, minutes=15)
        throttle.spend(TWO, "a")
        throttle.spend(TWO, "a")
        with pytest.raises(Throttled):
            throttle.spend(TWO, "a")


def test_old_counts_are_swept_away(db_ctx, monkeypatch):
    with db_ctx():
        throttle.spend(TWO, "a")
        pass_time(monkeypatch, hours=2)
        throttle.spend(TWO, "b")
        assert db.session.query(Attempt).count() == 1


def test_neither_network_address_nor_account_is_stored(app, client, with_password):
    sign_in(client, with_password.email, "salah-sama-sekali")
    with app.app_context():
        kept = " ".join(attempt.key for attempt in db.session.query(Attempt))
        assert "127.0.0.1" not in kept and with_password.email not in kept and len(kept) >= 128


def test_guessing_the_old_password_while_signed_in_is_throttled(app, client, with_password):
    sign_in(client, with_password.email)
    form = {"password": "bukan-yang-lama", "new_password": "kata sandi baru", "new_password_confirm": "kata sandi baru"}
    codes = [client.post("/ubah-sandi", data=form).status_code for _ in range(9)]
    assert codes == [422] * 8 + [429]
    assert client.post("/ubah-sandi", data={**form, "password": PASSWORD}).status_code == 429


def test_join_requests_from_one_address_are_limited(client):
    form = {"office": "kabupaten-lampung-selatan", "name": "Orang", "position": "Staf"}
    codes = [client.post("/gabung", data={**form, "email": f"o{n}@contoh.example"}).status_code for n in range(11)]
    assert codes == [303] * 10 + [429]
