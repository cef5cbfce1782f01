"""Check 70: the same requests, asked of this server and of the SDK's, are answered with the same events.

But for the differences that docs/protocol.md lists, each with its reason.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from difflib import SequenceMatcher
from pathlib import Path
from types import MappingProxyType

import pytest

from playground.errors import VisitorError
from tests.house import House, Json, opened
from tests.upstream import Ours, QuickstartServer, Sdk, Side, thread_of

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "protocol.md"
RESPONSES = "openai/words-3"
CHAT = "compatible/words-3"

Step = Callable[[Side], Awaitable[list[Json]]]


async def thread(side: Side, turns: int, model: str = RESPONSES) -> tuple[str, list[Json]]:
    """A thread of so many turns, and the events of the first."""
    first = await side.send("one", model=model)
    for number in range(1, turns):
        await side.send(f"number {number}", thread_id=thread_of(first), model=model)
    return thread_of(first), first


async def first_message(side: Side) -> list[Json]:
    return await side.send("Hello", model=RESPONSES)


async def further_message(side: Side) -> list[Json]:
    thread_id, _ = await thread(side, 1)
    return await side.send("again", thread_id=thread_id, model=RESPONSES)


async def third_turn(side: Side) -> list[Json]:
    thread_id, _ = await thread(side, 2)
    return await side.send("again", thread_id=thread_id, model=RESPONSES)


async def second_turn_on_chat_completions(side: Side) -> list[Json]:
    thread_id, _ = await thread(side, 1, CHAT)
    return await side.send("again", thread_id=thread_id, model=CHAT)


async def several_texts(side: Side) -> list[Json]:
    return await later(side, "openai/parts-3")


async def sources(side: Side) -> list[Json]:
    return await later(side, "openai/search")


async def thoughts(side: Side) -> list[Json]:
    return await later(side, "openai/think-3-words-3")


async def refusal_of_the_model(side: Side) -> list[Json]:
    return await later(side, "openai/refusal")


async def tool_call(side: Side) -> list[Json]:
    return await later(side, 'openai/tool:stamp:{"text":"x"}', agent="clerk")


async def hand_off(side: Side) -> list[Json]:
    return await later(side, "openai/hand-off", agent="front")


async def guardrail(side: Side) -> list[Json]:
    return await later(side, RESPONSES, agent="censored")


async def provider_that_fails(side: Side) -> list[Json]:
    return await later(side, "openai/status-500")


async def provider_that_breaks_off(side: Side) -> list[Json]:
    return await later(side, "openai/drop-3")


async def unknown_model(side: Side) -> list[Json]:
    return await later(side, "openai/no-such-model")


async def quote(side: Side) -> list[Json]:
    return await side.send("why?", thread_id=(await thread(side, 1))[0], model=RESPONSES, quoted_text="a quote")


async def tag(side: Side) -> list[Json]:
    given: Json = {"type": "input_tag", "id": "t", "text": "Ada", "data": {}}
    return await side.send(thread_id=(await thread(side, 1))[0], model=RESPONSES, content=[given])


async def retry_of_the_last(side: Side) -> list[Json]:
    thread_id, _ = await thread(side, 2)
    questions = [item for item in await side.items(thread_id) if item["type"] == "user_message"]
    return await retried(side, thread_id, questions[-1]["id"])


async def retry_of_the_first_of_three(side: Side) -> list[Json]:
    thread_id, first = await thread(side, 3)
    return await retried(side, thread_id, first[1]["item"]["id"])


async def retry_of_an_unknown_item(side: Side) -> list[Json]:
    return await retried(side, (await thread(side, 1))[0], "msg_unknown")


async def message_in_an_unknown_thread(side: Side) -> list[Json]:
    return await side.send(thread_id="thr_unknown", model=RESPONSES)


async def action_on_what_is_no_widget(side: Side) -> list[Json]:
    thread_id, first = await thread(side, 1)
    params: Json = {"thread_id": thread_id, "item_id": first[1]["item"]["id"], "action": {"type": "x", "payload": {}}}
    return [event async for event in side.stream("threads.custom_action", params)]


async def output_that_nobody_waits_for(side: Side) -> list[Json]:
    params: Json = {"thread_id": (await thread(side, 1))[0], "result": {}}
    return [event async for event in side.stream("threads.add_client_tool_output", params)]


async def later(side: Side, model: str, agent: str = "parrot") -> list[Json]:
    """A message in a thread that has its title."""
    return await side.send("and now?", thread_id=(await thread(side, 1))[0], model=model, agent=agent)


async def retried(side: Side, thread_id: str, item_id: str) -> list[Json]:
    params = {"thread_id": thread_id, "item_id": item_id}
    return [event async for event in side.stream("threads.retry_after_item", params)]


SCRIPT = MappingProxyType(
    {
        step.__name__.replace("_", " "): step
        for step in (
            first_message,
            further_message,
            third_turn,
            second_turn_on_chat_completions,
            several_texts,
            sources,
            thoughts,
            refusal_of_the_model,
            tool_call,
            hand_off,
            guardrail,
            provider_that_fails,
            provider_that_breaks_off,
            unknown_model,
            quote,
            tag,
            retry_of_the_last,
            retry_of_the_first_of_three,
            retry_of_an_unknown_item,
            message_in_an_unknown_thread,
            action_on_what_is_no_widget,
            output_that_nobody_waits_for,
        )
    }
)


async def told(side: Side, step: Step) -> list[str]:
    """What a step is answered with, many alike as one; a refusal by its status, an exception as itself."""
    try:
        names = [name_of(event) for event in await step(side)]
    except VisitorError as error:
        return [f"status {error.status}"]
    except Exception:
        return ["connection cut"]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def name_of(event: Json) -> str:
    """An event's type; of an update what it does, of an item and an error what it is."""
    match event:
        case {"update": update}:
            return str(update["type"])
        case {"item": item}:
            return f"{event['type']} {item['type']}"
        case {"type": "error"}:
            return f"error {event['code']}"
        case _:
            return str(event["type"])


def difference(sdk: list[str], here: list[str]) -> tuple[list[str], list[str]]:
    """What only the one says, and only the other."""
    gone: list[str] = []
    new: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, sdk, here, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += sdk[a:b]
            new += here[c:d]
    return gone, new


def documented() -> dict[str, tuple[list[str], list[str]]]:
    """The differences that the document lists, by step."""
    rows = re.findall(r"^\| ([\w -]+?) \| (.*?) \| (.*?) \| .+ \|$", DOCUMENT.read_text(), re.MULTILINE)
    return {
        step: (re.findall(r"`(.*?)`", gone), re.findall(r"`(.*?)`", new)) for step, gone, new in rows if step in SCRIPT
    }


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.mark.parametrize("name", SCRIPT)
async def test_70_what_is_streamed_differs_as_it_is_documented(house: House, name: str) -> None:
    server = QuickstartServer(house.wire.base_url)
    sdk, here = await told(Sdk(house, server), SCRIPT[name]), await told(Ours(house), SCRIPT[name])
    await server.aclose()
    assert difference(sdk, here) == documented().get(name, ([], []))


def test_70_what_is_documented_is_asked() -> None:
    assert documented()
    assert set(documented()) <= set(SCRIPT)
