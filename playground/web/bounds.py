"""How much one visitor, and one address, may ask for: how often, how many bytes, and how much at once."""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.access.rates import Rates, What, asked_from, network_of
from playground.errors import TooMany
from playground.web.bodies import SAFE, UPLOADS
from playground.web.identity import CACHED, PROBES

VISITOR_AT_ONCE = 96
"""Requests of one visitor that are being answered: eight lanes in some windows, each with its streams."""
ADDRESS_AT_ONCE = 512

DRAWN = ("/shared/", "/comparisons/", "/chatkit/me/export")
"""What takes long to put together."""


class Bounds:
    """Stands below `Identity`: it goes by the visitor that was found there. The owner is not held up.

    Nor is anybody where `rates` are off.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self._app = app
        self._rates = rates
        self._at_once: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises TooMany."""
        state = scope.get("state", {})
        visitor_id: str | None = state.get("visitor_id")
        free = scope["type"] != "http" or scope["path"] in PROBES or scope["path"].startswith(CACHED)
        if free or visitor_id is None or state.get("owner") or not self._rates.on:
            await self._app(scope, receive, send)
            return
        host = scope["client"][0] if scope["client"] else None
        with asked_from(host), self._counted(visitor_id, network_of(host)):
            for what in _kinds(scope):
                self._rates.take(what, visitor_id)
            await self._app(scope, self._weighed(receive, visitor_id), send)

    @contextmanager
    def _counted(self, visitor_id: str, address: str | None) -> Generator[None]:
        held = [(visitor_id, VISITOR_AT_ONCE)] + ([(address, ADDRESS_AT_ONCE)] if address else [])
        if any(self._at_once[name] >= most for name, most in held):
            raise TooMany("Too much is open at once. Close a window, or wait a moment.", retry_after=5)
        self._at_once.update(name for name, _ in held)
        try:
            yield
        finally:
            for name, _ in held:
                self._at_once[name] -= 1
                if not self._at_once[name]:
                    del self._at_once[name]

    def _weighed(self, receive: Receive, visitor_id: str) -> Receive:
        async def receiving() -> Message:
            message = await receive()
            if size := len(message.get("body", b"")):
                self._rates.take("kilobytes", visitor_id, cost=-(-size // 1024))
            return message

        return receiving


def _kinds(scope: Scope) -> Iterator[What]:
    path: str = scope["path"]
    yield "requests"
    if path.startswith(DRAWN):
        yield "pages"
    if scope["method"] not in SAFE:
        yield "writes"
        if path.startswith(UPLOADS):
            yield "files"
