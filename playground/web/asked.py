"""What every route reads of a request: who asks, and whether it speaks JSON."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from playground.visitor import Visitor


def visitor_of(request: Request) -> Visitor:
    """Who asks, as `Identity` found out."""
    return Visitor(request.state.visitor_id)


def require_json(request: Request) -> None:
    """Raise HTTPException 415 for a body that is not JSON in UTF-8."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace('"', "").replace(" ", "")
    if kind.strip() != "application/json" or charset not in {"", "charset=utf-8"}:
        raise HTTPException(415, "Send JSON in UTF-8, with Content-Type: application/json.")
