"""Articles made of what others wrote for few readers are not opened to more."""

import sqlalchemy as sa
from alembic import op

revision = "widest"
down_revision = "import_keys"

# The readers of the question that a draft was made of. What was opened further in the meantime stays open: that cannot be taken back here.
LIMIT = """UPDATE article SET widest = (
    SELECT CASE question.visibility WHEN 'jejaring' THEN 'jejaring' ELSE 'instansi' END
    FROM article_origin JOIN question ON question.id = article_origin.question_id WHERE article_origin.article_id = article.id
) WHERE visibility <> 'publik' AND id IN (
    SELECT article_origin.article_id FROM article_origin JOIN question ON question.id = article_origin.question_id
    WHERE question.visibility <> 'publik'
)"""


def upgrade():
    with op.batch_alter_table("article") as table:
        table.add_column(sa.Column("widest", sa.String(length=10)))
    op.execute(LIMIT)


def downgrade():
    with op.batch_alter_table("article") as table:
        table.drop_column("widest")
