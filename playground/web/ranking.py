"""The visitor's votes, and the ranking that they make, as files."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.client import Client
from playground.compare.measures.ranking import ranking, ranking_csv, ranking_json
from playground.compare.measures.votes import votes_csv
from playground.parts import Playground
from playground.records import Vote
from playground.web.asked import visitor_of
from playground.web.shared import HEADERS

Drawn = Callable[[Sequence[Vote]], str]

CSV, JSON = "text/csv", "application/json"


def routes(parts: Playground) -> list[BaseRoute]:
    """The routes of the files. They stand before those of tabs, none of which has such a name."""
    files: dict[str, tuple[Drawn, str]] = {
        "ranking.csv": (lambda votes: ranking_csv(ranking(votes)), CSV),
        "ranking.json": (lambda votes: ranking_json(ranking(votes)), JSON),
        "votes.csv": (votes_csv, CSV),
    }
    return [_route(parts, name, draw, kind) for name, (draw, kind) in files.items()]


def _route(parts: Playground, name: str, draw: Drawn, kind: str) -> Route:
    async def file(request: Request) -> Response:
        votes = await Client(visitor_of(request), parts).votes()
        made = await asyncio.to_thread(draw, votes)  # the first ranking imports for half a second
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(made, 200, headers, media_type=kind)

    return Route(f"/comparisons/{name}", file)
