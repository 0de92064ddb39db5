"""A change knows what it started from, so that the second of two people at one text overwrites nothing in silence.

For texts without a version of their own: the form carries a fingerprint of what it showed, and the service compares it with what is
stored, in the transaction of the change.
"""

import hashlib

from kb.core.errors import Conflict


class EditConflict(Conflict):
    """Somebody saved something else meanwhile; `stored` is their text."""

    def __init__(self, stored: str):
        super().__init__("Isinya sudah diubah orang lain sejak Anda membukanya.")
        self.stored = stored


def fingerprint(text: str) -> str:
    """A short name of a text; empty as long as nothing is stored."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def check(started_from: str | None, stored: str) -> None:
    """Raises EditConflict when the change did not start from what is stored now."""
    if (started_from or "") != fingerprint(stored):
        raise EditConflict(stored)
