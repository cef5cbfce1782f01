"""The model over real HTTP, on both wires."""

import json
from itertools import pairwise
from typing import Any

import pytest
from agents import ModelSettings, WebSearchTool
from agents.exceptions import UserError
from agents.items import TResponseInputItem

from playground.errors import ProviderError
from playground.models.failures import explain
from playground.models.reasons import StreamFailure
from tests.models.conftest import MakeModel
from tests.models.reading_along import add, answers, check_grammar, now, read, request
from tests.wire import CANARY, Wire
from tests.wire.http import Call

TOOLS = 'think-3-tools:{"add": {"a": 1, "b": 2}, "now": {}}'
MODEL = "gemini-3.8-flash-"


async def talk(model: Any, turns: int, *tools: Any) -> list[Any]:
    """So many turns of one conversation; all that was read."""
    history: list[TResponseInputItem] = []
    told: list[Any] = []
    for turn in range(turns):
        told.append(await read(model, [*history, {"role": "user", "content": f"turn {turn}"}], *tools))
        assert told[-1].error is None
        history = told[-1].result.to_input_list()
    return told


def sent_back(call: Call) -> list[str]:
    """What a request says the model said, as JSON."""
    body = call.body
    if "input" in body:
        made = [step for step in body["input"] if step["type"] not in {"user_input", "function_result"}]
    else:
        made = [part for content in body["contents"] if content["role"] == "model" for part in content["parts"]]
    return [json.dumps(one, sort_keys=True) for one in made]


async def test_thoughts_and_calls_go_back_byte_for_byte_over_three_turns(google: MakeModel, wire: Wire) -> None:
    told = await talk(google(MODEL + TOOLS), 3, add, now)
    assert [one.result.final_output for one in told] == ["The tool said: 3 | noon"] * 3
    assert wire.complaints == []
    for one in told:
        for turn in answers(one.events):
            check_grammar(turn)
    made = [sent_back(call) for call in wire.calls]
    assert all(after[: len(before)] == before for before, after in pairwise(made))
    assert len([one for one in made[-1] if "ignature" in one]) == 5  # three steps with calls, two answers


async def test_a_thought_without_words_goes_back(google: MakeModel, wire: Wire) -> None:
    await talk(google(MODEL + "sealed-words-5"), 3)
    assert wire.complaints == []
    assert len([one for one in sent_back(wire.calls[-1]) if "ignature" in one]) == 2


async def test_parallel_calls_stay_parallel(google: MakeModel, wire: Wire) -> None:
    await read(google(TOOLS), "go", add, now)
    body = wire.calls[-1].body
    if "input" in body:
        kinds = [step["type"] for step in body["input"]]
        assert kinds == ["user_input", "thought", *["function_call"] * 2, *["function_result"] * 2]
        assert [step["name"] for step in body["input"][-2:]] == ["add", "now"]
    else:
        assert [content["role"] for content in body["contents"]] == ["user", "model", "user"]
        names = [part["functionResponse"]["name"] for part in body["contents"][-1]["parts"]]
        assert names == ["add", "now"]


async def test_a_search_is_shown_with_its_source_and_goes_back(google: MakeModel, wire: Wire) -> None:
    told = await talk(google("search"), 2, WebSearchTool())
    assert wire.complaints == []
    done = [event.item for event in told[0].events if event.type == "response.output_item.done"]
    (search,) = [item for item in done if item.type == "web_search_call"]
    (message,) = [item for item in done if item.type == "message"]
    assert search.action.queries
    (note,) = message.content[0].annotations
    assert (note.url, note.start_index, note.end_index) == (
        "https://example.com/source",
        0,
        len(message.content[0].text),
    )
    for one in told:
        check_grammar(one.events)
    if "input" in wire.calls[-1].body:
        assert "google_search_result" in [step["type"] for step in wire.calls[-1].body["input"]]


async def test_a_blocked_prompt_is_a_matter_of_safety(google: MakeModel) -> None:
    told = await read(google("refusal"))
    assert told.error
    error = explain(told.error, "google/x")
    assert isinstance(error, ProviderError)
    assert error.kind == "safety"
    assert CANARY not in str(error)


async def test_an_answer_that_is_withheld_in_its_middle_is_cut(google: MakeModel) -> None:
    told = await read(google("filter-5"))
    assert told.error is None
    assert told.result.final_output == "w0 w1 w2 w3 w4"
    assert told.final.incomplete_details.reason == "content_filter"


FRAMES = ['["text"]', '[{"candidates": 5, "event_type": 7}, {"event_type": "step.start"}]', '["{", "}"]', "[5]"]


@pytest.mark.parametrize("frames", FRAMES)
async def test_frames_that_are_not_the_dialects_are_malformed(google: MakeModel, frames: str) -> None:
    told = await read(google(f"raw:{frames}"))
    assert isinstance(told.error, StreamFailure)
    assert told.error.reason == "malformed"


async def test_the_key_is_in_a_header_and_never_in_the_address(google: MakeModel, wire: Wire) -> None:
    await read(google("echo"))
    (call,) = wire.calls
    assert call.headers["x-goog-api-key"] == "k"
    assert "key" not in call.path


async def test_extras_go_along(google: MakeModel, wire: Wire) -> None:
    settings = ModelSettings(
        extra_headers={"x-extra": "1"}, extra_body={"safety_settings": []}, extra_query={"trace": "on"}
    )
    await google("echo").get_response(**request(settings))
    (call,) = wire.calls
    assert call.headers["x-extra"] == "1"
    assert call.body["safety_settings"] == []


@pytest.mark.parametrize("state", ["previous_response_id", "conversation_id", "prompt"])
async def test_state_that_google_does_not_keep_is_refused(google: MakeModel, wire: Wire, state: str) -> None:
    others: dict[str, Any] = request() | {state: "x"}
    with pytest.raises(UserError, match="whole history"):
        await google("echo").get_response(**others)
    assert not wire.calls
