"""What every route reads of a request: who asks, and whether it speaks JSON."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from playground.errors import Unauthorized
from playground.visitor import Visitor


def visitor_of(request: Request) -> Visitor:
    """Who asks, as `Identity` found out."""
    visitor: Visitor = request.state.visitor
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


def asker_of(request: HTTPConnection) -> str:
    """Where a request comes from, as one name for all addresses that one asker is given; empty if that is not told."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(address), 64), strict=False))
    return str(address)
