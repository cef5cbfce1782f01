"""Bytes in, a request or Malformed out; never anything else."""

from collections.abc import Iterator
from typing import Any, get_args

import orjson
import pytest
from chatkit.types import (
    ChatKitReq,
    ItemsListReq,
    ThreadsAddStructuredInputReq,
    ThreadsCreateReq,
    ThreadsListReq,
    UserMessageTagContent,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import wire
from playground.errors import Malformed, TooLarge, VisitorError
from playground.protocol.requests import Extras, check_message, checked_key, fingerprint, parse, parse_verdict
from playground.records import Decision, LaneSettings
from tests.house import Json, message
from tests.protocol.samples import EVERY


def body(kind: str, params: Any, **more: Any) -> bytes:
    return orjson.dumps({"type": kind, "params": params, **more})


def created(given: Any) -> ThreadsCreateReq:
    request, _ = parse(body("threads.create", {"input": given}))
    assert isinstance(request, ThreadsCreateReq)
    return request


@pytest.mark.parametrize(
    "given",
    [
        {"content": [{"type": "input_text", "text": "x"}]},
        {"content": [{"type": "input_text", "text": "x"}], "attachments": None, "inference_options": None},
        {"content": [{"type": "input_text", "text": "x", "new": 1}], "attachments": [], "new": {"a": 1}},
        {**message("x", model=None), "quoted_text": None},
    ],
)
def test_what_uis_leave_out_is_filled_in(given: Json) -> None:
    taken = created(given).params.input
    assert (taken.content[0].text, taken.attachments, taken.inference_options.model) == ("x", [], None)


@pytest.mark.parametrize("tag", [{}, {"data": None}, {"data": {"k": None}}])
def test_a_tag_needs_no_data(tag: Json) -> None:
    (part,) = created({"content": [{"type": "input_tag", "id": "i", "text": "x", **tag}]}).params.input.content
    assert isinstance(part, UserMessageTagContent)
    assert part.data == (tag.get("data") or {})


@pytest.mark.parametrize(
    "given", [b'{"type":"threads.list"}', b'{"type":"threads.list","params":null,"metadata":null}']
)
def test_a_list_needs_no_parameters(given: bytes) -> None:
    request, extras = parse(given)
    assert isinstance(request, ThreadsListReq)
    assert extras == Extras()


def test_the_input_of_another_request_is_left_alone() -> None:
    request, _ = parse(
        body("threads.add_structured_input", {"thread_id": "t", "item_id": "i", "input": {"answers": {}}})
    )
    assert isinstance(request, ThreadsAddStructuredInputReq)
    assert request.params.input.answers == {}


def test_the_metadata_names_who_answers_and_how() -> None:
    told = {"agent": "a", "model": "m", "settings": {"max_tokens": 5}, "edit_item_id": "i", "theirs": [1]}
    _, extras = parse(body("threads.list", {}, metadata=told))
    assert extras == Extras(agent="a", model="m", settings=LaneSettings(max_tokens=5), edit_item_id="i")


def test_metadata_may_be_null_in_parts() -> None:
    _, extras = parse(body("threads.list", {}, metadata=dict.fromkeys(Extras.model_fields)))
    assert extras == Extras()


def test_nul_is_replaced_everywhere_even_in_names() -> None:
    request = created({"content": [{"type": "input_tag", "id": "\0", "text": "a\0b", "data": {"\0": ["\0"]}}]})
    assert "\0" not in request.model_dump_json()
    assert b"\\u0000" not in request.model_dump_json().encode()


def test_of_a_key_given_twice_the_last_counts() -> None:
    request, _ = parse(b'{"type":"threads.list","params":{"limit":1,"limit":2}}')
    assert isinstance(request, ThreadsListReq)
    assert request.params.limit == 2


MALFORMED = {
    "nothing": b"",
    "no JSON": b"hello",
    "cut": b'{"type":"threads.list"',
    "two values": b"{}{}",
    "not a number": b'{"type":"threads.list","params":{"limit":NaN}}',
    "infinite": b'{"type":"threads.list","params":{"limit":1e999}}',
    "a number without end": b'{"type":"threads.list","params":{"limit":' + b"9" * 5000 + b"}}",
    "a fraction": b'{"type":"threads.list","params":{"limit":1.5}}',
    "not UTF-8": b'{"type":"threads.list\xff"}',
    "UTF-16": '{"type":"threads.list"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"type":"threads.list","params":{}}',
    "half a character": b'{"type":"threads.get_by_id","params":{"thread_id":"\\ud800"}}',
    "a control character": b'{"type":"threads.get_by_id","params":{"thread_id":"\x01"}}',
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "rather deep arrays": b"[" * 900 + b"]" * 900,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep data": b'{"type":"threads.list","params":{},"metadata":{"a":' + b"[" * 120 + b"]" * 120 + b"}}",
    "an array": b"[]",
    "null": b"null",
    "a string": b'"threads.list"',
    "no type": b'{"params":{}}',
    "null type": b'{"type":null,"params":{}}',
    "unknown type": b'{"type":"threads.stop","params":{}}',
    "a long unknown type": b'{"type":"' + b"x" * 10_000 + b'"}',
    "params that are a list": b'{"type":"threads.list","params":[]}',
    "metadata that is a string": b'{"type":"threads.list","params":{},"metadata":"x"}',
    "a wrong order": b'{"type":"threads.list","params":{"order":"up"}}',
    "a wrong kind": b'{"type":"items.feedback","params":{"thread_id":"t","item_ids":[],"kind":"meh"}}',
    "ids that are numbers": b'{"type":"items.feedback","params":{"thread_id":1,"item_ids":[2],"kind":"positive"}}',
    "no thread": b'{"type":"threads.delete","params":{}}',
    "no title": b'{"type":"threads.update","params":{"thread_id":"t","title":null}}',
    "no input": b'{"type":"threads.create","params":{}}',
    "input that is text": b'{"type":"threads.create","params":{"input":"hello"}}',
    "content that is text": b'{"type":"threads.create","params":{"input":{"content":"hello"}}}',
    "content of an unknown kind": b'{"type":"threads.create","params":{"input":{"content":[{"type":"image"}]}}}',
    "a model that is a number": b'{"type":"threads.create","params":{"input":{"inference_options":{"model":1}}}}',
    "a tool without an id": b'{"type":"threads.create","params":{"input":{"inference_options":{"tool_choice":{}}}}}',
    "an agent that is a number": b'{"type":"threads.list","params":{},"metadata":{"agent":1}}',
    "a setting out of bounds": b'{"type":"threads.list","params":{},"metadata":{"settings":{"temperature":9}}}',
    "a setting nobody knows": b'{"type":"threads.list","params":{},"metadata":{"settings":{"top_k":9}}}',
    "an effort nobody knows": b'{"type":"threads.list","params":{},"metadata":{"settings":{"effort":"huge"}}}',
}  # fmt: skip


