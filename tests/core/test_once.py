"""A form that is sent again: the upgrade from the version before, and what its key remembers."""

import pytest
from flask_migrate import downgrade, upgrade

from tests.migrations import insert, rows

KEY = {"key": "7:kunci", "location": "/artikel/lama", "at": "2026-11-27 00:00:00"}


def the_version_before() -> None:
    upgrade(revision="demand")
    insert("submission", **KEY)


@pytest.fixture
def old(installation):
    """An installation of the version before, with a form that was carried out."""
    return installation(the_version_before)


def test_keys_of_forms_stay_on_the_way_up_and_back(old):
    upgrade(revision="submission_versions")
    assert rows("SELECT key, location, version FROM submission") == [("7:kunci", "/artikel/lama", None)]
    downgrade(revision="demand")
    assert rows("SELECT key, location FROM submission") == [("7:kunci", "/artikel/lama")]
