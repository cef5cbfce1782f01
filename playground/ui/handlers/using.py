"""Using what an agent shows: pressing what is on a widget, answering a form or a call of the browser's own."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.errors import Conflict
from playground.ui.handlers.caller import Acts, Caller, Id, OfItem, OfLane
from playground.ui.state import Shown, Told


class Action(BaseModel):
    """What a widget sends, as its author wrote it."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(min_length=1, max_length=200)
    payload: Any = None


class Press(OfLane):
    """A widget's action. `call` is what the page's script waits by."""

    item: Id | None = None
    action: Action
    call: Id


class Answers(BaseModel):
    """What a form is answered with: the values of each question, by its id."""

    model_config = ConfigDict(frozen=True)

    status: Literal["answered", "skipped"]
    answers: dict[str, Any] = Field(default_factory=dict, max_length=200)


class Answer(OfItem):
    """A form's answers."""

    run: Id
    input: Answers
    call: Id


class Output(OfItem):
    """What the browser, or the visitor in its place, made of a call."""

    run: Id
    output: Any = None
    call: Id


async def press(caller: Caller, said: Press) -> Shown:
    """An action to the agent, in a run of its own."""
    await caller.client.press(said.tab, _action(said), item_id=said.item, lane_id=said.lane)
    return Shown(told=Told(said.call))


async def press_at_once(caller: Caller, said: Press) -> Shown:
    """An action that is answered at once."""
    item = await caller.client.press_at_once(said.tab, _action(said), item_id=said.item, lane_id=said.lane)
    return Shown(told=Told(said.call, item=item))


def _action(said: Press) -> dict[str, Any]:
    return said.action.model_dump(exclude_none=True)


async def answer(caller: Caller, said: Answer) -> Shown:
    """A form is answered, or left out."""
    await caller.client.answer(said.tab, said.run, said.item, said.input.model_dump(), lane_id=said.lane)
    return Shown(told=Told(said.call))


async def output(caller: Caller, said: Output) -> Shown:
    """A call is answered. That another page of the visitor's was first is no trouble."""
    try:
        await caller.client.output(said.tab, said.run, said.item, said.output, lane_id=said.lane)
    except Conflict:
        return Shown(told=Told(said.call, late=True))
    return Shown(told=Told(said.call))


ACTS: Acts = {
    "press": (Press, press),
    "press_at_once": (Press, press_at_once),
    "answer": (Answer, answer),
    "output": (Output, output),
}
