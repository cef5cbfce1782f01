"""docs/agents.md is run: its pieces make one module, whose agent is asked."""

import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import NoticeEvent

from playground.errors import Conflict
from tests.house import House, Told, opened

DOCUMENT = (Path(__file__).parent.parent / "docs" / "agents.md").read_text()
PIECES = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A playground that offers the document's agent."""
    (tmp_path / "teahouse.py").write_text("\n\n".join(PIECES))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "teahouse", raising=False)
    async with opened(sqlite_url, tmp_path, agent=("teahouse:offer",)) as house:
        yield house


async def asked(house: House, call: str) -> tuple[Told, list[dict[str, Any]]]:
    told = await house.guest().create(model=f"compatible/tool:{call}")
    return told, await house.guest().items(told.thread_id)


def kinds(items: list[dict[str, Any]]) -> list[str]:
    return [item["type"] for item in items]


async def test_the_agent_is_on_offer_first(house: House) -> None:
    first = house.parts.roster.offers()[0]
    assert (first.name, first.label, first.prompts) == ("teahouse:offer", "Teahouse", ("Two cups of oolong, please.",))
    assert set(first.actions) == {"more", "pay"}


async def test_something_is_said_beside_the_answer(house: House) -> None:
    told, items = await asked(house, 'brew:{"leaf": "oolong"}')
    assert {"progress_update", "notice", "client_effect"} <= set(told.kinds)
    assert NoticeEvent(level="info", message="The *oolong* is from last year.") in told.events
    assert kinds(items) == ["user_message", "workflow", "assistant_message"]


async def test_the_answer_has_its_source_and_an_image(house: House) -> None:
    _, items = await asked(house, 'read_up:{"leaf": "oolong"}')
    assert kinds(items) == ["user_message", "workflow", "generated_image", "assistant_message"]
    [source] = items[-1]["content"][0]["annotations"]
    assert source["source"]["url"] == "https://tea.example/leaves"


async def test_the_bill_is_shown_and_its_actions_are_served(house: House) -> None:
    told, items = await asked(house, 'serve:{"cups": 2}')
    [widget] = [item for item in items if item["type"] == "widget"]
    guest, about = house.guest(), {"thread_id": told.thread_id, "item_id": widget["id"]}
    action = widget["widget"]["children"][1]["onClickAction"]
    reply = await guest.ask("threads.sync_custom_action", **about, action=action)
    assert reply["updated_item"]["widget"]["children"][0]["value"] == "3 cups"
    run = await guest.start(
        "threads.custom_action", {**about, "action": {"type": "pay"}}, metadata={"model": "compatible/say:Goodbye."}
    )
    paid = await guest.read(run)
    assert (paid.answer, "progress_update" in paid.kinds) == ("Goodbye.", True)
    assert "The user has paid" in str(house.calls[-1].body["messages"])


async def test_the_story_stays(house: House) -> None:
    _, items = await asked(house, 'tell_story:{"words": "once upon a time"}')
    [widget] = [item["widget"] for item in items if item["type"] == "widget"]
    assert widget["children"][0] == {
        "type": "Markdown",
        "id": "story",
        "value": "once upon a time ",
        "streaming": False,
    }


async def test_the_last_orders_lock_the_conversation(house: House) -> None:
    told, _ = await asked(house, "last_orders:{}")
    with pytest.raises(Conflict, match="opens again at eight"):
        await house.guest().add(told.thread_id)


@pytest.mark.parametrize(("tool", "kind"), [("where", "client_tool_call"), ("wishes", "structured_input")])
async def test_the_visitor_is_asked(house: House, tool: str, kind: str) -> None:
    questions = '{"questions": [{"question": "Which?", "options": ["Green", "Black"]}]}'
    guest = house.guest()
    reply = await guest.begin(model=f"compatible/tool:{tool}:{questions if tool == 'wishes' else '{}'}")
    frames = house.parts.engine.attach(guest.visitor, reply.run_id, linger=True)
    told = Told(reply.run_id, reply.thread_id, [frame async for frame in frames])
    assert told.items[-1].type == kind
    await house.parts.engine.stop(guest.visitor, reply.run_id)
