"""A form that came too late is shown again in the words of the form, not of the code."""

import re

import pytest
from itsdangerous import URLSafeTimedSerializer

from kb.accounts.models import JoinRequest
from kb.core.db import db
from kb.core.resending import all_forms, labels_for, labels_of
from kb.core.senders import SALT_OF_TOKENS
from kb.notifications.choices import KINDS
from kb.visits.workflow import ACTIONS
from tests.accounts.makers import make_request
from tests.makers import signed_in
from tests.pages import OWN_PAGE


def typed_in(form) -> set[str]:
    """The fields that a person fills in, by what the browser shows of them."""
    fields = {name: getattr(form, name) for name in dir(form) if hasattr(getattr(form, name), "_formfield")}
    widgets = {name: field.kwargs.get("widget") or field.field_class.widget for name, field in fields.items()}
    return {name for name, widget in widgets.items() if getattr(widget, "input_type", "") not in ("hidden", "submit")}


@pytest.fixture
def stale(csrf):
    """Posts forms as if their token were too old."""
    return lambda client, address, **typed: client.post(address, data={"csrf_token": "lama", **typed}, headers=OWN_PAGE)


def test_every_field_of_every_form_is_called_by_its_label(app):
    assert len(all_forms()) > 30
    with app.test_request_context():
        for form in (form for form in all_forms() if form.__module__.startswith("kb.")):
            labels, typed = labels_of(form), typed_in(form)
            assert {name for name, label in labels.items() if label} == typed, form
            shown = labels_for(set(labels))
            assert typed <= {name for name, label in shown.items() if label}, form
            english = {name for name in typed if shown[name].lower() == name.replace("_", " ")} - set(KINDS) - {"nip"}
            assert not english, form


def test_a_visit_request_that_came_too_late_speaks_indonesian(cast, stale):
    typed = {"mode": "daring", "slot": "2026-12-01 09:00", "purpose": "Belajar", "questions": "Apa?", "head_name": "Kepala", "once": "abc"}
    page = stale(cast.guest_manager.client, "/kunjungan/baru?tuan_rumah=kabupaten-mesuji", lihat_bulan="2026-12", **typed).text
    shown = dict(zip(re.findall(r'<label for="lagi-\d+">(.*?)</label>', page), re.findall(r'name="(\w+)" rows', page), strict=True))
    assert shown == {
        "Cara konsultasi": "mode",
        "Hari dan sesi": "slot",
        "Maksud kunjungan": "purpose",
        "Pertanyaan, satu per baris": "questions",
        "Nama pimpinan rombongan": "head_name",
    }
    for name, value in {"once": "abc", "lihat_bulan": "2026-12"}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_of_two_forms_with_a_field_of_one_name_each_has_its_own_label():
    assert labels_for({"body", "once", "version"})["body"] == "Jawaban instansi Anda"
    assert labels_for({"body", "once", "version", "title", "summary", "source", "visibility", "note"})["body"] == "Isi"


def test_each_of_several_forms_on_a_page_is_known_by_its_labels():
    assert labels_for({"jawab-body", "jawab-once", "jawab-seen", "csrf_token"})["jawab-body"] == "Jawaban instansi Anda"


# What is only pressed, chosen from a page that must be seen, or holds nothing but secrets. A new view stands here or says what it does.
NOT_RESENT = {
    "accounts.admit", "accounts.change_role", "accounts.hand_over", "accounts.remove", "accounts.switch_off_two_step", "accounts.take_back",
    "accounts.withdraw", "answers.accept", "answers.confirm_current", "answers.helpful", "answers.unaccept", "answers.withdraw",
    "articles.archive", "articles.discard", "articles.preview", "articles.publish", "articles.restore", "day.check_in", "day.drop_photo",
    "feeds.renew", "home.claim_demand", "home.discard_search", "home.make_article", "hosting.forget_holiday", "hosting.reopen",
    "hosting.timezone", "moderation.dismiss", "moderation.show", "notes.discard", "notes.finish", "notes.narrow", "notes.publish",
    "notifications.follow", "notifications.open_notice", "notifications.read_all", "notifications.retry", "notifications.retry_all",
    "notifications.settings", "notifications.stop", "questions.decline_invitation", "questions.reopen", "security.change_password",
    "security.logout", "security.mf_recovery", "security.mf_recovery_codes", "security.reset_password", "security.tf_select",
    "security.two_factor_rescue", "security.two_factor_setup", "security.two_factor_setup_validate", "security.two_factor_token_validation",
    "security.verify", "visits.discard", "visits.open_to_all", "visits.together",
}  # fmt: skip


