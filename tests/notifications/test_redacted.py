"""A text that moderators replaced lives on in no notice and no mail, whether sent or waiting; other notices stay as useful as they were."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kb.core import events
from kb.core.db import db
from kb.notifications import choices, digest, follows
from kb.notifications.models import Mail, Notice
from kb.questions import moderation, queries, service
from tests.moments import next_morning
from tests.questions.makers import make_answer, make_question

SECRET = "Budi Rahasia"
TITLE = f"Bolehkah menghubungi {SECRET}?"


def asked(cast, rhythm: str = "now", title: str = TITLE) -> int:
    follows.follow(f"office:{cast.guest_manager.office_id}", cast.outsider.viewer)
    choices.choose(cast.outsider.id, "ikuti", rhythm)
    question = make_question(cast.guest_manager.viewer, title, invited=("18.11",))
    db.session.commit()
    events.drain(remote=False)
    return question.id


def redact(question_id: int, cast, text: str = SECRET) -> None:
    moderation.redact(queries.find(question_id), text, cast.admin.viewer)
    db.session.commit()
    events.drain(remote=False)


def told(person) -> list[tuple[str, str]]:
    query = select(Notice.title, Notice.detail).where(Notice.user_id == person.id).order_by(Notice.id)
    return [tuple(row) for row in db.session.execute(query)]


def stored() -> str:
    return "".join(f"{mail.subject}{mail.text}{mail.html}" for mail in db.session.scalars(select(Mail)))


def test_a_notice_tells_the_title_as_it_reads_now(cast, db_ctx):
    with db_ctx():
        redact(asked(cast), cast)
        assert told(cast.outsider) == [("Pertanyaan baru: Bolehkah menghubungi [disamarkan]?", "Diskominfo Kabupaten Pringsewu bertanya.")]


def test_a_mail_that_waits_goes_out_with_the_new_title_and_all_the_rest(cast, db_ctx, post_office):
    with db_ctx():
        ident = asked(cast)
        redact(ident, cast)
        events.drain()
    sent = next(sent for sent in post_office.received if sent["To"] == cast.outsider.email)
    text = sent.get_body(("plain",)).get_content()
    assert "[disamarkan]?" in sent["Subject"] and "[disamarkan]?" in text and f"/tanya/{ident}" in text and "/berhenti/" in text
    assert SECRET not in sent.as_string() and SECRET not in sent.get_body(("html",)).get_content()


def test_a_mail_that_was_sent_keeps_nothing_of_it(cast, db_ctx, post_office):
    with db_ctx():
        ident = asked(cast)
        events.drain()
        redact(ident, cast)
        assert SECRET not in stored()
        assert {mail.text for mail in db.session.scalars(select(Mail))} == {""}


@pytest.mark.parametrize("was_sent", [True, False])
def test_a_digest_keeps_nothing_of_it(cast, db_ctx, monkeypatch, post_office, was_sent):
    with db_ctx():
        ident = asked(cast, "daily")
        next_morning(monkeypatch, digest.HOUR)
        digest.write()
        if was_sent:
            events.drain()
        redact(ident, cast)
        assert SECRET not in stored()
        events.drain()
    sent = next(sent for sent in post_office.received if sent["To"] == cast.outsider.email)
    assert (SECRET in sent.as_string()) == was_sent
    assert was_sent or "Bolehkah menghubungi [disamarkan]?" in sent.get_body(("plain",)).get_content()


def test_of_the_digests_of_others_nothing_is_lost(cast, db_ctx, monkeypatch):
    with db_ctx():
        follows.follow("indicator:spbe-2020/13", cast.host_member.viewer)
        make_question(cast.guest_member.viewer, "Tentang yang lain?", indicators=("spbe-2020/13",))
        ident = asked(cast, "daily")
        next_morning(monkeypatch, digest.HOUR)
        assert digest.write() == 2
        redact(ident, cast)
        mail = db.session.scalars(select(Mail).where(Mail.to_address == cast.host_member.email)).one()
        assert "Tentang yang lain?" in mail.text and "Tentang yang lain?" in mail.html


def test_a_text_of_a_result_note_leaves_the_other_notices_as_they_are(cast, db_ctx):
    with db_ctx():
        ident = asked(cast, title="Siapa memimpin?")
        answer = make_answer(queries.find(ident), cast.host_member.viewer)
        service.accept(answer, cast.guest_manager.viewer)
        service.confirm_applied(answer, f"Dibantu {SECRET}.", cast.guest_manager.viewer)
        db.session.commit()
        events.drain(remote=False)
        before = told(cast.outsider), told(cast.host_manager)
        assert ("Jawaban Anda berhasil diterapkan: Siapa memimpin?", f"Hasilnya: Dibantu {SECRET}.") in before[1]
        redact(ident, cast)
        assert told(cast.outsider) == before[0]
        assert told(cast.host_manager) == [(title, "" if SECRET in detail else detail) for title, detail in before[1]]
        assert SECRET not in stored() and "Siapa memimpin?" in stored()


def test_a_title_it_had_before_an_edit_is_no_reason_to_change_a_notice(cast, db_ctx):
    with db_ctx():
        ident = asked(cast, title="Siapa memimpin?")
        found = queries.find(ident)
        content = replace(service.content_of(found), title="Siapa ketuanya?", body=f"Kata {SECRET}.")
        service.edit(found, content, cast.guest_manager.viewer, 1)
        db.session.commit()
        redact(ident, cast)
        assert told(cast.outsider)[0][0] == "Pertanyaan baru: Siapa memimpin?"
