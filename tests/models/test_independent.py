"""Our models, each with its maker's client, against llmock: a stand-in for three providers that others wrote."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from agents import Agent, Model, ModelRefusalError, ModelSettings, RunConfig, Runner, handoff
from agents.items import TResponseInputItem
from pydantic import BaseModel, SecretStr

from playground.errors import FailureKind, ProviderError
from playground.models.failures import explain
from playground.models.local.process import loopback_client
from playground.models.local.server import LocalServers
from playground.models.provider import Models
from playground.models.retry import retrying
from playground.settings import Settings
from tests.models.independent.gaps import Gap, Met, gaps
from tests.models.independent.peer import DIALECTS, Dialect, Peer
from tests.models.independent.process import serving
from tests.models.reading_along import Read, add, answers, check_grammar, now, read, request

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = SecretStr("sk-test")
POEM = "Shall I compare thee\nto a summer’s day? — «Ja», 夏 🌞."
SUM = {"add": {"a": 19, "b": 23}}
CALL: dict[str, Any] = {"tool_calls": [{"name": "add", "arguments": SUM["add"]}]}


class Said(BaseModel):
    said: str


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving("tests.models.independent.stand_in") as url:
        yield url


@pytest.fixture(scope="module")
def settings(address: str) -> Settings:
    return Settings(
        openai_api_key=KEY,
        openai_base_url=f"{address}/v1",
        compatible_base_url=f"{address}/v1",
        anthropic_api_key=KEY,
        anthropic_base_url=f"{address}/anthropic",
        google_api_key=KEY,
        google_base_url=f"{address}/gemini",
        google_api_version="v1beta",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def models(settings: Settings) -> AsyncIterator[Models]:
    """As the playground makes them from its settings. The clients are what takes the time."""
    made = Models(settings, LocalServers(settings))
    await asyncio.to_thread(made.prepare)
    yield made
    await made.aclose()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """All wires that it speaks, one after the other."""
    return DIALECTS[request.param]


@pytest_asyncio.fixture(loop_scope="module")
async def peer(address: str, dialect: Dialect) -> AsyncIterator[Peer]:
    async with loopback_client() as http:
        made = Peer(http, address, dialect)
        await made.control("reset", {})
        yield made


@pytest.fixture
def model(models: Models, dialect: Dialect) -> Model:
    return models.get_model(dialect.model)


def explained(told: Read, dialect: Dialect) -> ProviderError:
    """What the visitor is told."""
    assert told.error
    error = explain(told.error, dialect.model)
    assert isinstance(error, ProviderError)
    assert error.provider == dialect.provider
    return error


def results(told: Read) -> list[str]:
    """What the tools gave back."""
    history: list[Any] = told.result.to_input_list()
    return [item["output"] for item in history if item.get("type") == "function_call_output"]


def first_tool(told: Read) -> str:
    first: Any = told.result.new_items[0].raw_item
    return str(first.name)


async def test_an_answer_arrives_word_for_word(model: Model, peer: Peer) -> None:
    await peer.will_say(POEM)
    told = await read(model)
    check_grammar(told.events)
    assert told.deltas() == told.result.final_output == POEM


async def test_a_streamed_answer_is_the_one_that_is_given_at_once(model: Model, peer: Peer) -> None:
    told = await read(model, "hello there")
    usage = told.result.context_wrapper.usage
    assert (told.deltas(), usage.input_tokens, usage.output_tokens) == await peer.at_once("hello there")
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.requests == 1


async def test_an_answer_can_be_had_without_streaming(model: Model, peer: Peer) -> None:
    await peer.will_say(POEM)
    answer: Any = await model.get_response(**request())
    assert answer.output[0].content[0].text == POEM


async def test_a_conversation_goes_on_for_three_turns(model: Model, peer: Peer) -> None:
    history: list[TResponseInputItem] = []
    await peer.will_say("first", "second", "third")
    for said, answer in (("one", "first"), ("two", "second"), ("three", "third")):
        told = await read(model, [*history, {"role": "user", "content": said}])
        history = told.result.to_input_list()
        assert told.result.final_output == answer
    sent = json.dumps((await peer.seen())[-1]["body"])
    places = [sent.index(f'"{text}"') for text in ("one", "first", "two", "second", "three")]
    assert places == sorted(places)


@pytest.mark.parametrize("calls", [SUM, {**SUM, "now": {}}], ids=["one", "two"])
async def test_tools_are_run_and_their_results_told(model: Model, peer: Peer, calls: dict[str, dict[str, Any]]) -> None:
    await peer.will_call(calls, then="It is 42.")
    told = await read(model, "go", add, now)
    for turn in answers(told.events):
        check_grammar(turn)
    done: list[Any] = [event.item for event in answers(told.events)[0] if event.type == "response.output_item.done"]
    assert {item.name: json.loads(item.arguments) for item in done} == calls
    assert len({item.call_id for item in done}) == len(calls)
    assert told.result.final_output == "It is 42."
    _, second = await peer.seen()
    assert results(told) == ["42", "noon"][: len(calls)]
    assert all(f'"{result}"' in json.dumps(second["body"]) for result in results(told))


async def test_words_may_come_before_a_call(model: Model, peer: Peer) -> None:
    await peer.will({"type": "reply", "text": "Let me see. ", **CALL}, {"type": "reply", "text": "42"})
    told = await read(model, "go", add)
    first: Any = answers(told.events)[0][-1]
    assert [item.type for item in first.response.output] == ["message", "function_call"]
    assert told.deltas() == "Let me see. 42"


async def test_the_schema_of_a_tool_is_understood(model: Model) -> None:
    """Left alone, it calls the tool that suits the question, with arguments after the schema."""
    told = await read(model, "Please add two numbers", now, add)
    assert first_tool(told) == "add"
    assert told.error is None


async def test_a_tool_can_be_asked_for_by_name(model: Model) -> None:
    agent = Agent(name="tester", tools=[add, now], model_settings=ModelSettings(tool_choice="now"))
    told = await read(model, "Please add two numbers", agent=agent)
    assert first_tool(told) == "now"


async def test_another_agent_can_take_over(model: Model, peer: Peer) -> None:
    other = Agent[Any](name="other")
    await peer.will_call({"transfer_to_other": {}}, then="I am the other.")
    told = await read(model, "go", agent=Agent[Any](name="tester", handoffs=[handoff(other)]))
    assert (told.result.last_agent, told.result.final_output) == (other, "I am the other.")


@pytest.mark.parametrize("dialect", ["responses", "chat", "generate"], indirect=True)
async def test_an_output_has_its_shape_although_there_are_tools(model: Model) -> None:
    told = await read(model, agent=Agent(name="tester", tools=[now], output_type=Said))
    assert isinstance(told.result.final_output, Said)
    assert told.result.context_wrapper.usage.requests == 2


async def test_usage_adds_up_over_turns(model: Model, peer: Peer) -> None:
    await peer.will_call(SUM, then=POEM)
    told = await read(model, "go", add)
    usage = told.result.context_wrapper.usage
    assert (usage.requests, usage.output_tokens) == (2, len(json.dumps(SUM["add"])) // 4 + len(POEM) // 4)


@pytest.mark.parametrize(
    ("dialect", "finish", "reason"),
    [
        *((name, "length", "max_output_tokens") for name in DIALECTS),
        *((name, "content_filter", "content_filter") for name in DIALECTS if name != "responses"),
    ],
    indirect=["dialect"],
)
async def test_a_cut_answer_survives_and_says_so(model: Model, peer: Peer, finish: str, reason: str) -> None:
    await peer.will({"type": "reply", "text": POEM, "finish_reason": finish})
    told = await read(model)
    assert told.result.final_output == POEM
    assert (told.final.status, told.final.incomplete_details.reason) == ("incomplete", reason)


@pytest.mark.parametrize("dialect", ["generate"], indirect=True)
async def test_gemini_is_asked_on_the_older_wire_once_the_newer_one_is_not_there(
    settings: Settings, peer: Peer
) -> None:
    fresh = Models(settings, LocalServers(settings))
    model = await asyncio.to_thread(fresh.get_model, peer.dialect.model)
    for _ in range(2):
        assert (await read(model)).error is None
    await fresh.aclose()
    paths = [one["path"].rpartition("/")[2] for one in (await peer.control("requests"))["requests"]]
    assert paths == ["interactions", *["gemini-3-flash:streamGenerateContent"] * 2]


@pytest.mark.parametrize("dialect", ["messages"], indirect=True)
async def test_claude_may_pause_in_an_answer(model: Model, peer: Peer) -> None:
    await peer.will(
        {"type": "reply", "text": "First. ", "finish_reason": "pause_turn"}, {"type": "reply", "text": "Then."}
    )
    told = await read(model)
    check_grammar(told.events)
    assert told.deltas() == "First. Then."
    first, second = await peer.seen()
    assert [message["role"] for message in second["body"]["messages"]] == ["user", "assistant"]
    assert first["body"]["messages"] == second["body"]["messages"][:1]


@pytest.mark.parametrize("dialect", ["messages"], indirect=True)
async def test_claude_may_decline(model: Model, peer: Peer) -> None:
    await peer.will({"type": "reply", "text": "", "finish_reason": "content_filter"})
    assert isinstance((await read(model)).error, ModelRefusalError)


@pytest.mark.parametrize(
    ("status", "kind", "again"),
    [
        (400, "bad_request", False),
        (401, "auth", False),
        (403, "auth", False),
        (413, "context_length", False),
        (429, "rate_limit", True),
        (500, "server", True),
        (503, "overloaded", True),
        (529, "overloaded", True),
    ],
)
async def test_a_failure_is_explained(model: Model, peer: Peer, status: int, kind: FailureKind, again: bool) -> None:
    await peer.will({"type": "fail", "status": status})
    error = explained(await read(model), peer.dialect)
    assert (error.kind, error.allow_retry) == (kind, again)
    assert len(await peer.seen()) == 1


async def test_advice_on_when_to_come_back_is_told(model: Model, peer: Peer) -> None:
    await peer.will({"type": "fail", "status": 429, "retry_after": 7})
    error = explained(await read(model), peer.dialect)
    assert error.retry_after == 7
    assert "in 7 seconds" in error.message


@pytest.mark.parametrize(
    ("kind", "told_as"), [("disconnect", "network"), ("truncate", "cut"), ("malformed", "malformed")]
)
async def test_a_broken_stream_hands_out_every_word_before_it_fails(
    model: Model, peer: Peer, kind: str, told_as: FailureKind
) -> None:
    await peer.will_say("one two three four five six")
    await peer.will_break(kind, after_words=3)
    told = await read(model)
    assert told.deltas() == "one two three "
    assert (explained(told, peer.dialect).kind, (await peer.seen())[-1]["fault"].partition("@")[0]) == (
        told_as,
        f"stream:{kind}",
    )


async def test_a_tool_that_nobody_has_is_the_models_fault(model: Model, peer: Peer) -> None:
    await peer.will({"type": "tool_fault", "kind": "unknown_tool"})
    assert explained(await read(model, "go", add), peer.dialect).kind == "malformed"


async def test_arguments_that_are_none_are_told_to_the_model(model: Model, peer: Peer) -> None:
    await peer.will({"type": "tool_fault", "kind": "malformed_arguments"}, {"type": "reply", **CALL})
    await peer.will_say("Never mind.")
    told = await read(model, "go", add)
    assert told.result.final_output == "Never mind."
    first, *_ = results(told)
    assert "error" in first.lower()


async def trying(model: Model) -> str:
    """What is answered to someone who tries twice more."""
    config = RunConfig(model=model, model_settings=ModelSettings(retry=retrying(2)))
    result = Runner.run_streamed(Agent(name="tester"), "go", run_config=config)
    async for _ in result.stream_events():
        pass
    return str(result.final_output)


@pytest.mark.parametrize(
    "failures",
    [
        [{"type": "fail", "status": 429, "retry_after": 0.2, "times": 2}],
        [
            {"type": "fail", "status": 503, "retry_after": 0.1},
            {"type": "stream_fault", "kind": "truncate", "after_chunks": 0},
        ],
        [{"type": "stream_fault", "kind": "disconnect", "after_chunks": 0}],
    ],
    ids=["limited", "down-and-truncated", "disconnected"],
)
async def test_it_finds_no_fault_with_how_we_try_again(
    model: Model, peer: Peer, failures: list[dict[str, Any]]
) -> None:
    await peer.will(*failures, {"type": "reply", "text": "at last"}, {"type": "reply", "text": "at last"})
    assert await trying(model) == "at last"
    assert await peer.verdict() == []


@pytest.mark.parametrize("words", ["", "one two three "], ids=["before", "amid"])
async def test_a_stop_closes_the_connection(model: Model, peer: Peer, words: str) -> None:
    await peer.will_say("one two three four five six")
    await peer.will_break("stall", after_words=len(words.split()))
    told = Read(Runner.run_streamed(Agent(name="tester"), "go", run_config=RunConfig(model=model)))
    reading = asyncio.create_task(listen(told))
    await peer.taken()
    while told.deltas() != words:
        await asyncio.sleep(0.02)
    told.result.cancel()
    await reading
    assert not (await peer.gave_up_on())["completed"]


async def listen(told: Read) -> None:
    async for event in told.result.stream_events():
        if event.type == "raw_response_event":
            told.events.append(event.data)


@pytest.mark.parametrize(
    ("dialect", "gap"), [pytest.param(*one, id=f"{one[0]}-{one[1].reason}") for one in gaps()], indirect=["dialect"]
)
async def test_it_cannot_vouch_for(model: Model, peer: Peer, gap: Gap) -> None:
    await gap.probe(Met(model, peer))