@pytest.mark.parametrize("given", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_no_request_is_refused_in_a_short_text(given: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(given)
    assert 0 < len(refusal.value.message) <= 310


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (b'{"type":"threads.stop"}', "threads.stop"),
        (b'{"type":"threads.delete","params":{}}', "params.thread_id: Field required"),
        (b'{"type":"threads.list","metadata":{"settings":{"effort":"huge"}}}', "metadata.settings.effort"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong(given: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse(given)


@pytest.mark.parametrize(("kind", "params"), EVERY.items())
def test_every_type_is_understood(kind: str, params: Json) -> None:
    request, _ = parse(body(kind, params))
    assert request.type == kind


def test_the_protocol_has_no_other_types() -> None:
    assert set(EVERY) == {get_args(option.model_fields["type"].annotation)[0] for option in options(ChatKitReq)}


def options(union: Any) -> Iterator[Any]:
    """The members of a union of unions."""
    for option in get_args(union):
        if get_args(option):
            yield from options(option)
        elif hasattr(option, "model_fields"):
            yield option


odd = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


def bent(value: Any, choose: st.DataObject) -> Any:
    """The value with something odd at one place, or something missing."""
    fields, many = wire.as_object(value), wire.as_list(value)
    if not (fields or many) or choose.draw(st.integers(0, 9)) == 0:
        return choose.draw(odd)
    inside: dict[Any, Any] = dict(enumerate(many)) if many else {**(fields or {})}
    at = choose.draw(st.sampled_from(sorted(inside)))
    kept = {name: one for name, one in inside.items() if name != at}
    if choose.draw(st.integers(0, 4)):
        kept[at] = bent(inside[at], choose)
    return kept if fields else list(kept.values())


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.sampled_from(sorted(EVERY)), st.data())
def test_what_looks_like_a_request_is_one_or_is_malformed(kind: str, choose: st.DataObject) -> None:
    given = bent({"type": kind, "params": EVERY[kind], "metadata": {"agent": "a", "settings": {}}}, choose)
    try:
        request, _ = parse(orjson.dumps(given))
    except Malformed:
        return
    assert request.type in EVERY


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_noise_is_malformed(given: bytes) -> None:
    with pytest.raises(Malformed):
        parse(given)


def test_the_same_bytes_are_the_same_request() -> None:
    assert fingerprint(b"a") == fingerprint(b"a") != fingerprint(b"b")


@pytest.mark.parametrize("key", [None, "a", "x" * 255, "Schlüssel-1"])
def test_a_key_is_kept(key: str | None) -> None:
    assert checked_key(key) == key


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "a\0", "\x7f"])
def test_a_key_that_cannot_be_kept_is_refused(key: str) -> None:
    with pytest.raises(Malformed, match="Idempotency-Key"):
        checked_key(key)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (message(""), Malformed),
        (message(" \n\t\u2003"), Malformed),
        ({"content": []}, Malformed),
        ({}, Malformed),
        (message("x" * 11), TooLarge),
        (message("x", quoted_text="y" * 10), TooLarge),
        ({"content": [{"type": "input_tag", "id": "i", "text": "x" * 11}]}, TooLarge),
    ],
)
def test_a_message_that_cannot_be_answered_is_refused(given: Json, error: type[VisitorError]) -> None:
    with pytest.raises(error):
        check_message(created(given).params.input, longest=10)


