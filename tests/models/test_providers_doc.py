"""What `docs/providers.md` says of the providers is tried, cell by cell."""

import asyncio
import inspect
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from agents import (
    Agent,
    ModelSettings,
    RunConfig,
    Runner,
    ToolOutputImage,
    WebSearchTool,
    function_tool,
)
from agents.exceptions import UserError
from agents.items import TResponseInputItem
from pydantic import BaseModel

from playground.capabilities import capabilities_of
from playground.models.failures import explain
from playground.models.tuning import tuned
from playground.records import LaneSettings
from tests.models.conftest import MakeModel
from tests.models.reading_along import Read, add, now, read, request
from tests.wire import Wire

PAGE = (Path(__file__).parents[2] / "docs" / "providers.md").read_text()
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"

COLUMNS = {
    "OpenAI": "responses",
    "Anthropic": "claude",
    "Google": "gemini",
    "Google, generateContent": "gemini_generate",
    "Compatible": "compatible",
    "Local": "local",
}
PROVIDERS = {
    "OpenAI": "openai",
    "Anthropic": "anthropic",
    "Google": "google",
    "Google, generateContent": "google",
    "Compatible": "compatible",
    "Local": "local",
}


class Said(BaseModel):
    said: str


@function_tool
def draw() -> ToolOutputImage:
    """Draws a dot."""
    return ToolOutputImage(image_url=f"data:image/png;base64,{PIXEL}")


class Case:
    """One provider, asked to show something."""

    def __init__(self, column: str, make: MakeModel, wire: Wire) -> None:
        self.column, self.make, self.wire = column, make, wire

    @property
    def sent(self) -> str:
        """The last request's body."""
        return json.dumps(self.wire.calls[-1].body)

    async def ask(self, name: str, content: Any = "go", settings: ModelSettings | None = None, **agent: Any) -> Any:
        """The run's result."""
        config = RunConfig(model=self.make(name), model_settings=settings)
        asked: list[TResponseInputItem] = [{"role": "user", "content": content}]
        result = Runner.run_streamed(Agent(name="tester", **agent), asked, run_config=config)
        async for _ in result.stream_events():
            pass
        return result

    async def read(self, name: str, *tools: Any) -> Read:
        return await read(self.make(name), "go", *tools)


Probe = Callable[[Case], Awaitable[bool]]


async def streams(case: Case) -> bool:
    told = await case.read("words-200@400")
    deltas = [event for event in told.events if event.type == "response.output_text.delta"]
    return len(deltas) > 3 and told.result.final_output == told.deltas()


async def tools(case: Case) -> bool:
    return bool((await case.ask("tool:now:{}", tools=[now])).final_output == "The tool said: noon")


async def several_calls(case: Case) -> bool:
    told = await case.read('tools:{"add": {"a": 1, "b": 2}, "now": {}}', add, now)
    return [item.type for item in told.result.raw_responses[0].output].count("function_call") == 2


async def hand_offs(case: Case) -> bool:
    other = Agent(name="Other")
    config = RunConfig(model=case.make("tool:transfer_to_other:{}"))
    result = Runner.run_streamed(Agent(name="tester", handoffs=[other]), "go", run_config=config)
    async for event in result.stream_events():
        if event.type == "agent_updated_stream_event" and event.new_agent is other:
            result.cancel()
    return result.last_agent is other


async def output_type(case: Case) -> bool:
    result = await case.ask("json:now:{}", tools=[now], output_type=Said)
    return result.final_output == Said(said="noon") and '"said"' in case.sent


async def held_tools(case: Case) -> bool:
    await case.ask("echo", tools=[add])
    return '"strict": true' in case.sent


