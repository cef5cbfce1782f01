"""What every route reads of a request: who asks, and whether it speaks JSON."""

from typing import Any, cast

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from playground.errors import Malformed, Unauthorized
from playground.visitor import Visitor


def visitor_of(request: Request) -> Visitor:
    """Who asks, as `Identity` found out. Raises Unauthorized where nobody was let in: before a gate."""
    visitor: Visitor | None = request.state.visitor
    if visitor is None:
        raise Unauthorized("You need a link or a password to come in here.")
    return visitor


def require_owner(request: Request) -> None:
    """Raise Unauthorized for anybody but the owner of this playground."""
    if request.state.owner is not True:
        raise Unauthorized("This is for the owner of this playground.")


def require_json(request: Request) -> None:
    """Raise HTTPException 415 for a body that is not JSON in UTF-8."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace('"', "").replace(" ", "")
    if kind.strip() != "application/json" or charset not in {"", "charset=utf-8"}:
        raise HTTPException(415, "Send JSON in UTF-8, with Content-Type: application/json.")


async def object_of(request: Request) -> dict[str, Any]:
    """The JSON object that is sent. Raises Malformed for anything else, and HTTPException 415."""
    require_json(request)
    try:
        sent = orjson.loads(await request.body())
    except ValueError:
        raise Malformed("This is not JSON.") from None
    if not isinstance(sent, dict):
        raise Malformed("Send a JSON object.")
    return cast("dict[str, Any]", sent)
