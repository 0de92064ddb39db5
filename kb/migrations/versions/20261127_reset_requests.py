"""Addresses for which a new password is asked wait here for the worker."""

import sqlalchemy as sa
from alembic import op

revision = "reset_requests"
down_revision = "demand"


def upgrade():
    op.create_table(
        "reset_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
    )


def downgrade():
    op.drop_table("reset_request")
