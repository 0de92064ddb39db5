"""Each stored text remembers which renderer made its HTML; `flask kb setup` makes anew what another one made."""

import sqlalchemy as sa
from alembic import op

revision = "rendered"
down_revision = "submission_versions"
branch_labels = None
depends_on = None

TABLES = ("article", "note", "question", "answer")


def upgrade():
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("rendered_by", sa.String(12), server_default="", nullable=False))


def downgrade():
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("rendered_by")
