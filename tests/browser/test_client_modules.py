"""The client's modules that draw nothing, run in the browser."""

import json
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest
from chatkit.types import NoticeEvent, ThreadItem, ThreadStreamEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from playground import wire
from playground.transcript import Transcript, apply, replay
from tests.test_transcript import asked, events, said, stored, worked

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def modules(browser: Browser, address: str) -> Iterator[Page]:
    """A page on which modules can be imported, without the client."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/chatkit/client/LICENSE-less.txt")  # a 404 of the right origin
    yield page
    context.close()


FOLD = """async ([events, items]) => {
  const { apply, replay } = await import('/chatkit/client/fold.js');
  const { open, ...seen } = events.reduce(apply, replay(items));
  return { ...seen, open: [...open].sort() };
}"""


def folded(page: Page, stream: list[ThreadStreamEvent], items: list[Any] = []) -> dict[str, Any]:  # noqa: B006
    """What the browser makes of events."""
    sent = [json.loads(wire.dump(event)) for event in stream]
    seen: dict[str, Any] = page.evaluate(FOLD, [sent, [wire.payload(item) for item in items]])
    return seen


def told(transcript: Transcript) -> dict[str, Any]:
    """What the server makes of them, as the browser would tell it."""
    progress = None if transcript.progress is None else {"text": transcript.progress, "icon": transcript.progress_icon}
    return {
        "items": [wire.payload(item) for item in transcript.items],
        "open": sorted(transcript.open_ids),
        "title": transcript.title,
        "progress": progress,
        "error": transcript.error and json.loads(wire.dump(transcript.error)),
        "notices": [json.loads(wire.dump(notice)) for notice in transcript.notices],
    }


@settings(derandomize=True, deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=st.lists(events, max_size=30))
def test_the_browser_folds_events_as_the_server_does(modules: Page, stream: list[ThreadStreamEvent]) -> None:
    assert folded(modules, stream) == told(reduce(apply, stream, Transcript()))


@settings(derandomize=True, deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=st.lists(events, max_size=30))
def test_what_is_stored_reads_as_it_was_streamed(modules: Page, stream: list[ThreadStreamEvent]) -> None:
    live = folded(modules, stream)
    finished = [item for item in stored(stream) if item.id not in live["open"]]
    kept = [item for item in live["items"] if item["id"] not in live["open"]]
    assert folded(modules, [], finished)["items"] == kept


def test_events_over_what_is_stored_show_everything_once(modules: Page) -> None:
    items: list[ThreadItem] = [asked(), worked("one"), said("x")]
    stream = [
        wire.event(json.dumps({"type": "thread.item.done", "item": wire.payload(item)}).encode()) for item in items
    ]
    assert folded(modules, stream, items) == told(replay(items))


def test_parts_of_widgets_and_images_change_in_their_place(modules: Page) -> None:
    base = {"thread_id": "t", "created_at": "2026-01-01T00:00:00Z"}
    card = {
        "type": "Card",
        "children": [{"type": "Row", "children": [{"type": "Text", "id": "a", "value": "x", "streaming": True}]}],
    }
    raw: list[dict[str, Any]] = [
        {"type": "thread.item.added", "item": {**base, "id": "w", "type": "widget", "widget": card}},
        {"type": "thread.item.updated", "item_id": "w", "update": {
            "type": "widget.streaming_text.value_delta", "component_id": "a", "delta": "y", "done": True}},
        {"type": "thread.item.updated", "item_id": "w", "update": {
            "type": "widget.component.updated", "component_id": "nowhere", "component": {"type": "Text"}}},
        {"type": "thread.item.added", "item": {**base, "id": "i", "type": "generated_image"}},
        {"type": "thread.item.updated", "item_id": "i", "update": {
            "type": "generated_image.updated", "image": {"id": "p", "url": "data:,"}}},
    ]  # fmt: skip
    stream = [wire.event(json.dumps(event).encode()) for event in raw]
    seen = folded(modules, stream)
    assert seen == told(reduce(apply, stream, Transcript()))
    assert seen["items"][0]["widget"]["children"][0]["children"][0] == {
        "type": "Text",
        "id": "a",
        "value": "xy",
        "streaming": False,
    }


PARSE = """async ([text, size]) => {
  const { FrameParser } = await import('/chatkit/client/stream.js');
  const bytes = new TextEncoder().encode(text);
  const parser = new FrameParser();
  const frames = [];
  for (let at = 0; at < bytes.length; at += size) frames.push(...parser.push(bytes.slice(at, at + size)));
  return frames;
}"""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_frames_may_be_split_anywhere(modules: Page, size: int, line: str) -> None:
    notice = wire.dump(NoticeEvent(level="info", message="grün 你好 😀\nzwei")).decode()
    text = f":\n:\nid: 7\ndata: {notice}\n\n: beat\ndata: a\ndata:b\n\nid: 9\n\ndata: cut".replace("\n", line)
    frames = modules.evaluate(PARSE, [text, size])
    assert frames == [{"id": 7, "data": notice}, {"id": 7, "data": "a\nb"}]


VERSIONS = """async ([branches, items, whole]) => {
  const { versions } = await import('/chatkit/client/branches.js');
  return Object.fromEntries(versions(branches, items, whole));
}"""


def branch(name: str, parent: str | None = None, after: str | None = None, *, head: bool = False) -> dict[str, Any]:
    return {"id": name, "parent": parent, "forked_after": after, "head": head, "created_at": name, "label": name}


@pytest.mark.parametrize(
    ("branches", "found"),
    [
        ([branch("a", head=True)], {}),
        ([branch("a"), branch("b", "a", "u1", head=True)], {"m1": {"index": 1, "ids": ["a", "b"]}}),
        ([branch("a", head=True), branch("b", "a", "m1")], {"u2": {"index": 0, "ids": ["a", "b"]}}),
        ([branch("a"), branch("b", "a"), branch("c", "b", head=True)], {"u1": {"index": 2, "ids": ["a", "b", "c"]}}),
        ([branch("a"), branch("b", "a", "u1"), branch("c", "b", "m1", head=True)],
         {"m1": {"index": 1, "ids": ["a", "b"]}, "u2": {"index": 1, "ids": ["b", "c"]}}),
        ([branch("a", head=True), branch("b", "a", "elsewhere")], {}),
    ],
)  # fmt: skip
def test_versions_stand_where_the_branches_part(
    modules: Page, branches: list[dict[str, Any]], found: dict[str, Any]
) -> None:
    items = [
        {"id": name, "type": kind}
        for name, kind in [
            ("u1", "user_message"),
            ("w1", "workflow"),
            ("m1", "assistant_message"),
            ("u2", "user_message"),
        ]
    ]
    assert modules.evaluate(VERSIONS, [branches, items, True]) == found


WORDS = """async () => {
  const kinds = ['de', 'fr', 'es', 'zh', 'ur'];
  const words = await Promise.all(kinds.map((kind) => import(`/chatkit/client/words/${kind}.js`)));
  return Object.fromEntries(kinds.map((kind, index) => [kind, words[index].default]));
}"""


def test_every_language_says_everything_and_fills_in_the_same_names(modules: Page) -> None:
    words: dict[str, dict[str, str]] = modules.evaluate(WORDS)
    names = {text: sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in words["de"]}
    for language, said_so in words.items():
        found = {text: sorted(part.split("}")[0] for part in said.split("{")[1:]) for text, said in said_so.items()}
        assert found == names, language
