"""One more of the cast: the manager of the editorial office, who moderates."""

from types import SimpleNamespace

import pytest

from kb.core.db import db
from kb.core.viewer import viewer_of
from tests import makers


@pytest.fixture
def editor(app, cast):
    """The manager of the editorial office."""
    with app.app_context():
        user = makers.make_user(office="redaksi", role="manager", name="Editor", email="editor@contoh.example")
        db.session.commit()
        found = SimpleNamespace(
            id=user.id, office_id=user.office_id, email=user.email, viewer=viewer_of(user), session_id=user.fs_uniquifier
        )
    found.client = makers.signed_in(app, found.session_id)
    return found
