"""The demand board knows ends, and what moderators took off it."""

import sqlalchemy as sa
from alembic import op

revision = "demand"
down_revision = "told_again"


def upgrade():
    with op.batch_alter_table("demand_claim") as table:
        table.add_column(sa.Column("reminded_at", sa.DateTime()))
        table.add_column(sa.Column("released_at", sa.DateTime()))
        table.add_column(sa.Column("fulfilled_at", sa.DateTime()))
        table.add_column(sa.Column("article_id", sa.Integer()))
        table.create_foreign_key(op.f("fk_demand_claim_article_id_article"), "article", ["article_id"], ["id"], ondelete="SET NULL")
        table.create_index(op.f("ix_demand_claim_article_id"), ["article_id"])
    op.create_table(
        "demand_removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_removal")),
        sa.UniqueConstraint("digest", name=op.f("uq_demand_removal_digest")),
    )
    # So far strangers were counted too, and each of their searches was shown: only what an office took up is kept, and stays in sight.
    op.execute("DELETE FROM missed_search WHERE words NOT IN (SELECT subject FROM demand_claim WHERE kind = 'search')")
    op.execute("UPDATE missed_search SET times = 2 WHERE times < 2")


def downgrade():
    op.drop_table("demand_removal")
    op.execute("DELETE FROM demand_claim WHERE released_at IS NOT NULL OR fulfilled_at IS NOT NULL")
    with op.batch_alter_table("demand_claim") as table:
        table.drop_index(op.f("ix_demand_claim_article_id"))
        table.drop_constraint(op.f("fk_demand_claim_article_id_article"), type_="foreignkey")
        for column in ("article_id", "fulfilled_at", "released_at", "reminded_at"):
            table.drop_column(column)
