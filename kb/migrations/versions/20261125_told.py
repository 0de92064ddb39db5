"""How people are told: choices, follows, digests, successors."""

import sqlalchemy as sa
from alembic import op

revision = "told"
down_revision = "visits"

KIND = """CASE WHEN url LIKE '/kunjungan/%' THEN 'kunjungan' WHEN url LIKE '/tanya/%' THEN 'tanya'
    WHEN url LIKE '/catatan/%' THEN 'catatan' ELSE 'akun' END"""


def upgrade():
    op.create_table(
        "follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_follow_user_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint("user_id", "subject", name=op.f("uq_follow_user_id")),
    )
    op.create_index(op.f("ix_follow_subject"), "follow", ["subject"])
    op.create_table(
        "mail_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.CheckConstraint("rhythm IN ('now', 'daily', 'weekly', 'none')", name=op.f("ck_mail_choice_rhythm")),
        sa.ForeignKeyConstraint(["user_id"], ["person.id"], name=op.f("fk_mail_choice_user_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_mail_choice")),
    )
    with op.batch_alter_table("notice") as table:
        table.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="akun"))
        table.add_column(sa.Column("detail", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("settled_at", sa.DateTime()))
    op.execute(f"UPDATE notice SET settled_at = created_at, kind = {KIND}")  # each of them was mailed when it was written
    with op.batch_alter_table("notice") as table:
        table.alter_column("kind", server_default=None)
        table.alter_column("detail", server_default=None)
    unsettled = sa.text("settled_at IS NULL")
    op.create_index("ix_notice_unsettled", "notice", ["user_id"], sqlite_where=unsettled, postgresql_where=unsettled)
    with op.batch_alter_table("mail") as table:
        table.add_column(sa.Column("user_id", sa.Integer()))
        table.add_column(sa.Column("kind", sa.String(length=20)))
        table.add_column(sa.Column("html", sa.Text()))
        table.create_foreign_key(op.f("fk_mail_user_id_person"), "person", ["user_id"], ["id"], ondelete="CASCADE")
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("successor_id", sa.Integer()))
        table.create_foreign_key(op.f("fk_person_successor_id_person"), "person", ["successor_id"], ["id"])


def downgrade():
    with op.batch_alter_table("person") as table:
        table.drop_constraint(op.f("fk_person_successor_id_person"), type_="foreignkey")
        table.drop_column("successor_id")
    with op.batch_alter_table("mail") as table:
        table.drop_constraint(op.f("fk_mail_user_id_person"), type_="foreignkey")
        table.drop_column("html")
        table.drop_column("kind")
        table.drop_column("user_id")
    op.drop_index("ix_notice_unsettled", "notice")
    with op.batch_alter_table("notice") as table:
        table.drop_column("settled_at")
        table.drop_column("detail")
        table.drop_column("kind")
    op.drop_table("mail_choice")
    op.drop_index(op.f("ix_follow_subject"), "follow")
    op.drop_table("follow")
