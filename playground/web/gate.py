"""The gate before everything: whether one stands, who is through it, and what the others are told."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from playground.access.standing import PASSWORD, Standing
from playground.errors import Forbidden, Unauthorized, VisitorError
from playground.settings import Settings
from playground.visitor import Visitor
from playground.web.badges import Badge

OPEN = re.compile(
    r"/enter(?:/[^/]+)?|/owner(?:/.*)?|/metrics"  # each asks for its own proof
    r"|/shared/[^/]+"  # the link is the key
    r"|/chatkit/client/.+"  # code that sites embed, and nothing of anybody
)
"""What is open before the gate."""

OWNERS = re.compile(r"/owner(?:/.*)?|/metrics")
"""Where being blocked as a visitor is no matter: the owner may have blocked themselves."""

FILES = re.compile(r"/enter/[^/]+")
"""What the page of a refusal is drawn with, for whoever is refused."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`page` draws a message as a page, for who navigates there."""

    password: bool
    invite_only: bool
    strict: bool
    standing: Standing
    page: Callable[[str, int], Response]

    @property
    def stands(self) -> bool:
        """Whether anybody is kept out."""
        return self.password or self.invite_only

    def lets_in(self, badge: Badge | None, *, owner: bool) -> bool:
        """Whether this badge, which is good for as far as it goes, is enough."""
        if not self.stands or owner:
            return True
        link = badge.link if badge else None
        return link is not None and (self.password or link != PASSWORD)

    def answer(self, scope: Scope, visitor: Visitor | None, *, owner: bool, expired: bool) -> Response | None:
        """The refusal of one who navigates; None for who may go on. Raises Unauthorized, Forbidden to all others."""
        try:
            self._check(scope, visitor, owner=owner, expired=expired)
        except Unauthorized:
            if not _navigates(scope):
                raise
            wanted = quote(scope["path"], safe="/")
            why = "&expired=1" if expired else ""
            return RedirectResponse(f"{scope.get('root_path', '')}/enter?to={wanted}{why}", HTTPStatus.SEE_OTHER)
        except Forbidden as error:
            if not _navigates(scope):
                raise
            return self.page(error.message, error.status)
        return None

    def still(self, visitor: Visitor | None, *, owner: bool) -> bool:
        """Whether one who was let in would be so now."""
        if visitor is None or owner:
            return True
        try:
            self.standing.check(visitor)
        except VisitorError:
            return False
        return True

    def _check(self, scope: Scope, visitor: Visitor | None, *, owner: bool, expired: bool) -> None:
        path = scope["path"]
        if visitor is None:
            if OPEN.fullmatch(path):
                return
            if expired:
                raise Unauthorized("What let you in has expired, or was taken back. Ask for a new link.")
            raise Unauthorized("You need a link or a password to come in here.")
        if not (owner or OWNERS.fullmatch(path) or FILES.fullmatch(path)):
            self.standing.check(visitor)


def gate_of(settings: Settings, standing: Standing, page: Callable[[str, int], Response], *, strict: bool) -> Gate:
    """The gate that the settings ask for."""
    return Gate(settings.password is not None, settings.invite_only, strict, standing, page)


def _navigates(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    mode = headers.get("sec-fetch-mode", "navigate")
    return scope["method"] in {"GET", "HEAD"} and mode == "navigate" and "text/html" in headers.get("accept", "")
