"""The board: shows tasks that the visitor ticks, adds and clears without a word. For seeing a widget with actions.

What it knows is what it shows: an action reads the tasks off the widget that it came from. So nothing is kept anywhere
else, and a board works in every branch, after every restart and with every model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents import Agent, function_tool

from playground.languages.say import say
from playground.roster.bad_input import BadInput, explain
from playground.toolkit.actions import Outcome, Pressed
from playground.toolkit.offer import AgentOffer
from playground.toolkit.shown import show
from playground.widget_text import widget_text

INSTRUCTIONS = """\
You help the user to plan. Put what there is to do on a board with your tool: short tasks, in a good order, at most 20.
The user ticks, adds and clears tasks on it; in later turns you are told what it shows by then. Do not repeat its
tasks in your answer: one sentence is enough. If you are asked what is next, name one task that is not ticked, and the
first step of it. Show a new board only if the user wants another one.
"""
MOST_SHOWN = 20
"""Tasks that an agent begins a board with."""
MOST_TASKS = 50
LONGEST = 120
"""Characters of a task."""
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a board."""

    text: str
    done: bool = False


@function_tool(failure_error_function=explain)
def show_board(tasks: list[str]) -> str:
    """Show the user a new board with these tasks, none of them ticked.

    Args:
        tasks: What there is to do, one short line each, 1 to 20 of them.
    """
    lines = [line for task in tasks if (line := _line(task))]
    if not 1 <= len(lines) <= MOST_SHOWN:
        raise BadInput(f"a board begins with 1 to {MOST_SHOWN} tasks.")
    show(drawn([Task(line) for line in lines]))
    return f"The board is shown with {len(lines)} tasks. The user can tick, add and clear them."


async def tick(pressed: Pressed) -> Outcome | None:
    """Tick a task, or take the tick off again."""
    tasks, place = tasks_of(pressed), pressed.payload.get("task")
    if not isinstance(place, int) or not 0 <= place < len(tasks):
        return None
    changed = replace(tasks[place], done=not tasks[place].done)
    return Outcome(widget=drawn([*tasks[:place], changed, *tasks[place + 1 :]]))


async def add(pressed: Pressed) -> Outcome | None:
    """A further task, as written in the board's own field."""
    line, tasks = _line(str(pressed.payload.get("text") or "")), tasks_of(pressed)
    return Outcome(widget=drawn([*tasks, Task(line)])) if line and len(tasks) < MOST_TASKS else None


async def clear(pressed: Pressed) -> Outcome:
    """Take away what is ticked."""
    return Outcome(widget=drawn([task for task in tasks_of(pressed) if not task.done]))


async def ask(pressed: Pressed) -> Outcome:
    """Let the agent say what is next."""
    board = widget_text({"widget": pressed.widget}) if pressed.widget else "none"
    return Outcome(tell=f"The user pressed the board's button that asks what to do next. The board says:\n{board}")


def drawn(tasks: Sequence[Task]) -> Json:
    """The board as a widget."""
    done = sum(task.done for task in tasks)
    return {
        "type": "Card",
        "size": "md",
        "children": [
            {"type": "Title", "value": say("Tasks"), "size": "sm"},
            {"type": "Caption", "value": say("{done} of {all} done", done=done, all=len(tasks))},
            *(_row(place, task) for place, task in enumerate(tasks)),
            {"type": "Divider"},
            _field(),
            {
                "type": "Row",
                "gap": 2,
                "children": [
                    _button(say("Clear what is done"), "board.clear", disabled=not done),
                    _button(say("What next?"), "board.ask", streaming=True),
                ],
            },
        ],
    }


def tasks_of(pressed: Pressed) -> list[Task]:
    """What the board shows."""
    rows: list[Json] = (pressed.widget or {}).get("children", [])
    boxes = [row for row in rows if row.get("type") == "Checkbox"]
    return [Task(str(box.get("label")), bool(box.get("defaultChecked"))) for box in boxes]


def _row(place: int, task: Task) -> Json:
    action = {"type": "board.tick", "payload": {"task": place}, "streaming": False}
    return {
        "type": "Checkbox",
        "key": f"{place}-{task.done}",
        "name": f"task{place}",
        "label": task.text,
        "defaultChecked": task.done,
        "onChangeAction": action,
    }


def _field() -> Json:
    return {
        "type": "Form",
        "direction": "row",
        "gap": 2,
        "onSubmitAction": {"type": "board.add", "payload": {}, "streaming": False},
        "children": [
            {"type": "Input", "name": "text", "placeholder": say("A further task"), "required": True},
            {"type": "Button", "label": say("Add"), "submit": True},
        ],
    }


def _button(label: str, action: str, *, streaming: bool = False, disabled: bool = False) -> Json:
    return {
        "type": "Button",
        "label": label,
        "variant": "outline",
        "disabled": disabled,
        "onClickAction": {"type": action, "payload": {}, "streaming": streaming},
    }


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def build() -> Agent[Any]:
    """A new agent with a board."""
    return Agent(name="Board", instructions=INSTRUCTIONS, tools=[show_board])


OFFER = AgentOffer(
    name="board",
    label="Board",
    description="Puts your plans on a board that you tick, add to and clear",
    prompts=(
        "Plan a birthday dinner for six.",
        "What do I have to do before a week abroad?",
        "Break 'write a cover letter' into small tasks.",
    ),
    build=build,
    actions={"board.tick": tick, "board.add": add, "board.clear": clear, "board.ask": ask},
)
