"""Who asks: a signed cookie per anonymous visitor, set on first contact and renewed as it is used."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from itsdangerous import BadSignature, Signer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.errors import Unauthorized
from playground.ids import new_id
from playground.visitor import Visitor
from playground.web.cors import named

DAY = 86_400
ABSOLUTE = 30 * DAY
IDLE = 7 * DAY
RENEW_AFTER = DAY

PROBES = frozenset({"/healthz", "/readyz"})
"""Asked by machines, for nobody in particular."""

CACHED = ("/assets/", "/static/", "/svelte/", "/chatkit/client/", "/favicon.ico", "/theme.css")
"""What a cache between us and the browser may keep; a cookie on it would be handed to the next visitor."""

URL_TOKENS = frozenset({"access_token", "token", "bearer", "authorization", "api_key"})


@dataclass(frozen=True, slots=True)
class Badge:
    """What the cookie says. `born` and `seen` are seconds since the epoch."""

    visitor_id: str
    born: int
    seen: int


class Badges:
    """Makes, reads and renews the cookie."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._signer = Signer(secret, salt="playground.visitor", key_derivation="hmac", digest_method=hashlib.sha256)
        self._clock = clock
        # Cookies know no ports: two playgrounds on one machine must not evict each other's visitors.
        mark = hashlib.sha256(b"playground.cookie" + secret).hexdigest()[:8]
        self.cookie_name = f"playground_visitor_{mark}"

    def new(self) -> Badge:
        """A visitor never seen before."""
        now = int(self._clock())
        return Badge(new_id("vis"), now, now)

    def read(self, cookies: Iterable[str]) -> Badge | None:
        """The first valid badge in the `Cookie` headers; None if there is none, it was altered or is too old."""
        for header in cookies:
            for pair in header.split(";"):
                name, _, value = pair.partition("=")
                if name.strip() == self.cookie_name and (badge := self._verified(value.strip())):
                    return badge
        return None

    def renewed(self, badge: Badge) -> Badge:
        """The badge to go on with: the same object until it is a day old."""
        now = int(self._clock())
        return replace(badge, seen=now) if now - badge.seen > RENEW_AFTER else badge

    def set_cookie(self, badge: Badge, *, secure: bool, embedded: bool = False) -> str:
        """The value of a `Set-Cookie` header.

        One of a page that is `embedded` in another site is kept for that site alone: the browser sends it from no
        other, and not from our own page. Without HTTPS it takes such a cookie from a server on the same machine only.
        """
        signed = self._signer.sign(f"{badge.visitor_id}.{badge.born}.{badge.seen}").decode()
        lifetime = min(IDLE, badge.born + ABSOLUTE - int(self._clock()))
        flags = "SameSite=None; Secure; Partitioned" if embedded else f"SameSite=Lax{'; Secure' if secure else ''}"
        return f"{self.cookie_name}={signed}; Path=/; Max-Age={max(lifetime, 0)}; HttpOnly; {flags}"

    def _verified(self, value: str) -> Badge | None:
        try:
            visitor_id, born, seen = self._signer.unsign(value).decode().split(".")
            badge = Badge(visitor_id, int(born), int(seen))
        except (BadSignature, ValueError):
            return None
        now = self._clock()
        # A time to come is our own clock set back, not a forgery: it was signed here.
        return badge if now - badge.born <= ABSOLUTE and now - badge.seen <= IDLE else None


class Identity:
    """Sets `scope["state"]["visitor_id"]`, and the cookie where it is new or due.

    A bearer token is refused rather than ignored: its sender must not be taken for somebody anonymous.
    """

    def __init__(self, app: ASGIApp, badges: Badges, allowed: Collection[str] = ()) -> None:
        self._app = app
        self._badges = badges
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its visitor. Raises Unauthorized for a token."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        _refuse_tokens(headers, scope["query_string"])
        held = self._badges.read(headers.getlist("cookie"))
        badge = self._badges.renewed(held) if held else self._badges.new()
        scope.setdefault("state", {}).update(
            visitor=Visitor(badge.visitor_id), visitor_id=badge.visitor_id, owner=False
        )
        if badge is not held and not scope["path"].startswith(CACHED):
            embedded = headers.get("sec-fetch-site") == "cross-site" and named(scope, self._allowed)
            secure = scope["scheme"] == "https"
            send = _with_cookie(send, self._badges.set_cookie(badge, secure=secure, embedded=embedded))
        await self._app(scope, receive, send)


def _with_cookie(send: Send, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return sending


def _refuse_tokens(headers: Headers, query: bytes) -> None:
    if query and any(name.lower() in URL_TOKENS for name, _ in parse_qsl(query.decode("latin-1"))):
        raise Unauthorized("Tokens are not taken from the URL: it ends up in logs and histories.")
    if headers.get("authorization", "").lower().startswith("bearer"):
        raise Unauthorized("This token is not valid here. Leave the Authorization header out to go on anonymously.")
