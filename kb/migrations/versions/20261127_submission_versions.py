"""A form that is sent again knows which version its first sending made."""

import sqlalchemy as sa
from alembic import op

revision = "submission_versions"
down_revision = "subjects"


def upgrade():
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("version", sa.Integer()))


def downgrade():
    with op.batch_alter_table("submission") as table:
        table.drop_column("version")
