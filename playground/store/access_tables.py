"""The tables of who is let in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field

from playground.store.tables import Row, UtcDateTime


def _time() -> Column[datetime]:
    return Column(UtcDateTime, nullable=False)


class VisitorRow(Row, table=True):
    """A visitor who has sent something, or was blocked. `link_id` is the invite link they came by."""

    id: str = Field(primary_key=True)
    link_id: str | None = Field(default=None, index=True)
    blocked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=_time())
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class LinkRow(Row, table=True):
    """An invite link. Of its code only a hash is kept; `cap_nano_usd` is what all its visitors may spend together."""

    id: str = Field(primary_key=True)
    name: str
    code_hash: str = Field(unique=True)
    cap_nano_usd: int | None = Field(default=None, sa_column=Column(BigInteger))
    created_at: datetime = Field(sa_column=_time())
    expires_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SessionTokenRow(Row, table=True):
    """A bearer token that was issued here, or one of another backend that was revoked. `id` is its `jti`."""

    id: str = Field(primary_key=True)
    subject: str
    visitor_id: str = Field(index=True)
    scope: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=_time())
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class SwitchRow(Row, table=True):
    """What the owner has switched.

    `paused`: the row is there while everything stands still. `owner_left`: their cookies made before it have ended.
    """

    id: str = Field(primary_key=True)
    text: str = ""
    created_at: datetime = Field(sa_column=_time())
