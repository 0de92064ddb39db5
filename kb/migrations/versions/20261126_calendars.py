"""What calendars were sent of each day of a visit."""

from datetime import UTC, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "calendars"
down_revision = "letters"

# What was sent until now: the days of visits that are agreed, or were so once (their SEQUENCE has risen) and were not taken out again.
SENT = """
    SELECT visit.id, visit.sequence, visit.mode, visit.room, visit.meeting_link, office.timezone, visit_session.day,
        MIN(visit_session.session) AS starts, MAX(visit_session.ends) AS ends
    FROM visit JOIN visit_session ON visit_session.visit_id = visit.id JOIN office ON office.id = visit.host_id
    WHERE visit.status IN ('accepted', 'online', 'held', 'reported', 'closed')
        OR (visit.sequence > 0 AND visit.status IN ('proposed', 'requested', 'waitlisted', 'declined', 'withdrawn'))
    GROUP BY visit.id, visit.sequence, visit.mode, visit.room, visit.meeting_link, office.timezone, visit_session.day
    ORDER BY visit.id, visit_session.day
"""


def upgrade():
    table = op.create_table(
        "sent_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_sent_entry_visit_id_visit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_entry")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_sent_entry_visit_id")),
    )
    found = op.get_bind().execute(sa.text(SENT).columns(day=sa.Date())).all()
    rows = [_row(day, number) for _, days in groupby(found, key=lambda row: row.id) for number, day in enumerate(days, start=1)]
    if rows:
        op.bulk_insert(table, rows)


def _row(day, number: int) -> dict:
    def moment(at: str) -> datetime:
        local = datetime.combine(day.day, time.fromisoformat(at), ZoneInfo(day.timezone))
        return local.astimezone(UTC).replace(tzinfo=None)

    return {
        "visit_id": day.id, "number": number, "starts_at": moment(day.starts), "ends_at": moment(day.ends),
        "place": day.meeting_link if day.mode == "daring" else day.room, "sequence": day.sequence, "is_cancelled": False,
    }  # fmt: skip


def downgrade():
    op.drop_table("sent_entry")
