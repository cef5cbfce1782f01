"""Links to files: absolute, signed, and good for a while. Whoever has one needs no cookie."""

import hashlib
import hmac
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal
from urllib.parse import quote

from itsdangerous import Signer

Purpose = Literal["read", "write"]

LIFE: Mapping[Purpose, int] = {"read": 86_400, "write": 3_600}
"""Seconds. What is shown is signed anew whenever it is read; an upload follows at once."""

_home: ContextVar[str | None] = ContextVar("the address under which we are asked", default=None)


@contextmanager
def reached_at(address: str) -> Generator[None]:
    """Links that are made within begin with this address, such as `https://chat.example.com`."""
    token = _home.set(address.rstrip("/"))
    try:
        yield
    finally:
        _home.reset(token)


class Links:
    """Makes and checks them. `home` is the address where nobody asked under another."""

    def __init__(self, secret: bytes, *, home: str, clock: Callable[[], float] = time.time) -> None:
        self._signer = Signer(secret, salt="playground.attachment", key_derivation="hmac", digest_method=hashlib.sha256)
        self._fallback = home
        self._clock = clock

    def to(self, attachment_id: str, purpose: Purpose) -> str:
        """A link to read a file, or to upload it."""
        until = str(int(self._clock()) + LIFE[purpose])
        signature = f"{until}.{self._signature(attachment_id, purpose, until)}"
        home = _home.get() or self._fallback
        return f"{home}/chatkit/attachments/{quote(attachment_id)}?signature={quote(signature)}"

    def allows(self, attachment_id: str, purpose: Purpose, signature: str) -> bool:
        """Whether it was signed here for that, and not too long ago."""
        until, _, given = signature.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12 and int(until) >= self._clock()):
            return False
        expected = self._signature(attachment_id, purpose, until)
        return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))

    def renewed(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """An item with fresh links to what it shows of its files."""
        files: list[Mapping[str, Any]] = payload.get("attachments") or []
        return {**payload, "attachments": [self._fresh(file) for file in files]} if files else dict(payload)

    def _fresh(self, file: Mapping[str, Any]) -> dict[str, Any]:
        return {**file, "preview_url": self.to(file["id"], "read")} if "preview_url" in file else dict(file)

    def _signature(self, attachment_id: str, purpose: Purpose, until: str) -> str:
        return self._signer.get_signature(f"{purpose}.{attachment_id}.{until}").decode()
