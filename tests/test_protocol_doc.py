"""docs/protocol.md is a conversation that takes place."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, get_args

import httpx2
import orjson
import pytest
from chatkit.types import ThreadStreamEvent

from playground.protocol.requests import parse
from playground.web.server import create_api
from tests.house import AGENTS, House, Json, message, opened
from tests.protocol.samples import EVERY
from tests.web.conftest import serving

DOCUMENT = Path(__file__).parent.parent / "docs" / "protocol.md"
BLOCK = re.compile(
    r"^```(json (?:request|reply|event|events|events so far|events further|\d+)|http)\n(.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
NAME = re.compile(r"\b(thr|msg|wfl|run|call|wid|img|atc|brn)_[0-9a-f]{32}\b")
SHOWMAN = {"agent": "tests.conformance.agents:showman"}
SHOWN = ("say_all:{}", "quote:{}", "picture:{}", 'stream_card:{"with_ids":true}', 'stream_card:{"with_ids":false}')
"""Calls of its tools that show what no conversation of the document does."""
TIME = "2026-01-02T03:04:05Z"


class Names:
    """Short names for the ids of a conversation, in the order in which they are met."""

    def __init__(self) -> None:
        self._short: dict[str, str] = {}

    def shortened(self, text: str) -> Any:
        """The JSON with short names, one time for all times, and one duration."""
        text = re.sub(r'"created_at":"[^"]+"', f'"created_at":"{TIME}"', text)
        text = re.sub(r" · \d+(?:\.\d)? m?s", " · 5 ms", text)
        text = re.sub(r"http://127\.0\.0\.1:\d+/", "http://127.0.0.1:7860/", text)
        text = re.sub(r"\?signature=[\w.-]+", "?signature=…", text)
        return orjson.loads(NAME.sub(self._shorten, text))

    def called(self, full: str) -> None:
        """Meets an id that is told in a header."""
        NAME.sub(self._shorten, full)

    def full(self, text: str) -> str:
        """The text with the ids that its short names stand for."""
        for full, short in self._short.items():
            text = re.sub(rf"\b{short}\b", full, text)
        return text

    def _shorten(self, match: re.Match[str]) -> str:
        count = sum(short.startswith(match[1]) for short in self._short.values())
        return self._short.setdefault(match[0], f"{match[1]}_{count + 1}")


class Told:
    """What a request was answered: its status, and JSON or a stream of events."""

    def __init__(self, response: httpx2.Response, names: Names) -> None:
        self.status = response.status_code
        self.streams = not response.headers["content-type"].startswith("application/json")
        self._lines = response.aiter_lines()
        self._names = names
        if self.streams:
            names.called(response.headers["x-run-id"])

    async def json(self) -> Any:
        """The JSON."""
        return self._names.shortened("".join([line async for line in self._lines]))

    async def events(self, most: int | None = None) -> list[Json]:
        """The next events, to the end of the stream or to so many."""
        found: list[Json] = []
        while most is None or len(found) < most:
            line = await anext(self._lines, None)
            if line is None:
                break
            if line.startswith("data: "):
                found.append(self._names.shortened(line.removeprefix("data: ")))
        return found


class Talk:
    """The document's conversation. `told` answers its last request; a `stream` may stay open meanwhile."""

    def __init__(self, http: httpx2.AsyncClient, open_streams: AsyncExitStack) -> None:
        self._http = http
        self._open = open_streams
        self._names = Names()
        self._told: Told | None = None
        self._stream: Told | None = None

    async def ask(self, kind: str, text: str) -> None:
        """Send what a block says."""
        method, path, given = "POST", "/chatkit", text
        if kind == "http":
            first, _, given = text.partition("\n\n")
            method, path = self._names.full(first).split()
        body, headers = self._body(given)
        request = self._http.stream(method, path, content=body, headers=headers)
        self._told = Told(await self._open.enter_async_context(request), self._names)
        self._stream = self._told if self._told.streams else self._stream

    def _body(self, given: str) -> tuple[bytes | None, dict[str, str]]:
        if not given.strip():
            return None, {}
        if not given.startswith("{"):
            return given.strip().encode(), {"content-type": "text/plain"}
        full = self._names.full(given.replace("\n", ""))
        return orjson.dumps(orjson.loads(full)), {"content-type": "application/json"}

    async def check(self, kind: str, text: str) -> None:
        """What was answered is what a block says."""
        match kind.removeprefix("json "):
            case "events" | "events further":
                assert self._stream
                assert await self._stream.events() == lines(text)
            case "events so far":
                assert self._stream
                assert await self._stream.events(len(lines(text))) == lines(text)
            case status:
                assert self._told
                expected = 200 if status == "reply" else int(status)
                assert (self._told.status, await self._told.json()) == (expected, orjson.loads(text))


