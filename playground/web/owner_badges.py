"""The owner's cookie: half a day, for our own pages only, ended everywhere when the owner leaves."""

import hashlib
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer

from playground.web.badges import values_of

LIFETIME = 12 * 3600


class OwnerBadges:
    """One per process. With another owner's token, all that were made before end."""

    def __init__(self, secret: bytes, token: str, clock: Callable[[], float] = time.time) -> None:
        key = hashlib.sha256(secret + token.encode()).digest()
        self._signer = Signer(key, salt="playground.owner", key_derivation="hmac", digest_method=hashlib.sha256)
        self._clock = clock
        mark = hashlib.sha256(b"playground.cookie" + secret).hexdigest()[:8]
        self.cookie_name = f"playground_owner_{mark}"

    def read(self, cookies: Iterable[str], left: datetime | None) -> bool:
        """Whether the owner's cookie is among the `Cookie` headers, and was made after they last `left`."""
        return any(self._verified(value, left) for value in values_of(self.cookie_name, cookies))

    def set_cookie(self, *, secure: bool) -> str:
        """The value of a `Set-Cookie` header."""
        born = str(int(self._clock() * 1_000_000))
        return self._cookie(self._signer.sign(born).decode(), LIFETIME, secure=secure)

    def end_cookie(self, *, secure: bool) -> str:
        """The value of a `Set-Cookie` header that takes it away."""
        return self._cookie("", 0, secure=secure)

    def _cookie(self, value: str, lifetime: int, *, secure: bool) -> str:
        flags = f"HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
        return f"{self.cookie_name}={value}; Path=/; Max-Age={lifetime}; {flags}"

    def _verified(self, value: str, left: datetime | None) -> bool:
        try:
            born = int(self._signer.unsign(value)) / 1_000_000
        except (BadSignature, ValueError):
            return False
        if left is not None and datetime.fromtimestamp(born, UTC) <= left:
            return False
        return self._clock() - born <= LIFETIME
