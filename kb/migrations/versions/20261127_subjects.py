"""Articles say whom they are about besides who wrote them; a published value may lack an instrument, when its source names none."""

import sqlalchemy as sa
from alembic import op

revision = "subjects"
down_revision = "said_hours"

# Beside the index over the named ones, where NULL is never equal to NULL.
UNNAMED = sa.text("instrument_id IS NULL")


def upgrade():
    op.create_table(
        "article_about",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_about_article_id_article"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_article_about_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_about")),
        sa.UniqueConstraint("article_id", "office_id", name=op.f("uq_article_about_article_id")),
    )
    op.create_index(op.f("ix_article_about_office_id"), "article_about", ["office_id"])
    with op.batch_alter_table("article_revision") as table:
        table.add_column(sa.Column("about_ids", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("article_revision") as table:
        table.alter_column("about_ids", existing_type=sa.JSON(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("index_value") as table:
        table.alter_column("instrument_id", existing_type=sa.String(length=20), nullable=True)
    op.create_index(
        "one_value_without_instrument", "index_value", ["office_id", "year", "kind"], unique=True,
        sqlite_where=UNNAMED, postgresql_where=UNNAMED,
    )  # fmt: skip


def downgrade():
    op.drop_index("one_value_without_instrument", "index_value")
    # A value must name an instrument there: the one that was in force, as these rows had it before.
    op.execute(
        "UPDATE index_value SET instrument_id = CASE WHEN year <= 2020 THEN 'spbe-2018' ELSE 'spbe-2020' END WHERE instrument_id IS NULL"
    )
    with op.batch_alter_table("index_value") as table:
        table.alter_column("instrument_id", existing_type=sa.String(length=20), nullable=False)
    with op.batch_alter_table("article_revision") as table:
        table.drop_column("about_ids")
    op.drop_table("article_about")
