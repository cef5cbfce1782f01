"""Rounds of several lanes."""

from dataclasses import replace

from playground.compare.rounds import answers, round_names, rounds
from playground.records import Lane, LaneSettings, Tab
from tests.ui.made import AT, run, user, view


def test_rounds_are_told_oldest_first_with_the_lanes_that_they_were_put_to() -> None:
    early, late = run(id="a", round="one"), run(id="b", round="two", created_at=AT.replace(hour=13))
    first = view(user("Hi"), runs={"msg_q": late, "msg_a": early})
    second = view(user("Hi"), live=replace(late, id="c"))
    assert dict(rounds([second, first])) == {"one": 1, "two": 2}
    assert list(rounds([second, first])) == ["one", "two"]


def test_a_lane_was_what_answered_then_and_not_what_is_picked_now() -> None:
    tab = Tab("tab", "T", (Lane("a", "openai/new", LaneSettings(effort="high"), id="one"), Lane("a", "x/y", id="two")))
    views = {
        "one": view(runs={"msg": run(round="rnd", model="openai/old", settings={"effort": "low"})}),
        "two": view(runs={"msg": run(round="rnd", model="openai/old", settings={"effort": "low"})}),
    }
    found = answers(tab, views, "rnd")
    assert round_names(tab, found) == {"one": "openai/old · low", "two": "openai/old · low (2)"}
    assert answers(tab, views, "other") == {}
