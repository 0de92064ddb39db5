"""What hiding takes from an answer is kept; uploads are kept with their form until it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "kept"
down_revision = "reset_requests"


def upgrade():
    with op.batch_alter_table("answer") as table:
        table.add_column(sa.Column("set_aside", sa.JSON(none_as_null=True)))
    op.create_table(
        "kept_upload",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("used_with", sa.String(length=64)),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept_upload")),
    )
    with op.batch_alter_table("kept_upload") as table:
        table.create_index(op.f("ix_kept_upload_sender"), ["sender"])
        table.create_index(op.f("ix_kept_upload_created_at"), ["created_at"])


def downgrade():
    op.drop_table("kept_upload")
    with op.batch_alter_table("answer") as table:
        table.drop_column("set_aside")
