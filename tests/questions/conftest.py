"""One more of the cast: the manager of the editorial office, who moderates."""

import pytest

from kb.core.db import db
from tests import makers


@pytest.fixture
def editor(app, cast):
    """The manager of the editorial office."""
    with app.app_context():
        user = makers.make_user(office="redaksi", role="manager", name="Editor", email="editor@contoh.example")
        db.session.commit()
        return makers.person(user)