def test_every_form_says_what_sending_it_again_does_or_is_not_sent_again(app):
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    named = {endpoint for endpoint in posted if getattr(app.view_functions[endpoint], "resent_as", "")}
    assert posted - named == NOT_RESENT


def test_every_step_of_a_visit_is_named(app):
    says = app.view_functions["visits.act"].resent_as
    assert says(visit_id=1, action="decline") == "kunjungan: tolak"
    assert all(says(visit_id=1, action=action) for action in ACTIONS)


def test_the_page_names_what_it_would_do_and_shows_all_that_was_typed(cast, stale):
    page = stale(cast.host_manager.client, "/kunjungan/1/decline", reason="Ruang dipakai", version="3").text
    assert "<strong>kunjungan: tolak</strong>" in page and ">Alasan</label>" in page and "Ruang dipakai" in page


@pytest.mark.parametrize("typed", [{}, {"version": "3"}, {"reason": "  "}])
def test_without_anything_typed_there_is_nothing_to_send_again(cast, stale, typed):
    answer = stale(cast.host_manager.client, "/kunjungan/1/decline", **typed)
    assert answer.status_code == 400 and "Kirim lagi" not in answer.text and ">Buka lagi halamannya<" not in answer.text


@pytest.mark.parametrize(
    ("referrer", "offered"),
    [
        ("http://localhost/kunjungan/1?hal=2", "/kunjungan/1?hal=2"),
        ("https://situs-lain.example/kunjungan/1", ""),
        ("http://localhost//situs-lain.example/", ""),
        ("http://localhost", ""),
        ("bukan alamat", ""),
        ("", ""),
    ],
)
def test_what_is_only_pressed_leads_back_to_its_page(app, cast, stale, referrer, offered):
    client = cast.admin.client
    answer = client.post("/admin/permohonan/1/setujui", data={"csrf_token": "lama"}, headers={**OWN_PAGE, "Referer": referrer})
    assert answer.status_code == 400 and "Kirim lagi" not in answer.text
    assert re.findall(r'href="([^"]+)">Buka lagi halamannya', answer.text) == ([offered] if offered else [])


def token(app, secret: str = "") -> str:
    """As we sign them; `secret` signs as somebody else would."""
    return URLSafeTimedSerializer(secret or app.secret_key, salt=SALT_OF_TOKENS).dumps("a" * 40)


def test_a_browser_that_says_nothing_is_believed_by_a_token_that_we_signed(app, client, csrf):
    typed = {"title": "Judul saya", "body": "isi yang berharga"}
    ours = client.post("/artikel/baru", data={**typed, "csrf_token": token(app)})
    assert ours.status_code == 401 and "isi yang berharga" in ours.text and "menyimpan artikel baru" in ours.text
    for other in (token(app, "lain"), "lama", ""):
        answer = client.post("/artikel/baru", data={**typed, "csrf_token": other})
        assert answer.status_code == 401 and "isi yang berharga" not in answer.text and "Kirim lagi" not in answer.text
        assert "Set-Cookie" not in answer.headers


def test_a_page_elsewhere_cannot_have_somebody_admitted(app, strict, cast):
    """As it was shown: a form of another site, posted without cookies, came back as a page of ours with a button."""
    with app.app_context():
        request = make_request().id
        db.session.commit()
    address = f"/admin/permohonan/{request}/setujui"
    for headers in ({"Origin": "https://situs-lain.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        for client in (strict.test_client(), signed_in(strict, cast.admin.session_id)):
            answer = client.post(address, data={"catatan": "ya"}, headers=headers)
            assert answer.status_code in (400, 401, 403) and "Kirim lagi" not in answer.text
            assert 'name="catatan"' not in answer.text and "session=" not in answer.headers.get("Set-Cookie", "")
    with app.app_context():
        assert db.session.get(JoinRequest, request).status == "waiting"
