"""Links that open a comparison."""

from typing import Any

import pytest

from playground.client import Client
from playground.records import MOST_LANES
from playground.roster.roster import Roster
from playground.ui.handlers.desk import Desk
from playground.ui.handlers.links import Wanted, follow_link, wanted
from tests.house import AGENTS, House
from tests.ui.looking import looking

CLERK = "tests.staff:clerk"


def asked(**address: str) -> Wanted:
    found = wanted(address, Roster(AGENTS))
    assert found is not None
    return found


def test_another_address_asks_for_nothing() -> None:
    assert wanted({"s": "tab", "prompt": "Hi"}, Roster(AGENTS)) is None


def test_a_link_says_who_is_asked_what_and_how() -> None:
    link = asked(compare="openai/a, anthropic/b/c", agent=CLERK, prompt="Hi?", same_world="1", blind="true")
    assert link == Wanted(("openai/a", "anthropic/b/c"), CLERK, "Hi?", same_world=True, blind=True)


@pytest.mark.parametrize(
    ("address", "models", "agent", "notes"),
    [
        ({"compare": "openai/a,nonsense,x/y"}, ("openai/a",), None, 2),
        ({"compare": "openai/a", "agent": "nobody<b>"}, ("openai/a",), None, 1),
        ({"compare": ",,"}, (), None, 0),
        ({"compare": ",".join(f"openai/{n}" for n in range(20)), "agent": CLERK}, None, CLERK, 1),
    ],
    ids=["odd models", "an odd agent", "none", "too many"],
)
def test_what_cannot_be_is_said_and_the_rest_is_kept(
    address: dict[str, str], models: tuple[str, ...] | None, agent: str | None, notes: int
) -> None:
    link = asked(**address)
    assert len(link.models) == MOST_LANES if models is None else link.models == models
    assert (link.agent, len(link.notes)) == (agent, notes)


async def test_a_link_opens_a_tab_and_sends_nothing(desk: Desk, ann: Client, house: House) -> None:
    before = {tab.id for tab in await ann.tabs()}
    link = asked(compare="compatible/echo,openai/b,nonsense", agent=CLERK, prompt="Spend?", same_world="1", blind="1")
    shown = await follow_link(desk, ann, link)
    tab = next(tab for tab in await ann.tabs() if tab.id not in before)
    strip: dict[str, Any] = shown.strip or {}
    assert strip["chosen"] == tab.id
    assert [(lane.model, lane.agent) for lane in tab.lanes] == [("compatible/echo", CLERK), ("openai/b", CLERK)]
    assert (tab.same_world, tab.blind) == (True, True)
    assert shown.box == "Spend?"
    assert shown.note is not None
    assert "nonsense" in shown.note.text
    async with looking(desk, ann, tab.id) as page:
        await page.until(lambda seen: len(seen.columns.lanes) == 2)
        assert not any(lane["live"] for lane in page.board["lanes"])
    assert house.calls == []


async def test_a_link_to_one_model_is_an_ordinary_tab(desk: Desk, ann: Client) -> None:
    shown = await follow_link(desk, ann, asked(compare="openai/a"))
    assert shown.lane is not None
    assert shown.lane.model == "openai/a"
    assert shown.box is None
