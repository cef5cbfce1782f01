"""A question that its visitor never answers: it is given up, and looks like that wherever the thread is read."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from playground.store.tables import RunRow
from tests.house import House, opened
from tests.protocol.waiting import CHOOSE, LOOK, Asked

SHOWN = {LOOK: ("client_tool_call", "completed"), CHOOSE: ("structured_input", "skipped")}


async def long_after(house: House, run_id: str) -> None:
    """As if it had waited for two hours; then all that is done now and then."""

    def earlier(session: Session) -> None:
        session.get_one(RunRow, run_id).heartbeat_at -= timedelta(hours=2)

    await house.change(earlier)
    for chore in house.parts.engine.chores:
        await chore()


@pytest.mark.parametrize("model", SHOWN)
async def test_a_question_that_nobody_answers_is_given_up(database_url: str, tmp_path: Path, model: str) -> None:
    async with opened(database_url, tmp_path, agent=("tests.askers:asker",), idle_timeout=3600) as house:
        asked = Asked(house)
        told = await asked.begin(model)
        await long_after(house, told.run_id)
        run = await asked.run(told)
        assert run.status == "cancelled"
        assert "waited too long" in (run.error or "")
        item = (await house.guest().items(told.thread_id))[-1]
        assert (item["type"], item["status"]) == SHOWN[model]
        assert await asked.dangling(told.thread_id) == []