async def examples(house: House) -> list[Json]:
    """One event of each kind that the conversation of the document does not show."""
    guest, shown = house.guest(), dict[str, Json]()
    tool = 'openai/tool:stamp:{"text":"x"}'
    clerk = {"agent": "tests.staff:clerk"}
    live = await guest.begin(model="compatible/hang-open")
    waiting = await guest.start("threads.add_user_message", {"thread_id": live.thread_id, "input": message()})
    await house.parts.engine.stop(guest.visitor, live.run_id)
    told = [
        await guest.create(model=tool, metadata=clerk),
        await guest.create(model="compatible/words-1", metadata={"agent": "tests.staff:censored"}),
        await guest.create(model="compatible/length-1"),
        await guest.read(waiting),
        *[await guest.create(model=f"compatible/tool:{tool}", metadata=SHOWMAN) for tool in SHOWN],
    ]
    for frame in (frame for one in told for frame in one.frames):
        event = Names().shortened(frame.data.decode())
        if not kind_of(event).endswith("assistant_message"):
            shown.setdefault(kind_of(event), event)
    return list(shown.values())


def kind_of(event: Json) -> str:
    """An event's type; of an update also what it updates, of an item also what it is."""
    about: Json = event.get("update") or event.get("item") or {}
    more = about.get("type", "")
    return f"{event['type']} {more}".strip()


def lines(text: str) -> list[Json]:
    return [orjson.loads(line) for line in text.splitlines()]


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agent=(*AGENTS, SHOWMAN["agent"])) as house:
        yield house


def blocks() -> Iterator[tuple[str, str]]:
    for match in BLOCK.finditer(DOCUMENT.read_text()):
        yield match[1], match[2]


async def test_the_document_takes_place(house: House) -> None:
    async with serving(create_api(house.parts)) as http, AsyncExitStack() as open_streams:
        talk = Talk(http, open_streams)
        for kind, text in blocks():
            if kind in {"json request", "http"}:
                await talk.ask(kind, text)
            elif kind != "json event":
                await talk.check(kind, text)


async def test_the_other_events_are_sent_as_shown(house: House) -> None:
    (text,) = (text for kind, text in blocks() if kind == "json event")
    sent = {kind_of(event): event for event in await examples(house)}
    assert lines(text) == [sent[kind_of(event)] for event in lines(text)]


async def test_every_kind_of_event_that_is_sent_is_shown(house: House) -> None:
    told = [text for kind, text in blocks() if kind.startswith("json event")]
    shown = {kind_of(event) for text in told for event in lines(text)}
    assert {kind_of(event) for event in await examples(house)} <= shown


def test_every_request_is_shown() -> None:
    shown = {parse(text.replace("\n", "").encode())[0].type for kind, text in blocks() if kind == "json request"}
    assert shown == set(EVERY)


def test_every_event_type_is_shown_or_named_as_missing() -> None:
    known = {get_args(option.model_fields["type"].annotation)[0] for option in get_args(get_args(ThreadStreamEvent)[0])}
    assert [kind for kind in known if kind not in DOCUMENT.read_text()] == []
