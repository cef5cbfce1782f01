"""2,000 requests that nobody would send: none breaks the server, none tells what is another visitor's."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.conformance.cases import Case, Ids, posts, routes
from tests.conformance.conftest import open_served
from tests.conformance.ui import Live, Ui
from tests.house import ECHO, Json, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "SWALLOW-7f3a"
"""In all that is the other visitor's."""
CONTRACTED = {501, 503}

bounded = settings(
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    print_blob=False,
)


@dataclass
class Street:
    """Two visitors of one server. `ids` are what both have, and some that nobody has."""

    ann: Ui
    bob: Ui
    ids: list[str]
    statuses: Counter[int] = field(default_factory=Counter[int])


POOL = 24
"""Ids to draw from, each by its place: examples are drawn before there is a server."""


def mostly(*places: int) -> st.SearchStrategy[str]:
    """One of these places, or of all."""
    named = st.sampled_from(places)
    return st.one_of(named, named, named, named, st.integers(0, POOL - 1)).map(lambda place: f"<{place}>")


IDS = Ids(threads=mostly(0, 3, 6, 9), items=mostly(2, 5, 8), runs=mostly(1, 4, 7), files=mostly(10))


async def furnished(ui: Ui, words: str) -> list[str]:
    """A visitor with threads, runs, a widget, a form, a file; their ids."""
    showman = {"agent": "tests.conformance.agents:showman"}
    found: list[str] = []
    for model in (ECHO, "compatible/tool:show_card:{}", "compatible/tool:question:{}", "compatible/tool:facts:{}"):
        reply = await ui.create(words, model=model, metadata=showman)
        found += [reply.thread_id, reply.run_id, reply.events[-1].get("item", {}).get("id", "x")]
    file = await ui.http.post("/chatkit/attachments", files={"file": (f"{words}.txt", words.encode(), "text/plain")})
    return [*found[:10], file.json()["id"]]


@pytest.fixture(autouse=True)
def told() -> Iterator[list[MutableMapping[str, Any]]]:
    """The log, unseen."""
    with capture_logs() as lines:
        yield lines
    assert [line for line in lines if line["log_level"] == "error" and "exc_info" in line] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory, bare: Path) -> AsyncIterator[Street]:
    async with open_served(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'playground.db'}", bare / "fuzz") as served:
        ann, bob = await served.visitor(), await served.visitor()
        ids = [*await furnished(ann, "mine"), *await furnished(bob, CANARY), "thr_unknown", "%2e%2e"]
        assert len(ids) == POOL
        yield Street(ann, bob, ids)


def placed(street: Street, case: Case) -> Case:
    """The case with real ids."""
    path, given = case.path, json.dumps(case.json)
    for place, one in enumerate(street.ids):
        path, given = path.replace(f"<{place}>", one), given.replace(f"<{place}>", one)
    return Case(case.method, quote(path, safe="/?=&%"), json.loads(given), case.headers)


async def judged(street: Street, case: Case) -> None:
    sent = placed(street, case)
    content = None if sent.method == "GET" else json.dumps(sent.json).encode()
    headers = {"Content-Type": "application/json", **(sent.headers or {})}
    request = street.ann.http.stream(sent.method, sent.path, content=content, headers=headers)
    async with request as response:
        assert response.status_code < 500 or response.status_code in CONTRACTED, await response.aread()
        told = await read(response)
    assert CANARY not in told
    street.statuses[response.status_code] += 1


async def read(response: httpx2.Response) -> str:
    """All of a reply. A stream has to be whole, and a refusal a message."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        live = Live(response)
        await live.rest()
        return live.raw.decode()
    text = (await response.aread()).decode(errors="replace")
    if response.status_code >= 400:
        said: Json = json.loads(text)
        assert list(said) == ["message"]
    return text


@settings(bounded, max_examples=1500)
@given(case=posts(IDS))
async def test_08_11_no_request_of_the_protocol_breaks_anything(street: Street, case: Case) -> None:
    await judged(street, case)


@settings(bounded, max_examples=500)
@given(case=routes(IDS))
async def test_08_11_no_request_beside_it_breaks_anything(street: Street, case: Case) -> None:
    await judged(street, case)


async def test_08_11_the_other_visitor_finds_all_as_it_was(street: Street) -> None:
    """Runs after the others; a good part of what they sent was served."""
    assert street.statuses.total() == 2000
    assert street.statuses[200] > 200, street.statuses
    threads = (await street.bob.ask("threads.list"))["data"]
    assert [thread["title"] for thread in threads] == [CANARY] * 4
    for thread in threads:
        assert (await street.bob.texts(thread["id"]))[0] == CANARY
    answered = await street.bob.stream(
        "threads.add_user_message", {"thread_id": threads[-1]["id"], "input": message("still here")}
    )
    assert answered.answer == "still here"
