"""Files that visitors attach, and threads by the time of their last use."""

import sqlalchemy as sa
from alembic import op

from playground.store.tables import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("visitor_id", sa.String(), nullable=False, index=True),
        sa.Column("thread_id", sa.String(), nullable=True, index=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mime_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False, index=True),
    )
    op.create_table(
        "attachment_use",
        sa.Column("attachment_id", sa.String(), sa.ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "thread_id", sa.String(), sa.ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True, index=True
        ),
    )
    op.create_index("thread_by_use", "thread", ["updated_at"])
