import json
from typing import Any

import pytest

from playground.models.google.generate import GenerationReader
from playground.models.reasons import StreamFailure
from tests.models.google.reading import ORIGIN, Frame, deltas, fed, output, reader_of
from tests.models.reading_along import check_grammar

USAGE = {
    "promptTokenCount": 100,
    "toolUsePromptTokenCount": 20,
    "cachedContentTokenCount": 60,
    "candidatesTokenCount": 7,
    "thoughtsTokenCount": 5,
    "totalTokenCount": 132,
}


def reply(*parts: Frame, finish: str | None = None, usage: Any = None, **candidate: Any) -> Frame:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, **candidate}
    return {"candidates": [candidate], "usageMetadata": usage or {}}


def text(said: str, **fields: Any) -> Frame:
    return {"text": said, **fields}


def call(name: str, args: Any = None, call_id: str | None = None, **fields: Any) -> Frame:
    return {"functionCall": {"name": name, "args": args or {}, **({"id": call_id} if call_id else {})}, **fields}


def read(*frames: Frame) -> list[Any]:
    return fed(reader_of(GenerationReader), list(frames))


def test_an_answer_has_its_events_in_order() -> None:
    events = read(
        reply(text("t0", thought=True)),
        reply(text(" t1", thought=True)),
        reply(text("w0")),
        reply(text(" w1")),
        reply(finish="STOP"),
    )
    check_grammar(events)
    assert deltas(events, "reasoning_summary_text") == ["t0 t1"]
    assert deltas(events) == ["w0 w1"]


def test_what_comes_in_one_batch_is_one_delta() -> None:
    events = fed(reader_of(GenerationReader), [reply(text("a")), reply(text("b"))], [reply(text("c"), finish="STOP")])
    assert deltas(events) == ["ab", "c"]


def test_a_part_keeps_its_signature_and_is_not_joined_with_another() -> None:
    events = read(
        reply(text("hm", thought=True)),
        reply(text("a")),
        reply(text("b")),
        reply(text("c", thoughtSignature="sig")),
        reply(text("d")),
        reply(text("", thoughtSignature="last"), finish="STOP"),
    )
    thought, message = output(events)
    assert message.content[0].text == "abcd"
    assert message.provider_data["parts"] == [
        text("ab"),
        text("c", thoughtSignature="sig"),
        text("d"),
        text("", thoughtSignature="last"),
    ]
    assert thought.provider_data == {"model": ORIGIN, "parts": [text("hm", thought=True)]}


def test_calls_keep_their_parts_and_their_ids() -> None:
    parts = [call("add", {"a": "ü"}, "c1", thoughtSignature="sig"), call("now")]
    events = read(reply(*parts, finish="STOP"))
    check_grammar(events)
    first, second = output(events)
    assert (first.call_id, json.loads(first.arguments)) == ("c1", {"a": "ü"})
    assert second.call_id.startswith("call_")
    assert [item.provider_data["parts"] for item in (first, second)] == [[part] for part in parts]


def test_a_call_id_that_was_used_before_is_replaced() -> None:
    ids = [item.call_id for item in output(read(reply(call("a", None, "x"), call("b", None, "x"), finish="STOP")))]
    assert ids[0] == "x"
    assert len(set(ids)) == 2
    (item,) = output(fed(reader_of(GenerationReader, "x"), [reply(call("a", None, "x"), finish="STOP")]))
    assert item.call_id != "x"


def test_a_signature_that_follows_a_call_is_kept() -> None:
    called, sealed = output(read(reply(call("now")), reply(text("", thoughtSignature="sig"), finish="STOP")))
    assert called.type == "function_call"
    assert (sealed.type, sealed.summary) == ("reasoning", [])
    assert sealed.provider_data["parts"] == [text("", thoughtSignature="sig")]


def test_an_empty_part_is_nothing() -> None:
    (message,) = output(read(reply(text("")), reply(text("w")), reply(text(""), finish="STOP")))
    assert message.provider_data["parts"] == [text("w")]


def test_grounding_is_cited_and_is_a_search() -> None:
    grounding = {
        "webSearchQueries": ["a"],
        "groundingChunks": [{"web": {"uri": "https://example.com", "title": "T"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 3, "endIndex": 5}, "groundingChunkIndices": [0, 7]},
            {"segment": {"endIndex": 2}, "groundingChunkIndices": [0]},
        ],
    }
    events = read(reply(text("ü ü")), reply(finish="STOP", groundingMetadata=grounding))
    message, search = output(events)
    notes = message.content[0].annotations
    assert [(note.url, note.start_index, note.end_index) for note in notes] == [
        ("https://example.com", 2, 3),
        ("https://example.com", 0, 1),
    ]
    assert (search.type, search.action.queries) == ("web_search_call", ["a"])


def test_a_search_among_other_tools_keeps_its_parts() -> None:
    raw: list[Frame] = [
        {"toolCall": {"id": "s", "toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["a"]}}, "thoughtSignature": "1"},
        {"toolResponse": {"id": "s", "toolType": "GOOGLE_SEARCH_WEB", "response": {}}},
    ]
    grounding = {"webSearchQueries": ["a"]}
    search, message = output(read(reply(*raw), reply(text("w"), finish="STOP", groundingMetadata=grounding)))
    assert search.provider_data == {"model": ORIGIN, "parts": raw}
    assert search.action.queries == ["a"]
    assert message.type == "message"


def test_tokens_are_told_apart() -> None:
    usage = read(reply(text("w"), usage={"promptTokenCount": 1}), reply(finish="STOP", usage=USAGE))[-1].response.usage
    assert (usage.input_tokens, usage.input_tokens_details.cached_tokens) == (120, 60)
    assert (usage.output_tokens, usage.output_tokens_details.reasoning_tokens) == (12, 5)
    assert usage.total_tokens == 132


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("MAX_TOKENS", "max_output_tokens"),
        *(
            (finish, "content_filter")
            for finish in ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION", "SPII", "LANGUAGE", "OTHER")
        ),
    ],
)
def test_an_answer_may_be_cut(finish: str, reason: str) -> None:
    response = read(reply(text("w"), finish=finish))[-1].response
    assert (response.status, response.incomplete_details.reason) == ("incomplete", reason)


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([], "cut"),
        ([reply(text("w"))], "cut"),
        ([reply(text("w"), finish="FINISH_REASON_UNSPECIFIED")], "cut"),
        ([reply(finish="STOP")], "empty"),
        ([reply(finish="MAX_TOKENS")], "too_short"),
        ([reply(finish="SAFETY")], "safety"),
        ([{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}], "safety"),
        ([reply(finish="MALFORMED_FUNCTION_CALL")], "misused"),
        ([reply(text("w"), finish="UNEXPECTED_TOOL_CALL")], "misused"),
        ([reply(finish="MISSING_THOUGHT_SIGNATURE")], "misused"),
        ([reply(finish="MALFORMED_RESPONSE")], "malformed"),
    ],
)
def test_what_is_no_answer_is_a_failure(frames: list[Frame], reason: str) -> None:
    with pytest.raises(StreamFailure, match=reason):
        read(*frames)


def test_another_request_goes_on_with_the_answer() -> None:
    reader = reader_of(GenerationReader)
    first = fed(reader, [reply(text("Hel"), finish="CONTINUATION", continuationToken="go", usage=USAGE)])
    assert reader.token == "go"
    second = fed(reader, [reply(text("lo"), finish="STOP", usage=USAGE)])
    check_grammar([*first, *second])
    (message,) = output(second)
    assert [part.text for part in message.content] == ["Hello"]
    assert second[-1].response.usage.input_tokens == 240
