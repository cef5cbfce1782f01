"""Agents for the tests that show, say and change things."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, function_tool

from playground.errors import Conflict
from playground.toolkit import (
    AgentOffer,
    Outcome,
    Pressed,
    cite,
    close,
    effect,
    image,
    lock,
    notice,
    progress,
    show,
    stream,
)
from tests.staff import no_words

Json = dict[str, Any]


def counter(count: int) -> Json:
    """A widget that nobody's types know all of."""
    text = {"type": "Text", "id": "count", "value": f"{count} cups", "unheard": None}
    button = {"type": "Button", "label": "More", "onClickAction": {"type": "more", "payload": {"by": 2}}}
    return {"type": "Card", "border": {"size": 1, "color": None}, "count": count, "children": [text, button]}


@function_tool
def serve_tea(count: int) -> str:
    """Show a counter, from a thread."""
    shown = show(counter(0), copy_text="No tea yet")
    shown.update(counter(count))
    return f"shown {shown.item_id}"


@function_tool(needs_approval=True)
def serve_if_allowed(count: int) -> str:
    """Show a counter, once the visitor has allowed it."""
    show(counter(count))
    return "shown"


@function_tool
async def serve_later(count: int) -> str:
    """Show a counter, on the event loop."""
    show(counter(count))
    return "shown"


@function_tool
async def recite(words: str) -> str:
    """Show a text that grows."""

    async def growing() -> AsyncIterator[Json]:
        for end in range(len(words) + 1):
            yield verse(words[:end], streaming=end < len(words))

    await stream(growing())
    return "recited"


def verse(text: str, *, streaming: bool) -> Json:
    """A text with a name, and one without."""
    named = {"type": "Markdown", "id": "verse", "value": text, "streaming": streaming}
    return {"type": "Card", "children": [named, {"type": "Text", "value": text}]}


@function_tool
async def begin_and_hang() -> str:
    """Show a text that never ends."""

    async def growing() -> AsyncIterator[Json]:
        yield verse("half", streaming=True)
        await asyncio.Event().wait()

    await stream(growing())
    return "never"


@function_tool
def speak(text: str) -> str:
    """Say something in all the ways there are."""
    progress(f"Saying {text}", "bolt")
    effect("shake", {"by": None, "text": text})
    notice(text, "warning", "Hear")
    return "said"


@function_tool
def look_up(topic: str) -> str:
    """Find pages."""
    cite(f"About {topic}", f"https://pages.test/{topic}")
    cite("A book", filename="book.pdf")
    cite(f"About {topic}", f"https://pages.test/{topic}")
    return "found"


@function_tool
def paint(url: str) -> str:
    """Show an image."""
    image(url)
    return "painted"


@function_tool
def shut(how: str) -> str:
    """Lock or close the conversation."""
    (lock if how == "lock" else close)("It is late.")
    return "shut"


@function_tool
def show_nonsense() -> str:
    """Show what is no widget."""
    show({"type": "Cupboard"})
    return "never"


async def more(pressed: Pressed) -> Outcome:
    """Count on, without a word to the agent."""
    assert pressed.widget is not None
    return Outcome(widget=counter(pressed.widget["count"] + pressed.payload.get("by", 1)))


async def more_and_tell(pressed: Pressed) -> Outcome:
    """Count on, and let the agent answer."""
    assert pressed.widget is not None
    return Outcome(widget=counter(pressed.widget["count"] + 1), tell="secret-canary: more tea was asked for")


async def tell(pressed: Pressed) -> Outcome:
    """Without a widget."""
    return Outcome(tell=f"secret-canary: {pressed.type} {dict(pressed.payload)} {pressed.widget}")


async def nothing(_pressed: Pressed) -> None:
    """Leaves everything as it is."""
    progress("Nothing to do")


async def break_off(_pressed: Pressed) -> Outcome:
    """Fails with words that no visitor may read."""
    raise OSError("/srv/secret/oven")


async def refuse(_pressed: Pressed) -> Outcome:
    """Refuses in words for the visitor."""
    raise Conflict("There is no tea left.")


async def nonsense(_pressed: Pressed) -> Outcome:
    """Answers with what is no widget."""
    return Outcome(widget={"type": "Cupboard"})


async def serve(_pressed: Pressed) -> None:
    """Shows a widget of its own."""
    show(counter(7))


TOOLS = [serve_tea, serve_if_allowed, serve_later, recite, begin_and_hang, speak, look_up, paint, shut, show_nonsense]


def build() -> Agent[Any]:
    """A waiter."""
    inner = Agent[Any](name="Inner", instructions="Help.", tools=[serve_later])
    helper = inner.as_tool(tool_name="ask_inner", tool_description="Ask the inner agent.")
    guest = Agent[Any](name="Guest", instructions="Go on.", tools=[serve_later])
    return Agent(name="Waiter", instructions="Serve.", tools=[*TOOLS, helper], handoffs=[guest])


waiter = AgentOffer(
    name="waiter",
    label="Waiter",
    description="Serves tea",
    prompts=("Tea, please.",),
    build=build,
    actions={
        "more": more,
        "more_and_tell": more_and_tell,
        "tell": tell,
        "nothing": nothing,
        "break": break_off,
        "refuse": refuse,
        "nonsense": nonsense,
        "serve": serve,
    },
)

censored = Agent[Any](name="Censored", instructions="Serve.", output_guardrails=[no_words], tools=[serve_later])
