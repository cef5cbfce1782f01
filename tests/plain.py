"""A plain ChatKit server over HTTP, as the SDK's documentation serves one."""

from typing import Any

from chatkit.server import StreamingResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.upstream import QuickstartServer


def plain_app(server: QuickstartServer) -> Starlette:
    """The server at `/chatkit`; the agent is named in a header."""

    async def chatkit(request: Request) -> Response:
        context: dict[str, Any] = {"agent": request.headers.get("x-agent", "parrot")}
        result = await server.process(await request.body(), context)
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return Starlette(routes=[Route("/chatkit", chatkit, methods=["POST"])])
