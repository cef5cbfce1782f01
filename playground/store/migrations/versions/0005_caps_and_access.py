"""Who is let in, what they may spend, and what was spent."""

import sqlalchemy as sa
from alembic import op

from playground.store.tables import UtcDateTime

revision = "0005"
down_revision = "0004"


def _text(name: str, *, nullable: bool = False, index: bool = False, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable, index=index, unique=unique)


def _time(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, UtcDateTime(), nullable=nullable, index=index)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(), primary_key=True)


def upgrade() -> None:
    """Apply the step."""
    op.add_column("run", _text("cancel_reason", nullable=True))
    _access()
    _money()


def _access() -> None:
    op.create_table(
        "visitor",
        _id(),
        _text("link_id", nullable=True, index=True),
        _time("blocked_at", nullable=True),
        _time("created_at"),
        _time("seen_at", index=True),
    )
    op.create_table(
        "link",
        _id(),
        _text("name"),
        _text("code_hash", unique=True),
        _count("cap_nano_usd", nullable=True),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _time("revoked_at", nullable=True),
    )
    op.create_table(
        "session_token",
        _id(),
        _text("subject"),
        _text("visitor_id", index=True),
        sa.Column("scope", sa.JSON(), nullable=False),
        _time("created_at"),
        _time("expires_at", index=True),
        _time("revoked_at", nullable=True),
    )
    op.create_table("switch", _id(), _text("text"), _time("created_at"))


def _money() -> None:
    op.create_table(
        "budget",
        _id(),
        _count("spent_nano_usd"),
        _count("reserved_nano_usd"),
        _count("tokens"),
        _count("reserved_tokens"),
        sa.Column("messages", sa.Integer(), nullable=False),
        _time("updated_at", index=True),
    )
    op.create_table(
        "reservation",
        _id(),
        _text("run_id", nullable=True, index=True),
        _text("visitor_id"),
        _text("link_id", nullable=True),
        _text("model"),
        _count("nano_usd"),
        _count("tokens"),
        sa.Column("budgets", sa.JSON(), nullable=False),
        _text("owner"),
        _time("created_at", index=True),
    )
    op.create_table(
        "charge",
        _id(),
        _text("run_id", nullable=True, index=True),
        _text("visitor_id", index=True),
        _text("link_id", nullable=True),
        _text("model"),
        _count("nano_usd", nullable=True),
        _count("input_tokens"),
        _count("output_tokens"),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("own_key", sa.Boolean(), nullable=False),
        _time("created_at", index=True),
    )
