"""JSON, both ways."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    ClientEffectEvent,
    ClientToolCallItem,
    FileAttachment,
    ImageAttachment,
    InferenceOptions,
    ProgressUpdateEvent,
    ThreadItemDoneEvent,
    UserMessageItem,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import wire

AT = datetime(2026, 1, 1, tzinfo=UTC)
HALF, OTHER_HALF = "\ud83d", "\ude00"

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def test_fields_that_are_none_are_left_out_and_nulls_of_others_are_kept() -> None:
    call = ClientToolCallItem(
        id="i", thread_id="t", created_at=AT, call_id="c", name="n", arguments={"a": None, "b": [None]}
    )
    assert wire.payload(call)["arguments"] == {"a": None, "b": [None]}
    assert "output" not in wire.payload(call)


def test_metadata_is_left_out() -> None:
    item = UserMessageItem(
        id="i",
        thread_id="t",
        created_at=AT,
        content=[],
        attachments=[
            FileAttachment(id="f", name="f", mime_type="m", metadata={"path": "/srv/f"}),
            ImageAttachment.model_validate(
                {"id": "p", "name": "p", "mime_type": "m", "preview_url": "data:,", "metadata": {"path": "/srv/p"}}
            ),
        ],
        inference_options=InferenceOptions(),
    )
    assert b"/srv" not in wire.dump(ThreadItemDoneEvent(item=item))


def test_a_time_carries_its_offset() -> None:
    item = AssistantMessageItem(id="i", thread_id="t", created_at=AT, content=[])
    assert wire.payload(item)["created_at"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "goes_out"),
    [
        ("a\x00b", "a\ufffdb"),
        (r"\u0000", r"\u0000"),
        (f"a{HALF}", "a\ufffd"),
        (f"{OTHER_HALF}a", "\ufffda"),
        (f"{HALF}{OTHER_HALF}", "😀"),
        (f"\x00{HALF}", "\ufffd\ufffd"),
        ("é😀\u2028\n", "é😀\u2028\n"),
    ],
)
def test_only_text_that_anybody_can_keep_goes_out(text: str, goes_out: str) -> None:
    item = AssistantMessageItem(id="i", thread_id="t", created_at=AT, content=[AssistantMessageContent(text=text)])
    assert wire.payload(item)["content"][0]["text"] == goes_out
    assert wire.clean({text: [text]}) == {goes_out: [goes_out]}


def test_a_newline_stays_inside_its_frame() -> None:
    assert b"\n" not in wire.dump(ProgressUpdateEvent(text="a\nb\r\nc"))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.dictionaries(st.text(), values))
def test_a_visitors_json_comes_back_as_it_was_but_for_nul(data: dict[str, Any]) -> None:
    event = wire.EVENT.validate_json(wire.dump(ClientEffectEvent(name="n", data=data)))
    assert isinstance(event, ClientEffectEvent)
    assert event.data == wire.clean(data)
    assert b"\\u0000" not in orjson.dumps(wire.clean(data))


@pytest.mark.parametrize(
    ("arguments", "spelled"),
    [
        ("", "{}"),
        ("{}", "{}"),
        (' { "b" : [1.0, 2e0, -0.0, 0.5] , "a" : "\u00e9" } ', '{"a":"é","b":[1,2,0,0.5]}'),
        ('{"a":1,"a":2}', '{"a":2}'),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ('"\\u0000\\ud83d"', '"\ufffd\ufffd"'),
        ("\x00{", "\ufffd{"),
        ("NaN", "NaN"),
        ("[1e999]", "[1e999]"),
        ("1" * 5000, "1" * 5000),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_arguments_that_say_the_same_are_spelled_alike(arguments: str, spelled: str) -> None:
    assert wire.canonical(arguments) == spelled
    assert wire.canonical(spelled) == spelled


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.dictionaries(st.text(), values))
def test_a_spelling_says_what_was_said(data: dict[str, Any]) -> None:
    assert orjson.loads(wire.canonical(orjson.dumps(wire.clean(data)).decode())) == wire.clean(data)
