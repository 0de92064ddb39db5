"""What came from a content file is known by its name, and what people changed since is not overwritten; given-up deliveries count as open."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from kb.core.markdown import slug

revision = "import_keys"
down_revision = "calendars"

# The importer has no account: a revision without author is its own.
OF_IMPORT = """imported_version = version WHERE import_key IS NOT NULL AND EXISTS (
    SELECT 1 FROM {table}_revision AS newest
    WHERE newest.{table}_id = {table}.id AND newest.number = {table}.version AND newest.author_id IS NULL)"""
OPEN, UNFINISHED = sa.text("done_at IS NULL AND gave_up_at IS NULL"), sa.text("done_at IS NULL")


def upgrade():
    with op.batch_alter_table("article") as table:
        table.add_column(sa.Column("import_key", sa.String(length=120)))
        table.add_column(sa.Column("imported_version", sa.Integer()))
        table.create_unique_constraint(op.f("uq_article_import_key"), ["import_key"])
    with op.batch_alter_table("note") as table:
        table.add_column(sa.Column("imported_version", sa.Integer()))
    # A renamed article is found by its former address, which is the name of its file.
    op.execute("""UPDATE article SET import_key = slug
        WHERE author_id IS NULL AND NOT EXISTS (SELECT 1 FROM article_slug WHERE article_slug.article_id = article.id)""")
    for name in ("article", "note"):
        op.execute(f"UPDATE {name} SET " + OF_IMPORT.format(table=name))
    _name_notes()
    with op.batch_alter_table("note") as table:
        table.alter_column("import_key", existing_type=sa.String(length=120), nullable=False)
    _index_deliveries(UNFINISHED)


def _name_notes():
    """Notes written in the browser get the name that their file will have."""
    note = sa.table("note", sa.column("id", sa.Integer), sa.column("title", sa.String), sa.column("import_key", sa.String))
    connection = op.get_bind()
    for row in connection.execute(sa.select(note.c.id, note.c.title).where(note.c.import_key.is_(None))).all():
        key = f"{slug(row.title)}-{uuid4().hex[:12]}"
        connection.execute(sa.update(note).where(note.c.id == row.id).values(import_key=key))


def _index_deliveries(where):
    op.drop_index("ix_delivery_open", "delivery")
    op.create_index("ix_delivery_open", "delivery", ["consumer", "due_at"], sqlite_where=where, postgresql_where=where)


def downgrade():
    _index_deliveries(OPEN)
    with op.batch_alter_table("note") as table:
        table.alter_column("import_key", existing_type=sa.String(length=120), nullable=True)
    op.execute("UPDATE note SET import_key = NULL WHERE imported_version IS NULL AND author_id IS NOT NULL")
    with op.batch_alter_table("note") as table:
        table.drop_column("imported_version")
    with op.batch_alter_table("article") as table:
        table.drop_constraint(op.f("uq_article_import_key"), type_="unique")
        table.drop_column("imported_version")
        table.drop_column("import_key")
