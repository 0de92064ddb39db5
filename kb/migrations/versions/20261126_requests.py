"""A draft may live without a day; what the guest has read may be articles."""

import sqlalchemy as sa
from alembic import op

revision = "requests"
down_revision = "widest"


def upgrade():
    with op.batch_alter_table("visit") as table:
        table.alter_column("day", existing_type=sa.Date(), nullable=True)
        table.add_column(sa.Column("article_ids", sa.JSON(), nullable=False, server_default="[]"))
        table.create_check_constraint(op.f("ck_visit_day_unless_draft"), "status = 'draft' OR day IS NOT NULL")


def downgrade():
    """A draft without a day gets the one on which it was begun: nobody can send it like that, and nothing of it is lost."""
    op.execute("UPDATE visit SET day = date(created_at), session = '09:00', session_ends = '11:30' WHERE day IS NULL")
    with op.batch_alter_table("visit") as table:
        table.drop_constraint(op.f("ck_visit_day_unless_draft"), type_="check")
        table.drop_column("article_ids")
        table.alter_column("day", existing_type=sa.Date(), nullable=False)
