"""Bearer tokens: JWTs signed here, and those of another backend that the owner trusts."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from sqlmodel import Session

from playground.access.claims import (
    INVALID,
    LEEWAY,
    LONGEST,
    LONGEST_NAME,
    MOST_NAMES,
    Claims,
    claimed,
    claims_of,
    scope_of,
    visitor_id,
)
from playground.access.foreign import Foreign
from playground.access.signed import decoded, header_of
from playground.errors import Forbidden, Malformed, NotFound, Unauthorized
from playground.ids import new_id
from playground.settings import ORIGIN, ORIGIN_FORM, Settings
from playground.store import session_tokens
from playground.store.access_tables import SessionTokenRow
from playground.store.database import Database
from playground.visitor import Scope, Visitor

OURS = "playground"
TYPE = "playground+jwt"
"""The header's `typ`: tells ours from theirs before anything is believed, and neither is taken for the other."""
LONGEST_TOKEN = 8192
LONGEST_SCOPE = 4000
MOST = 1000
"""Tokens that are listed."""
FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A token to hand out. A refreshed one keeps the `id`, so that revoking it ends all that came of it."""

    token: str
    id: str
    expires_at: datetime


class Tokens:
    """One per process. `secret` is the server's own; tokens are signed with a key made from it.

    Raises ValueError for settings of another backend that are not safe.
    """

    def __init__(
        self, settings: Settings, secret: bytes, database: Database, clock: Callable[[], float] = time.time
    ) -> None:
        self._foreign = Foreign(settings)
        self._key = hmac.digest(secret, b"playground.token", hashlib.sha256)
        self._database = database
        self._clock = clock

    async def verify(self, bearer: str, *, origin: str | None) -> Visitor:
        """Who sends this token; `origin` is the request's header. Raises Unauthorized, and Unavailable."""
        return (await self._claims(bearer, origin)).visitor

    async def issue(self, subject: str, *, ttl: float, scope: Scope, origin: str | None = None) -> Issued:
        """A new token for a subject, good for `ttl` seconds. Raises Malformed for what cannot be."""
        _check(subject, ttl, scope, origin)
        now = int(self._clock())
        token_id, expires = new_id("ses"), now + int(ttl)
        good_for = claimed(scope, origin)
        fields: dict[str, Any] = {
            "id": token_id,
            "subject": subject,
            "visitor_id": visitor_id("own", OURS, subject),
            "scope": good_for,
            "created_at": _time(now),
            "expires_at": _time(expires),
        }
        await self._database.write(lambda session: session_tokens.create(session, **fields), durable=True)
        return self._signed(token_id, subject, good_for, now=now, expires=expires)

    async def refresh(self, bearer: str, *, origin: str | None = None) -> Issued:
        """The same token for as long again, but for no longer than LONGEST after it was first issued.

        Raises Unauthorized where it is at its end, Forbidden for one that was not issued here.
        """
        if not _is_ours(bearer):
            raise Forbidden("Tokens of another backend are refreshed there.")
        claims = await self._claims(bearer, origin)
        now = int(self._clock())
        expires = await self._database.write(lambda session: _extend(session, claims, now), durable=True)
        if expires is None:
            raise Unauthorized(INVALID)
        scope = claimed(claims.visitor.scope, claims.origin)
        return self._signed(claims.visitor.token or "", claims.subject, scope, now=now, expires=expires)

    async def revoke(self, token_id: str) -> None:
        """End a token for good, with all it was refreshed to; also one of another backend, by its `jti`.

        Raises NotFound for one that was not issued here while no other backend may sign.
        """
        now = _time(int(self._clock()))

        def work(session: Session) -> bool:
            if session_tokens.revoke(session, token_id, at=now):
                return True
            if not self._foreign or token_id.startswith("ses_") or not 0 < len(token_id) <= LONGEST_NAME:
                return False
            fields: dict[str, Any] = {"id": token_id, "subject": "", "visitor_id": "", "scope": {}, "created_at": now}
            until = now + timedelta(seconds=LONGEST + LEEWAY)
            session_tokens.create(session, expires_at=until, revoked_at=now, **fields)
            return True

        if "\0" in token_id or not await self._database.write(work, durable=True):
            raise NotFound

    async def list(self) -> Sequence[SessionTokenRow]:
        """The tokens that were issued or revoked here, the newest first; at most MOST."""
        return await self._database.read(lambda session: session_tokens.newest(session, limit=MOST))

    async def tidy(self) -> None:
        """Forget what expired."""
        before = _time(int(self._clock())) - FORGET_AFTER
        await self._database.write(lambda session: session_tokens.tidy(session, before=before))

    async def _claims(self, bearer: str, origin: str | None) -> Claims:
        if len(bearer) > LONGEST_TOKEN:
            raise Unauthorized(INVALID)
        claims = self._own(bearer) if _is_ours(bearer) else await self._foreign.claims(bearer, now=self._clock())
        if claims.origin is not None and claims.origin != origin:
            raise Unauthorized("This token is for another site.")
        return claims

    def _own(self, bearer: str) -> Claims:
        payload = decoded(bearer, self._key, "HS256", issuer=OURS, require=("jti", "iat"))
        return claims_of(payload, source="own", now=self._clock())

    def _signed(self, token_id: str, subject: str, scope: dict[str, Any], *, now: int, expires: int) -> Issued:
        payload = {"iss": OURS, "sub": subject, "iat": now, "exp": expires, "jti": token_id, "scope": scope}
        token = jwt.encode(payload, self._key, "HS256", headers={"typ": TYPE})
        return Issued(token, token_id, _time(expires))


def granted(row: SessionTokenRow) -> tuple[Scope, str | None]:
    """What a token is good for, and for which origin alone."""
    return scope_of(row.scope)


def _is_ours(bearer: str) -> bool:
    return len(bearer) <= LONGEST_TOKEN and bearer.isascii() and header_of(bearer).get("typ") == TYPE


def _extend(session: Session, claims: Claims, now: int) -> int | None:
    """When the token ends from now on; None if it is at its end."""
    row = session_tokens.find(session, claims.visitor.token or "")
    if row is None:
        return None
    last = int(row.created_at.timestamp()) + LONGEST
    expires = min(now + claims.expires - claims.issued, last)
    alive = expires > now and session_tokens.extend(session, row.id, expires_at=_time(expires), at=_time(now))
    return expires if alive else None


def _check(subject: str, ttl: float, scope: Scope, origin: str | None) -> None:
    fault = ""
    if not 0 < len(subject) <= LONGEST_NAME or not subject.isprintable():
        fault = f"A token needs a subject of at most {LONGEST_NAME} printable characters."
    if not 1 <= ttl <= LONGEST:
        fault = f"A token is good for 1 to {LONGEST:,} seconds."
    if not _fits(scope):
        fault = f"A token is bound to at most {MOST_NAMES} agents and models, in {LONGEST_SCOPE:,} characters."
    if origin is not None and not (len(origin) <= LONGEST_NAME and ORIGIN.fullmatch(origin)):
        fault = f"An origin is written as a browser tells it. {ORIGIN_FORM}"
    if fault:
        raise Malformed("{complaint}", complaint=fault)  # the owner's affair, so in English


def _fits(scope: Scope) -> bool:
    """Whether what is written is also read: see `scope_of`, and the longest token."""
    names = [*(scope.agents or ()), *(scope.models or ())]
    good = all(name.isprintable() and 0 < len(name) <= LONGEST_NAME for name in names)
    return good and len(names) <= MOST_NAMES and len(json.dumps(names)) <= LONGEST_SCOPE


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
