"""Who asks: one decision for every path, the page's own included. What is below trusts only what is found here."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.access.owner import OWNER, is_surely, same
from playground.access.standing import Standing
from playground.access.tokens import Tokens
from playground.access.tries import Newcomers, Tries
from playground.errors import Unauthorized
from playground.visitor import Visitor
from playground.web.badges import Badge, Badges
from playground.web.cors import named
from playground.web.ending import while_let_in
from playground.web.gate import Gate
from playground.web.owner_badges import OwnerBadges

PROBES = frozenset({"/healthz", "/readyz"})
"""Asked by machines, for nobody in particular."""

CACHED = ("/assets/", "/static/", "/svelte/", "/chatkit/client/", "/favicon.ico", "/theme.css")
"""What a cache between us and the browser may keep; a cookie on it would be handed to the next visitor."""

JWT = "eyJ"
"""How every JWT begins. What begins otherwise can only be the owner's token, and is taken for a try at it."""

URL_TOKENS = frozenset({"access_token", "token", "bearer", "authorization", "api_key"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What people are known by. `owner` is the owner's token."""

    owner: str
    badges: Badges
    owner_badges: OwnerBadges
    tokens: Tokens
    tries: Tries


@dataclass(frozen=True, slots=True)
class Found:
    """Who asks; no `visitor` where a gate stands that they are not through. `held` is the badge that they came with."""

    visitor: Visitor | None
    owner: bool = False
    held: Badge | None = None
    badge: Badge | None = None

    @property
    def due(self) -> Badge | None:
        """The badge to hand out, if it is another than the one they came with."""
        return None if self.badge is self.held else self.badge


class Identity:
    """Sets `visitor`, `visitor_id`, `owner` and `held` in `scope["state"]`, and sends the cookie where one is due.

    A route may set `entered`, the badge of whom it let in, or `leaving`, to have the badge taken away.
    A bearer token that is not good is refused rather than ignored: its sender must not be taken for somebody anonymous.
    """

    def __init__(
        self, app: ASGIApp, keys: Keys, gate: Gate, standing: Standing, *, allowed: Collection[str] = ()
    ) -> None:
        self._app = app
        self._keys = keys
        self._gate = gate
        self._standing = standing
        self._allowed = frozenset(allowed)
        self._newcomers = Newcomers(on=gate.strict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its visitor. Raises Unauthorized, Forbidden for who is not let in."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        _refuse_tokens(scope["query_string"])
        found = await self._found(scope, headers)
        state = scope.setdefault("state", {})
        state |= {
            "visitor": found.visitor,
            "visitor_id": found.visitor and found.visitor.id,
            "owner": found.owner,
            "held": found.held,
        }
        answer = self._gate.answer(scope, found.visitor, owner=found.owner, expired=self._expired(found))
        bounded = while_let_in(send, lambda: self._gate.still(found.visitor, owner=found.owner))
        await (answer or self._app)(scope, receive, self._with_cookie(scope, headers, found, bounded))

    async def _found(self, scope: Scope, headers: Headers) -> Found:
        if (bearer := bearer_of(headers)) is not None:
            return await self._known(scope, bearer, headers.get("origin"))
        cookies = headers.getlist("cookie")
        owner = self._keys.owner_badges.read(cookies, self._standing.facts.owner_left)
        held = self._keys.badges.read(cookies)
        good = held if held and await self._is_good(held) else None
        if not self._gate.lets_in(good, owner=owner):
            return Found(None, owner, held)
        if good is None and not scope["path"].startswith(CACHED):
            self._newcomers.welcome(_host(scope))
        badge = self._keys.badges.renewed(good) if good else self._keys.badges.new()
        return Found(Visitor(badge.visitor_id, link=badge.link), owner, held, badge)

    async def _is_good(self, held: Badge) -> bool:
        if not self._standing.lets_in(held.link) and self._keys.badges.is_fresh(held):
            await self._standing.refresh()
        return self._standing.lets_in(held.link)

    async def _known(self, scope: Scope, bearer: str, origin: str | None) -> Found:
        if not bearer.startswith(JWT):
            sure = is_surely(bearer, self._keys.owner)
            await self._keys.tries.turn("owner", _host(scope), sure=sure)
            if same(bearer, self._keys.owner):
                return Found(Visitor(OWNER), owner=True)
            self._keys.tries.wrong("owner", _host(scope))
        return Found(await self._keys.tokens.verify(bearer, origin=origin))

    def _expired(self, found: Found) -> bool:
        return found.held is not None and not self._standing.lets_in(found.held.link)

    def _with_cookie(self, scope: Scope, headers: Headers, found: Found, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and (cookie := self._cookie(scope, headers, found)):
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        return sending

    def _cookie(self, scope: Scope, headers: Headers, found: Found) -> str | None:
        if scope["path"].startswith(CACHED):
            return None
        secure = scope["scheme"] == "https"
        embedded = headers.get("sec-fetch-site") == "cross-site" and named(scope, self._allowed)
        state = scope["state"]
        if state.get("leaving"):
            return self._keys.badges.end_cookie(secure=secure, embedded=embedded)
        badge: Badge | None = state.get("entered") or found.due
        return self._keys.badges.set_cookie(badge, secure=secure, embedded=embedded) if badge else None


def _host(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def bearer_of(headers: Headers) -> str | None:
    """The token of the header; another scheme's is for a proxy before us, and none of our business.

    Raises Unauthorized for several, of which each of two programs might read another.
    """
    told = [value.partition(" ") for value in headers.getlist("authorization")]
    bearers = [value.strip() for scheme, _, value in told if scheme.lower() == "bearer"]
    if len(bearers) > 1:
        raise Unauthorized("Send one token, in one Authorization header.")
    return bearers[0] if bearers else None


def _refuse_tokens(query: bytes) -> None:
    if query and any(name.lower() in URL_TOKENS for name, _ in parse_qsl(query.decode("latin-1"))):
        raise Unauthorized("Tokens are not taken from the URL: it ends up in logs and histories.")
