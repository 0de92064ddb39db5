"""Index values hold those of their domains, and what setup wrote of them, so that it leaves alone what people changed."""

import sqlalchemy as sa
from alembic import op

revision = "domains"
down_revision = "rendered"
branch_labels = None
depends_on = None

DOMAINS = ("domain_1", "domain_2", "domain_3", "domain_4")


def upgrade():
    with op.batch_alter_table("index_value") as batch:
        for name in DOMAINS:
            batch.add_column(sa.Column(name, sa.Numeric(4, 2), nullable=True))
        batch.add_column(sa.Column("seeded", sa.String(16), nullable=True))
    op.execute("UPDATE index_value SET seeded = 'sebelumnya'")  # until now setup overwrote whatever it knew, each time


def downgrade():
    with op.batch_alter_table("index_value") as batch:
        batch.drop_column("seeded")
        for name in reversed(DOMAINS):
            batch.drop_column(name)
