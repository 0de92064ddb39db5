"""Urgent deliveries; what a link stopped; which digest told a notice; mails that were not sent any more."""

import sqlalchemy as sa
from alembic import op

revision = "told_again"
down_revision = "requests"

# Until now the digest that told a notice was not written down: it is the first one written after the notice was settled.
DIGEST_OF = """UPDATE notice SET mail_id = (
    SELECT min(mail.id) FROM mail WHERE mail.kind = 'ringkasan' AND mail.user_id = notice.user_id AND mail.created_at >= notice.settled_at)
    WHERE settled_at > created_at"""


def upgrade():
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("delivery") as table:
        table.alter_column("is_urgent", server_default=None)
    op.add_column("mail_choice", sa.Column("former", sa.String(length=10)))
    op.add_column("mail_choice", sa.Column("stopped_by", sa.String(length=20)))
    op.add_column("mail", sa.Column("dropped_at", sa.DateTime()))
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("mail_id", sa.Integer()))
        table.create_foreign_key(op.f("fk_notice_mail_id_mail"), "mail", ["mail_id"], ["id"], ondelete="SET NULL")
        table.create_index(op.f("ix_notice_mail_id"), ["mail_id"])
    op.execute(DIGEST_OF)


def downgrade():
    with op.batch_alter_table("notice") as table:
        table.drop_index(op.f("ix_notice_mail_id"))
        table.drop_constraint(op.f("fk_notice_mail_id_mail"), type_="foreignkey")
        table.drop_column("mail_id")
    with op.batch_alter_table("mail") as table:
        table.drop_column("dropped_at")
    with op.batch_alter_table("mail_choice") as table:
        table.drop_column("stopped_by")
        table.drop_column("former")
    with op.batch_alter_table("delivery") as table:
        table.drop_column("is_urgent")
