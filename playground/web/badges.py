"""The visitors' cookie: made, read and renewed."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from itsdangerous import BadSignature, Signer

from playground.access.standing import PASSWORD
from playground.ids import new_id

DAY = 86_400
ABSOLUTE = 30 * DAY
IDLE = 7 * DAY
RENEW_AFTER = DAY
FRESH = 5


@dataclass(frozen=True, slots=True)
class Badge:
    """What the cookie says. `born` and `seen` are seconds since the epoch; `link` is how the visitor was let in."""

    visitor_id: str
    born: int
    seen: int
    link: str | None = None


class Badges:
    """One per process. With another `password` those who came by the one before are let in no more."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time, *, password: str | None = None) -> None:
        self._signer = Signer(secret, salt="playground.visitor", key_derivation="hmac", digest_method=hashlib.sha256)
        self._clock = clock
        self._by_password = None if password is None else f"{PASSWORD}-{_mark(secret, password)}"
        # Cookies know no ports: two playgrounds on one machine must not evict each other's visitors.
        mark = hashlib.sha256(b"playground.cookie" + secret).hexdigest()[:8]
        self.cookie_name = f"playground_visitor_{mark}"

    def new(self, link: str | None = None) -> Badge:
        """A visitor never seen before."""
        now = int(self._clock())
        return Badge(new_id("vis"), now, now, link)

    def entering(self, held: Badge | None, link: str) -> Badge:
        """The badge of somebody who shows a link, or knows the password.

        It is a new visitor's, so that nobody goes on with an id that was slipped to them; unless they had been let in
        that way before.
        """
        if held is None or not _same_door(held.link, link):
            return self.new(link)
        now = int(self._clock())
        return Badge(held.visitor_id, now, now, link)

    def read(self, cookies: Iterable[str]) -> Badge | None:
        """The first valid badge in the `Cookie` headers; None if there is none, it was altered or is too old."""
        for value in values_of(self.cookie_name, cookies):
            if badge := self._verified(value):
                return badge
        return None

    def is_fresh(self, badge: Badge) -> bool:
        """Whether it was made a moment ago, perhaps by another process, for a link that is not known here yet."""
        return self._clock() - badge.seen < FRESH

    def renewed(self, badge: Badge) -> Badge:
        """The badge to go on with: the same object until it is a day old."""
        now = int(self._clock())
        return replace(badge, seen=now) if now - badge.seen > RENEW_AFTER else badge

    def set_cookie(self, badge: Badge, *, secure: bool, embedded: bool = False) -> str:
        """The value of a `Set-Cookie` header.

        One of a page that is `embedded` in another site is kept for that site alone: the browser sends it from no
        other, and not from our own page. Without HTTPS it takes such a cookie from a server on the same machine only.
        """
        link = self._by_password if badge.link == PASSWORD else badge.link
        signed = self._signer.sign(f"{badge.visitor_id}.{badge.born}.{badge.seen}.{link or ''}").decode()
        lifetime = min(IDLE, badge.born + ABSOLUTE - int(self._clock()))
        return self._cookie(signed, max(lifetime, 0), secure=secure, embedded=embedded)

    def end_cookie(self, *, secure: bool, embedded: bool = False) -> str:
        """The value of a `Set-Cookie` header that takes the badge away."""
        return self._cookie("", 0, secure=secure, embedded=embedded)

    def _cookie(self, value: str, lifetime: int, *, secure: bool, embedded: bool) -> str:
        flags = "SameSite=None; Secure; Partitioned" if embedded else f"SameSite=Lax{'; Secure' if secure else ''}"
        return f"{self.cookie_name}={value}; Path=/; Max-Age={lifetime}; HttpOnly; {flags}"

    def _verified(self, value: str) -> Badge | None:
        try:
            visitor_id, born, seen, *link = self._signer.unsign(value).decode().split(".")
            badge = Badge(visitor_id, int(born), int(seen), self._link("".join(link)))
        except (BadSignature, ValueError):
            return None
        now = self._clock()
        # A time to come is our own clock set back, not a forgery: it was signed here.
        return badge if now - badge.born <= ABSOLUTE and now - badge.seen <= IDLE else None

    def _link(self, written: str) -> str | None:
        if not written.startswith(f"{PASSWORD}-"):
            return written or None
        if self._by_password is None:
            return None  # none is asked for any more
        return PASSWORD if written == self._by_password else written


def values_of(cookie_name: str, cookies: Iterable[str]) -> Iterable[str]:
    """What the `Cookie` headers say under a name; a cookie tossed in by a neighbour may come before the true one."""
    for header in cookies:
        for pair in header.split(";"):
            name, _, value = pair.partition("=")
            if name.strip() == cookie_name:
                yield value.strip()


def _same_door(held: str | None, link: str) -> bool:
    return held == link or (link == PASSWORD and (held or "").startswith(f"{PASSWORD}-"))


def _mark(secret: bytes, password: str) -> str:
    return hmac.digest(secret, b"playground.password" + password.encode(), hashlib.sha256).hex()[:16]
