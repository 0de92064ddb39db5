"""The stage of the accounts tests: what the library mails is caught."""

from types import SimpleNamespace

import pytest

from tests.accounts.makers import give_password


@pytest.fixture
def mailbox(app, monkeypatch):
    """The mails that Flask-Security hands over, as objects with template, subject, recipient and body."""
    caught = []

    def send(template, subject, recipient, sender, body, html, **context):
        caught.append(SimpleNamespace(template=template, subject=str(subject), recipient=recipient, body=body, html=html))

    monkeypatch.setattr(app.extensions["security"].mail_util, "send_mail", send)
    return caught


@pytest.fixture
def with_password(app, cast):
    """The member of Mesuji can sign in by password."""
    with app.app_context():
        give_password(cast.host_member.id)
    return cast.host_member
