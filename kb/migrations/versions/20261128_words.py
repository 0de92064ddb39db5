"""The words of each text, and the repealed rules that an answer cites, are stored beside it; `flask kb setup` works them out."""

import sqlalchemy as sa
from alembic import op

revision = "words"
down_revision = "domains"
branch_labels = None
depends_on = None

TABLES = ("article", "note", "question", "answer")


def upgrade():
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("words", sa.Text(), server_default="", nullable=False))
        op.execute(f"UPDATE {table} SET rendered_by = ''")  # so that setup makes anew what is derived from the text
    with op.batch_alter_table("answer") as batch:
        batch.add_column(sa.Column("cited", sa.JSON(), server_default="[]", nullable=False))


def downgrade():
    with op.batch_alter_table("answer") as batch:
        batch.drop_column("cited")
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("words")
