"""A host receives when it has said so: who already dealt with guests under the usual hours has them written down as its own."""

from datetime import time

import sqlalchemy as sa
from alembic import op

revision = "said_hours"
down_revision = "kept"

# What held until now for a host that had not set anything.
USUAL = {"notice_days": 5, "ahead_days": 120, "largest_delegation": 40, "visits_per_session": 1, "place": "", "bring": "", "note": ""}
SESSIONS = ((time(9), time(11, 30)), (time(13, 30), time(15, 30)))

# The host accepted, proposed days, or closed some: it works with these hours. A request alone, or a refusal, says nothing of them.
RECEIVES = """
SELECT office.id FROM office
WHERE office.kind <> 'redaksi' AND office.id NOT IN (SELECT host_id FROM openness) AND (
    office.id IN (SELECT host_id FROM closed_period)
    OR office.id IN (
        SELECT host_id FROM visit
        WHERE status IN ('accepted', 'online', 'held', 'reported', 'closed', 'cancelled', 'proposed')
        OR (decided_at IS NOT NULL AND status NOT IN ('draft', 'declined'))
    )
)
ORDER BY office.id
"""


def upgrade():
    connection = op.get_bind()
    openness = sa.table(
        "openness", sa.column("id", sa.Integer), sa.column("host_id", sa.Integer), *(sa.column(name) for name in USUAL)
    )  # fmt: skip
    session = sa.table(
        "open_session", sa.column("openness_id", sa.Integer), sa.column("weekday", sa.Integer), sa.column("starts", sa.Time),
        sa.column("ends", sa.Time),
    )  # fmt: skip
    for (host_id,) in connection.execute(sa.text(RECEIVES)).all():
        connection.execute(openness.insert().values(host_id=host_id, **USUAL))
        openness_id = connection.scalar(sa.select(openness.c.id).where(openness.c.host_id == host_id))
        rows = [
            {"openness_id": openness_id, "weekday": weekday, "starts": starts, "ends": ends}
            for weekday in range(5)
            for starts, ends in SESSIONS
        ]  # fmt: skip
        connection.execute(session.insert(), rows)


def downgrade():
    """The rows say what held without them, so they may stay."""
