"""The way in: a page that takes an invite's code or the password, and what it is posted to."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.access.links import Links
from playground.access.owner import same
from playground.access.standing import PASSWORD, Standing
from playground.access.tries import Kind, Tries
from playground.errors import Malformed, NotFound, Unauthorized
from playground.languages.say import say, spoken
from playground.web.asked import object_of
from playground.web.assets import read_assets, reply
from playground.web.badges import Badges
from playground.web.official import RIGHT_TO_LEFT

FOLDER = Path(__file__).parent / "entrance"
ASSETS = read_assets(FOLDER)
PAGE = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
FORM = Template((FOLDER / "form.html").read_text(encoding="utf-8"))

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",  # what is typed is for our own script, which posts it here
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
USERNAME = '<input name="username" value="visitor" autocomplete="username" hidden>'
"""For the browser's own keeper of passwords, which wants to know whose it is."""
LONGEST = 1000
"""Characters of a password or a code."""


class Entrance:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(
        self, password: str | None, links: Links, standing: Standing, *, invite_only: bool, badges: Badges, tries: Tries
    ) -> None:
        self._password = password
        self._invite_only = invite_only
        self._links = links
        self._standing = standing
        self._badges = badges
        self._tries = tries

    def routes(self) -> list[BaseRoute]:
        """`/enter`, and the files of its page."""
        return [
            Route("/enter", self.shown, methods=["GET"]),
            Route("/enter", self.enter, methods=["POST"]),
            Route("/enter/{name}", _file, methods=["GET"]),
        ]

    async def shown(self, request: Request) -> Response:
        """The page."""
        kind: Kind = "password" if self._password is not None else "code"
        expired = "expired" in request.query_params
        note = say("What let you in has expired, or was taken back. Ask for a new link.") if expired else ""
        base = request.scope.get("root_path", "")
        form = _form(kind, f"{base}/")
        if not (self._invite_only or self._password is not None):
            form += f'<a href="{escape(base)}/">{escape(say("Open the playground"))}</a>'
        return drawn(self._lead(), base=base, note=note, form=form)

    async def enter(self, request: Request) -> Response:
        """Lets somebody in, as a new visitor unless they were in that way before. Raises Unauthorized, TooMany."""
        kind, given = _given(await object_of(request))
        host = request.client.host if request.client else None
        await self._tries.turn(kind, host)
        link = await self._link_of(kind, given, host)
        request.state.entered = self._badges.entering(request.state.held, link)
        return Response(status_code=204)

    async def _link_of(self, kind: Kind, given: str, host: str | None) -> str:
        if kind == "code":
            try:
                link = await self._links.redeem(given)
            except Unauthorized:
                self._tries.wrong(kind, host)
                raise
            await self._standing.refresh()  # it may have been made just now
            return link
        if self._password is None or not same(given, self._password):
            self._tries.wrong(kind, host)
            raise Unauthorized("That is not the password.")
        return PASSWORD

    def _lead(self) -> str:
        if self._password is not None:
            return say("This playground asks for a password.")
        if self._invite_only:
            return say("This playground is for those who were invited. Open the link that you got, or paste it here.")
        return say("Anybody may come in here. If you got a link, open it, or paste it here.")


def drawn(lead: str, *, base: str = "", note: str = "", form: str = "", status: int = 200) -> Response:
    """The page, with a sentence and perhaps a form."""
    script = f'<script type="module" src="{escape(base)}/enter/page.js"></script>' if form else ""
    language = spoken()
    page = PAGE.substitute(
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        title="Playground",
        base=escape(base),
        script=script,
        lead=escape(lead),
        form=form,
        note=escape(note),
    )
    return Response(page, status, HEADERS, media_type="text/html")


def refused(message: str, status: int) -> Response:
    """A refusal, for who navigates to what is refused."""
    return drawn(message, status=status)


def _form(kind: Kind, home: str) -> str:
    by_password = kind == "password"
    return FORM.substitute(
        kind=kind,
        home=escape(home),
        label=escape(say("Password") if by_password else say("Invite link")),
        type="password" if by_password else "text",
        complete="current-password" if by_password else "off",
        username=USERNAME if by_password else "",
        button=escape(say("Come in")),
        entering=escape(say("Letting you in …")),
        away=escape(say("The server could not be reached. Try again.")),
        noscript=escape(say("This page needs JavaScript.")),
    )


def _given(sent: Mapping[str, Any]) -> tuple[Kind, str]:
    for kind in ("password", "code"):
        if isinstance(given := sent.get(kind), str) and len(given) <= LONGEST:
            return kind, given
    raise Malformed("Send a code or a password.")


async def _file(request: Request) -> Response:
    found = ASSETS.get(request.path_params["name"])
    if found is None:
        raise NotFound
    return reply(request, found, {})
