"""The tables. Times are UTC with offset; payloads are the JSON that goes over the wire, stored as sent."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """A time with offset, also on SQLite, which has no such type."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would be read back as another moment."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored time needs an offset")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Give the offset back."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _child_of(table: str, *, nullable: bool = False, index: bool = True) -> Column[str]:
    return Column(ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=nullable, index=index)


def _time() -> Column[datetime]:
    return Column(UtcDateTime, nullable=False)


class Row(SQLModel):
    """A table named after its class: `RunEventRow` is `run_event`."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy passes the class  # pyright: ignore[reportIncompatibleVariableOverride]
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


class ThreadRow(Row, table=True):
    """One conversation. `meta` holds what the server remembers of it, such as its agent; never sent out."""

    __table_args__ = (
        Index("thread_by_visitor", "visitor_id", "created_at", "id"),
        Index("thread_by_use", "updated_at"),
    )

    id: str = Field(primary_key=True)
    visitor_id: str
    title: str | None = None
    title_by_hand: bool = False
    status: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    meta: dict[str, Any] = Field(sa_column=Column("metadata", JSON, nullable=False))
    head_branch: str
    created_at: datetime = Field(sa_column=_time())
    updated_at: datetime = Field(sa_column=_time())


class BranchRow(Row, table=True):
    """A path through a thread: its parent's up to and including `fork_position`, then its own items."""

    id: str = Field(primary_key=True)
    thread_id: str = Field(sa_column=_child_of("thread"))
    parent_branch: str | None = None
    fork_position: int = 0
    label: str = ""
    created_at: datetime = Field(sa_column=_time())


class ItemRow(Row, table=True):
    """One item. `model_input` are the SDK input items that it stands for, where they say more than the payload."""

    __table_args__ = (UniqueConstraint("branch_id", "position"),)

    id: str = Field(primary_key=True)
    thread_id: str = Field(sa_column=_child_of("thread"))
    branch_id: str = Field(sa_column=_child_of("branch", index=False))
    position: int
    type: str
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    model_input: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    run_id: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_column=_time())


class RunRow(Row, table=True):
    """One run. `order` is what it was asked; `epoch` fences off an owner that was taken for dead.

    `cost_nano_usd` is in 10⁻⁹ US dollars, none where a price is unknown. `notes` are sentences about what was left out
    or changed for the model. `paused` is what a run that waits for an approval needs to go on.
    """

    __table_args__ = (
        Index(
            "one_live_run_per_thread",
            "thread_id",
            unique=True,
            sqlite_where=text("status IN ('running', 'awaiting_approval')"),
            postgresql_where=text("status IN ('running', 'awaiting_approval')"),
        ),
        UniqueConstraint("visitor_id", "idempotency_key"),
        Index("run_by_thread", "thread_id", "created_at"),
        Index("run_by_status", "status"),
    )

    id: str = Field(primary_key=True)
    thread_id: str = Field(sa_column=_child_of("thread", index=False))
    branch_id: str
    visitor_id: str
    agent: str
    model: str
    status: str
    order: dict[str, Any] = Field(sa_column=Column("request", JSON, nullable=False))
    owner: str
    epoch: int = 1
    heartbeat_at: datetime = Field(sa_column=_time())
    cancel_requested: bool = False
    cancel_reason: str | None = None
    last_seq: int = 0
    usage: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    cost_nano_usd: int | None = Field(default=None, sa_column=Column(BigInteger))
    notes: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    paused: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    first_token_ms: int | None = None
    duration_ms: int | None = None
    error: str | None = None
    allow_retry: bool = False
    idempotency_key: str | None = None
    request_hash: str | None = None
    created_at: datetime = Field(sa_column=_time())
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, index=True))


class RunEventRow(Row, table=True):
    """One frame of a run: `payload` is the JSON of a ThreadStreamEvent, as it went out."""

    run_id: str = Field(sa_column=Column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    seq: int = Field(primary_key=True)
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TabRow(Row, table=True):
    """A tab of the page. It has one lane at least."""

    id: str = Field(primary_key=True)
    visitor_id: str = Field(index=True)
    title: str | None = None
    position: int
    same_world: bool = False
    blind: bool = False
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=_time())


class LaneRow(Row, table=True):
    """A lane of a tab. `stand_ins` and `script` are lists and objects of `records`, as JSON."""

    id: str = Field(primary_key=True)
    tab_id: str = Field(sa_column=_child_of("tab"))
    position: int
    agent: str
    model: str
    settings: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    muted: bool = False
    thread_id: str | None = Field(default=None, index=True)
    stand_ins: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    script: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    created_at: datetime = Field(sa_column=_time())


class VoteRow(Row, table=True):
    """A visitor's verdict on one round of a tab; it outlives the tab. `choice` is lane, tie or bad."""

    __table_args__ = (UniqueConstraint("visitor_id", "tab_id", "round_id"),)

    id: str = Field(primary_key=True)
    visitor_id: str
    tab_id: str
    round_id: str
    choice: str
    winner: str | None = None
    contenders: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    agent: str
    blind: bool = False
    created_at: datetime = Field(sa_column=_time())


class ShareRow(Row, table=True):
    """A comparison as it was when its visitor made it public."""

    id: str = Field(primary_key=True)
    visitor_id: str = Field(index=True)
    tab_id: str
    title: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=_time())


class ToolResultRow(Row, table=True):
    """A tool's result that runs of one world share. Not done, it is being fetched by the run that claimed it."""

    visitor_id: str = Field(primary_key=True)
    world: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    tool: str
    arguments: str
    output: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    failed: bool = False
    run_id: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class AttachmentRow(Row, table=True):
    """A file of a visitor's. `payload` is the SDK's Attachment as it goes out; `size` bytes lie under its id.

    `status` is pending, storing while its bytes are looked at, ready; gone once nobody may have it any more, and
    dropped when its bytes are gone too. `thread_id` is the first thread whose messages named it.
    """

    id: str = Field(primary_key=True)
    visitor_id: str = Field(index=True)
    thread_id: str | None = Field(default=None, index=True)
    status: str
    name: str
    mime_type: str
    size: int
    payload: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class AttachmentUseRow(Row, table=True):
    """A thread with a message that names a file. A file may be in several: lanes have a thread each."""

    attachment_id: str = Field(
        sa_column=Column(ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    thread_id: str = Field(
        sa_column=Column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True, nullable=False, index=True)
    )


class FeedbackRow(Row, table=True):
    """A visitor's thumb on an item."""

    item_id: str = Field(sa_column=Column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True))
    visitor_id: str = Field(primary_key=True)
    kind: str
    created_at: datetime = Field(sa_column=_time())
