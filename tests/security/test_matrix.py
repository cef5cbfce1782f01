"""What is somebody else's does not exist: the same answer as for what never was, and nothing changes by asking."""

from collections.abc import Iterator, Mapping
from secrets import token_hex
from typing import get_args

import httpx2
import pytest
from chatkit.types import ChatKitReq
from starlette.routing import BaseRoute, Mount, Route

from playground.web.server import create_api
from tests.conformance.conftest import Served
from tests.security.matrix import FOR_ALL, OWN, OWNERS, REQUESTS, ROUTES, Touch
from tests.security.principals import NAMES, Cast
from tests.security.world import CANARY, World, renamed

REFUSED = frozenset({401, 403, 404})


def unknown(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids of the same form that nobody has."""
    return {name: f"{identity.partition('_')[0]}_{token_hex(16)}" for name, identity in ids.items()}


async def sent(http: httpx2.AsyncClient, touch: Touch, ids: Mapping[str, str]) -> tuple[int, str]:
    """The answer's status and its text, without the ids."""
    path = str(renamed(ids, touch.path))
    if touch.files is not None:
        reply = await http.request(touch.method, path, files=touch.files)
    else:
        reply = await http.request(touch.method, path, json=None if touch.body is None else renamed(ids, touch.body))
    text = reply.text
    for name, identity in ids.items():
        text = text.replace(identity, f"<{name}>")
    return reply.status_code, text


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_anns_is_unknown_to_everybody_else(served: Served, world: World, name: str) -> None:
    before = await world.seen()
    async with Cast(served, world.ann).playing(name) as http:
        for touch in (*REQUESTS, *ROUTES):
            foreign, none = await sent(http, touch, world.ids), await sent(http, touch, unknown(world.ids))
            assert foreign == none, touch.name
            assert foreign[0] in REFUSED, (touch.name, foreign)
        for touch in OWN:
            _, told = await sent(http, touch, world.ids)
            assert CANARY not in told, touch.name
        owners = {await sent(http, touch, world.ids) for touch in OWNERS}
        assert len(owners) == 1, owners
        assert {status for status, _ in owners} == {401}
    assert await world.seen() == before


async def test_all_of_it_is_there_for_ann(world: World) -> None:
    last = ["threads.retry_after_item", "threads.add_user_message edit_item_id", "switch"]
    order = ["stop a run", "", *last, "attachments.delete", "threads.delete"]
    for touch in sorted((*REQUESTS, *ROUTES), key=lambda one: order.index(one.name if one.name in order else "")):
        status, told = await sent(world.ann.http, touch, world.ids)
        assert status not in REFUSED, (touch.name, told)


def test_every_request_of_the_protocol_is_in_the_matrix() -> None:
    kinds = {get_args(one.model_fields["type"].annotation)[0] for one in get_args(get_args(ChatKitReq)[0])}
    asked = {touch.body["type"] for touch in (*REQUESTS, *OWN) if touch.path == "/chatkit" and touch.body}
    assert asked == kinds


def test_every_route_is_in_the_matrix(served: Served) -> None:
    covered = {touch.template for touch in (*REQUESTS, *ROUTES, *OWN, *OWNERS)}
    assert set(templates(create_api(served.parts).routes)) == covered | set(FOR_ALL)


def templates(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    """The paths of all routes."""
    for route in routes:
        if isinstance(route, Mount):
            yield from templates(route.routes, before + route.path)
        elif isinstance(route, Route):
            yield before + route.path
