import sys
from pathlib import Path

import pytest

from playground.errors import NotFound
from playground.roster.roster import AgentOffer, Roster, RosterError

SHIPPED = ["assistant", "toolbox", "travel-desk", "clerk", "board", "scout", "interviewer", "reader"]


@pytest.fixture
def two_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The specs of two agents of the owner's that carry the name of a shipped one."""
    (tmp_path / "alike.py").write_text('from agents import Agent\none = Agent("Toolbox")\ntwo = Agent("Toolbox")\n')
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "alike", raising=False)
    return "alike:one", "alike:two"


def test_what_ships_is_on_offer() -> None:
    roster = Roster()
    assert [offer.name for offer in roster.offers()] == SHIPPED
    assert roster.default == "assistant"


@pytest.mark.parametrize("offer", Roster().offers(), ids=lambda offer: offer.name)
def test_every_shipped_agent_introduces_itself(offer: AgentOffer) -> None:
    assert 0 < len(offer.description) < 100
    assert 3 <= len(offer.prompts) <= 4
    assert offer.build().name == offer.label
    assert offer.build() is not offer.build()
    assert offer.build().model is None


def test_the_owners_agents_come_first(two_alike: tuple[str, str]) -> None:
    roster = Roster(two_alike)
    assert [offer.name for offer in roster.offers()] == [*two_alike, *SHIPPED]
    assert roster.default == "alike:one"


def test_labels_that_clash_are_told_apart(two_alike: tuple[str, str]) -> None:
    labels = [offer.label for offer in Roster(two_alike).offers()]
    assert labels[:4] == ["Toolbox (alike:one)", "Toolbox (alike:two)", "Assistant", "Toolbox"]


def test_the_same_agent_twice_counts_once(two_alike: tuple[str, str]) -> None:
    assert len(Roster((two_alike[0], f" {two_alike[0]} ")).offers()) == 1 + len(SHIPPED)


def test_an_agent_is_found_by_name() -> None:
    assert Roster().get("travel-desk").label == "Travel desk"


def test_an_unknown_name_is_not_found() -> None:
    with pytest.raises(NotFound, match="no agent named 'gone'"):
        Roster().get("gone")


def test_an_agent_that_cannot_be_loaded_stops_the_start() -> None:
    with pytest.raises(RosterError):
        Roster(["no_such_module:agent"])
