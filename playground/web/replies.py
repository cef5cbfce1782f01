"""Answers in JSON, and the last resort that turns every exception into one."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.errors import Paused, TooMany, VisitorError
from playground.languages.say import say
from playground.web.told import told_path

BROKEN = "Something broke on our side. Try again; if it stays, the server's log says why."

PAUSED_SECONDS = 30
"""After which it is worth to ask again whether the owner lets things go on."""

log = structlog.get_logger(__name__)


def json_reply(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`payload` as compact JSON."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, headers, media_type="application/json")


def refusal(error: BaseException) -> Response:
    """The JSON that a visitor gets for an error; only our own errors are told in their own words."""
    match error:
        case TooMany():
            return _message(error.status, error.message, {"Retry-After": str(max(1, math.ceil(error.retry_after)))})
        case Paused():
            return _message(error.status, error.message, {"Retry-After": str(PAUSED_SECONDS)})
        case VisitorError():
            headers = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else None
            return _message(error.status, error.message, headers)
        case SQLAlchemyError():
            return _message(503, say("The database cannot be used at the moment. Try again."))
        case HTTPException():
            told = f"{error.detail.rstrip('.')}."
            return _message(error.status_code, say(told), error.headers)
        case _:
            return _message(500, say(BROKEN))


async def http_refusal(_request: Request, error: Exception) -> Response:
    """Starlette's handler for its own refusals: unknown route, wrong method."""
    return refusal(error)


def _message(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_reply({"message": message}, status, headers)


class Errors:
    """Answers an exception from below with JSON.

    One that comes after the answer began is passed on: the server closes the connection, and only the log sees it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer what it raises."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:
                raise
            if not isinstance(error, VisitorError | HTTPException):
                log.exception("request failed", path=told_path(scope["path"]))
            await refusal(error)(scope, receive, send)