def test_the_longest_message_is_taken() -> None:
    check_message(created(message("x" * 5, quoted_text="y" * 5)).params.input, longest=10)


def test_an_items_list_reads_newest_first_unless_asked_otherwise() -> None:
    request, _ = parse(body("items.list", {"thread_id": "t"}))
    assert isinstance(request, ItemsListReq)
    assert (request.params.order, request.params.limit) == ("desc", None)


def test_decisions_are_read() -> None:
    given = {"decisions": [{"call_id": "c1", "approve": True}, {"call_id": "c2", "approve": False, "message": " no "}]}
    verdict = parse_verdict(orjson.dumps({**given, "model": "compatible/echo"}))
    assert verdict.decisions == [Decision("c1", approve=True), Decision("c2", approve=False, message="no")]
    assert (verdict.model, verdict.settings) == ("compatible/echo", None)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (b"[]", "request: Input should be"),
        (b"{}", "decisions: Field required"),
        (b'{"decisions": []}', "decisions: List should have at least 1 item"),
        (b'{"decisions": [{"call_id": "c1"}]}', "decisions.0.approve: Field required"),
        (b'{"decisions": [{"call_id": "c1", "approve": "yes"}]}', "decisions.0.approve: Input should be a valid bool"),
        (b'{"decisions": [{"call_id": 1, "approve": true}]}', "decisions.0.call_id: Input should be a valid string"),
        (b"{", "The body is not JSON"),
    ],
)
def test_a_decision_that_cannot_be_read_says_what_is_wrong(given: bytes, complaint: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_verdict(given)
    assert refused.value.message.startswith(complaint)
