"""Nobody gets at another visitor's open page.

Gradio knows an open page by a `session_hash` alone, which the browser makes up, and hands its events and values to
whoever says it. So what it is told here is another name: one that follows from the browser's and from who asks.
"""

import hashlib
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground import wire
from playground.errors import Malformed, NotFound
from playground.visitor import Visitor

API = "/gradio_api/"
STREAM = f"{API}queue/data"
HEARTBEAT = re.compile(rf"({API}heartbeat/)([^/]+)")
TOLD_IN_BODY = re.compile(rf"{API}(?:queue/join|run/predict)/?")
FOR_ALL = re.compile(
    rf"{API}(?:(?:file[=/]|custom_component/).*|(?:info|theme\.css|startup-events|app_id)/?)", re.DOTALL
)
"""Files of the page, and what it is made of. All else below `API` is closed: it goes by ids that know no visitor."""

NAME = "session_hash"


class OwnPages:
    """An ASGI app in front of Gradio's. `listeners` are the numbers of those that can be called."""

    def __init__(self, app: ASGIApp, listeners: Collection[int]) -> None:
        self._app = app
        self._listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a page's name that is the visitor's. Raises NotFound for a closed door."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        path, visitor_id = scope["path"], _visitor_id(scope)
        if path == STREAM:
            scope = {**scope, "query_string": _renamed_query(scope["query_string"], visitor_id)}
        elif found := HEARTBEAT.fullmatch(path):
            own = f"{found[1]}{own_name(visitor_id, found[2])}"
            scope = {**scope, "path": own, "raw_path": own.encode()}
        elif TOLD_IN_BODY.fullmatch(path):
            scope, receive = await self._renamed_body(scope, receive, visitor_id)
        elif not FOR_ALL.fullmatch(path):
            raise NotFound
        await self._app(scope, receive, send)

    async def _renamed_body(self, scope: Scope, receive: Receive, visitor_id: str) -> tuple[Scope, Receive]:
        """What is sent, written anew: a name that is told twice, or in a form of its own, is read by all alike."""
        try:
            sent: Any = orjson.loads(await _whole(receive))
        except ValueError:
            raise Malformed("This is not JSON.") from None
        session: Any = wire.as_object(sent) and sent.get(NAME)
        if not isinstance(session, str):
            raise Malformed("Say which page asks, in `session_hash`.")
        listener: Any = sent.get("fn_index")
        if not isinstance(listener, int) or listener not in self._listeners:
            raise NotFound
        try:
            body = orjson.dumps({**sent, NAME: own_name(visitor_id, session)})
        except TypeError:  # it reads what is nested deeper than it writes
            raise Malformed("This is not JSON.") from None
        kept = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode())]
        given = False

        async def receiving() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        return {**scope, "headers": headers}, receiving


def own_name(visitor_id: str, session: str) -> str:
    """What Gradio calls a visitor's page."""
    return hashlib.sha256(f"{visitor_id} {session}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _visitor_id(scope: Scope) -> str:
    visitor = scope.get("state", {}).get("visitor")
    if not isinstance(visitor, Visitor):  # nobody was let in
        raise NotFound
    return visitor.id


def _renamed_query(query: bytes, visitor_id: str) -> bytes:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(k, own_name(visitor_id, v) if k == NAME else v) for k, v in pairs]).encode()


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)
