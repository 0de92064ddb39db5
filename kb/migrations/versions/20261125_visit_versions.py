"""Steps of a visit know what was seen, and reports whether notes were published."""

import sqlalchemy as sa
from alembic import op

revision = "visit_versions"
down_revision = "told"


def upgrade():
    with op.batch_alter_table("visit") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("noted_at", sa.DateTime()))
    op.execute(
        """UPDATE visit SET noted_at = (SELECT min(note.published_at) FROM note
        WHERE note.visit_id = visit.id AND note.status = 'published')"""
    )


def downgrade():
    with op.batch_alter_table("visit") as table:
        table.drop_column("noted_at")
        table.drop_column("version")
