"""The board that ships: its actions read the tasks off the widget, and nothing is kept anywhere else."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import WidgetItem

from playground.roster import board
from playground.roster.board import Task, drawn, tasks_of
from playground.toolkit import Pressed
from tests.house import opened

Json = dict[str, Any]
TASKS = ["Shop", "Cook"]


def pressed(kind: str, widget: Json, **payload: Any) -> Pressed:
    return Pressed(kind, payload, "wid_1", widget)


def tasks(outcome: Any) -> list[Task]:
    return tasks_of(pressed("", outcome.widget))


def test_the_board_is_a_card_of_the_sdks_own_components() -> None:
    item = {"id": "wid_1", "thread_id": "thr_1", "created_at": datetime.now(UTC), "widget": drawn([Task("Shop", True)])}
    assert type(WidgetItem.model_validate(item).widget).__name__ == "Card"


async def test_a_task_is_ticked_and_the_tick_taken_off_again() -> None:
    once = await board.tick(pressed("board.tick", drawn([Task("Shop"), Task("Cook")]), task=1))
    assert tasks(once) == [Task("Shop"), Task("Cook", True)]
    assert once is not None
    again = await board.tick(pressed("board.tick", once.widget, task=1))
    assert tasks(again) == [Task("Shop"), Task("Cook")]


@pytest.mark.parametrize("task", [-1, 2, "1", None])
async def test_a_tick_beside_the_board_does_nothing(task: Any) -> None:
    assert await board.tick(pressed("board.tick", drawn([Task("Shop"), Task("Cook")]), task=task)) is None


async def test_a_task_is_added_as_it_was_written() -> None:
    added = await board.add(pressed("board.add", drawn([Task("Shop", True)]), text="  Wash\nup "))
    assert tasks(added) == [Task("Shop", True), Task("Wash up")]


@pytest.mark.parametrize("text", ["", "  ", None])
async def test_nothing_is_no_task(text: Any) -> None:
    assert await board.add(pressed("board.add", drawn([]), text=text)) is None


async def test_what_is_done_is_cleared() -> None:
    cleared = await board.clear(pressed("board.clear", drawn([Task("Shop", True), Task("Cook")])))
    assert tasks(cleared) == [Task("Cook")]


async def test_an_action_without_a_board_finds_no_tasks() -> None:
    assert tasks_of(Pressed("board.tick", {"task": 0})) == []


async def test_the_agent_shows_a_board_that_the_visitor_ticks(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, agent=()) as house:
        guest = house.guest()
        reply = await guest.start(
            "threads.create",
            {
                "input": {
                    "content": [{"type": "input_text", "text": "plan"}],
                    "inference_options": {"model": f"compatible/tool:show_board:{json.dumps({'tasks': TASKS})}"},
                }
            },
            metadata={"agent": "board"},
        )
        told = await guest.read(reply)
        assert "The board is shown with 2 tasks" in told.answer
        [widget] = [item for item in await guest.items(told.thread_id) if item["type"] == "widget"]
        about = {"thread_id": told.thread_id, "item_id": widget["id"]}
        ticked = await guest.ask(
            "threads.sync_custom_action", **about, action={"type": "board.tick", "payload": {"task": 0}}
        )
        assert tasks_of(pressed("", ticked["updated_item"]["widget"])) == [Task("Shop", True), Task("Cook")]
        asked = await guest.read(
            await guest.start(
                "threads.custom_action",
                {**about, "action": {"type": "board.ask"}},
                metadata={"model": "compatible/say:Cook."},
            )
        )
        assert asked.answer == "Cook."
        [*_, last] = house.calls[-1].body["messages"]
        assert "[x] Shop" in last["content"]
