"""Tabs with several lanes, votes on their answers, comparisons made public, tools' results that lanes share."""

import sqlalchemy as sa
from alembic import op

from playground.store.tables import UtcDateTime

revision = "0003"
down_revision = "0002"

MOVED = ("agent", "model", "settings", "thread_id")
"""What was the tab's, and is its lane's now."""


def upgrade() -> None:
    """Apply the step."""
    _lanes()
    op.create_table(
        "vote",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("visitor_id", sa.String(), nullable=False),
        sa.Column("tab_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("winner", sa.String(), nullable=True),
        sa.Column("contenders", sa.JSON(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("visitor_id", "tab_id", "round_id"),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("visitor_id", sa.String(), nullable=False, index=True),
        sa.Column("tab_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "tool_result",
        sa.Column("visitor_id", sa.String(), primary_key=True),
        sa.Column("world", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("tool", sa.String(), nullable=False),
        sa.Column("arguments", sa.String(), nullable=False),
        sa.Column("output", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False, index=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
    )


def _lanes() -> None:
    op.create_table(
        "lane",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("tab_id", sa.String(), sa.ForeignKey("tab.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=True, index=True),
        sa.Column("stand_ins", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("script", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.execute(
        "INSERT INTO lane (id, tab_id, position, agent, model, settings, muted, thread_id, created_at) "
        # A first message may be on its way under the tab's id: the lane answers to the same one.
        "SELECT id, id, 1, agent, model, settings, false, thread_id, created_at FROM tab"
    )
    op.drop_index("ix_tab_thread_id", "tab")
    for name in MOVED:
        op.drop_column("tab", name)
    for name in ("same_world", "blind"):
        op.add_column("tab", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
