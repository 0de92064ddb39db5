"""The link that ends mails of a kind without signing in (RFC 8058). It is signed, so no table holds it and nobody can guess another's."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from kb.accounts.models import User
from kb.core.db import db
from kb.core.errors import NotFound
from kb.notifications.choices import DIGEST, KINDS


def link(user_id: int, kind: str) -> str:
    """The address for one person and one kind (or `choices.DIGEST`)."""
    return f"{current_app.config['BASE_URL']}/berhenti/{_signer().dumps([user_id, kind])}"


def meant_by(token: str) -> tuple[int, str]:
    """The person and the kind of a link. Raises NotFound for a link we did not make, or whose person has gone."""
    try:
        user_id, kind = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound from None
    user = db.session.get(User, user_id)
    if user is None or user.is_removed or (kind not in KINDS and kind != DIGEST):
        raise NotFound
    return user_id, kind


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="notifications.unsubscribe")
