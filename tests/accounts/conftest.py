"""The stage of the accounts tests."""

import pytest

from tests.accounts.makers import give_password


@pytest.fixture
def with_password(app, cast):
    """The member of Mesuji can sign in by password."""
    with app.app_context():
        give_password(cast.host_member.id)
    return cast.host_member