async def images(case: Case) -> bool:
    part = {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{PIXEL}"}
    await case.ask("echo", [part, {"type": "input_text", "text": "what?"}])
    return PIXEL in case.sent


async def files(case: Case) -> bool:
    part = {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}
    await case.ask("echo", [part, {"type": "input_text", "text": "what?"}])
    return PDF in case.sent


async def whole_pdfs(case: Case) -> bool:
    return await files(case) and capabilities_of(f"{PROVIDERS[case.column]}/any").files


async def tool_images(case: Case) -> bool:
    await case.ask("tool:draw:{}", tools=[draw])
    return PIXEL in case.sent


async def thoughts(case: Case) -> bool:
    return (await case.read("think-5-words-5")).deltas("reasoning_summary_text") == "t0 t1 t2 t3 t4"


async def replays_later(case: Case) -> bool:
    model = case.make("think-5-words-5")
    told = await read(model)
    await read(model, [*told.result.to_input_list(), {"role": "user", "content": "and?"}])
    return _thought_in(case.sent)


async def replays_in_loop(case: Case) -> bool:
    await case.ask("think-5-tool:now:{}", tools=[now])
    return _thought_in(case.sent)


def _thought_in(sent: str) -> bool:
    return "t0 t1 t2" in sent or "sealed" in sent or "signature" in sent.lower()


async def search(case: Case) -> bool:
    told = await case.read("search", WebSearchTool())
    if isinstance(told.error, UserError):
        return False
    parts = [part for item in told.final.output if item.type == "message" for part in item.content]
    return any(part.annotations for part in parts)


async def caching(case: Case) -> bool:
    await case.ask("echo")
    return "cache_control" in case.sent


async def cached_tokens(case: Case) -> bool:
    model = case.make("echo")
    told = await read(model, "a long story " * 400)
    told = await read(model, [*told.result.to_input_list(), {"role": "user", "content": "go on"}])
    return told.result.context_wrapper.usage.input_tokens_details.cached_tokens > 0


async def thinking_tokens(case: Case) -> bool:
    usage = (await case.read("think-5-words-5")).result.context_wrapper.usage
    return usage.output_tokens_details.reasoning_tokens == 5


async def one_call(case: Case) -> bool:
    await case.ask("echo", settings=ModelSettings(parallel_tool_calls=False), tools=[now])
    return bool(re.search(r'"(parallel_tool_calls": false|disable_parallel_tool_use": true)', case.sent))


async def forced_tool(case: Case) -> bool:
    result = await case.ask("tool:now:{}", settings=ModelSettings(tool_choice="now"), tools=[now, add])
    return bool(result.final_output == "The tool said: noon")


async def temperature(case: Case) -> bool:
    name = f"{PROVIDERS[case.column]}/any"
    await case.ask("echo", settings=tuned(name, LaneSettings(temperature=0.25)).settings)
    return "0.25" in case.sent


async def refusal(case: Case) -> bool:
    error = (await case.read("refusal")).error
    return isinstance(error, Exception) and getattr(explain(error, "openai/any"), "kind", "") == "safety"


async def cut(case: Case) -> bool:
    told = await case.read("length-5")
    return (told.result.final_output, told.final.status) == ("w0 w1 w2 w3 w4", "incomplete")


async def stops(case: Case) -> bool:
    events: Any = case.make("stall-5").stream_response(**request())
    async for event in events:
        if event.type == "response.output_text.delta":
            break
    await events.aclose()
    await asyncio.wait_for(case.wire.calls[-1].over.wait(), 5)
    return case.wire.calls[-1].disconnected is not None


PROBES: dict[str, Probe] = {
    "text streams, word by word": streams,
    "tools": tools,
    "several tool calls in one turn": several_calls,
    "hand-offs": hand_offs,
    "output type, together with tools": output_type,
    "tools held to their schema": held_tools,
    "images": images,
    "PDF files": files,
    "an attached PDF is sent whole, not as its text": whole_pdfs,
    "images as a tool's result": tool_images,
    "thoughts are shown": thoughts,
    "thoughts go back to their model, in later turns too": replays_later,
    "thoughts go back within a tool loop": replays_in_loop,
    "web search by the provider, with sources": search,
    "caching of the prompt is asked for": caching,
    "cached tokens are counted": cached_tokens,
    "thinking tokens are counted": thinking_tokens,
    "one tool call at a time, if asked": one_call,
    "a forced tool": forced_tool,
    "a temperature": temperature,
    "a refusal is told as one, not as an answer": refusal,
    "an answer cut by the token limit is kept": cut,
    "Stop closes the connection": stops,
}


def table() -> tuple[Sequence[str], dict[str, Sequence[str]]]:
    """The columns, and each row's cells."""
    lines = PAGE.partition("<!-- capabilities -->\n")[2].partition("\n\n")[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return head[1:], {row[0]: row[1:] for row in rows}


def test_every_row_is_tried() -> None:
    columns, rows = table()
    assert list(columns) == list(COLUMNS)
    assert list(rows) == list(PROBES)


@pytest.fixture
def make(column: str, request: pytest.FixtureRequest) -> MakeModel:
    found: MakeModel = request.getfixturevalue(COLUMNS[column])
    return found


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("row", PROBES)
async def test_a_cell_says_what_is_so(row: str, column: str, make: MakeModel, wire: Wire) -> None:
    columns, rows = table()
    holds = await PROBES[row](Case(column, make, wire))
    assert rows[row][list(columns).index(column)] == ("yes" if holds else "no")


def test_the_example_can_be_pasted() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example.replace("AsyncAnthropic(", 'AsyncAnthropic(api_key="sk-test", '), "example", "exec"), names)  # noqa: S102 - our own page
    assert inspect.iscoroutinefunction(names["ask"])
