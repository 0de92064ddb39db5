"""The demo: sample accounts and open days, marked "data contoh", only with KB_ENV=demo."""

from kb.accounts import seed as accounts
from kb.core.db import db
from kb.visits import seed as visits


def seed() -> None:
    """Create what is missing; nothing that people changed is touched."""
    accounts.demo_accounts()
    db.session.commit()
    visits.demo_openness()
    db.session.commit()
