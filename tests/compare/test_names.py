"""What lanes are called."""

from itertools import permutations

import pytest

from playground.compare.names import blind_names, blind_order, contenders
from playground.records import Lane, LaneSettings

HIGH, LOW = LaneSettings(effort="high"), LaneSettings(effort="low")
LANES = ("lane_1", "lane_2", "lane_3", "lane_4")


def lane(model: str, settings: LaneSettings | None = None) -> Lane:
    return Lane(agent="assistant", model=model, settings=settings or LaneSettings())


@pytest.mark.parametrize(
    ("lanes", "names"),
    [
        ((), ()),
        ((lane("openai/a"), lane("google/b")), ("openai/a", "google/b")),
        ((lane("openai/a", LOW), lane("openai/a", HIGH)), ("openai/a · low", "openai/a · high")),
        ((lane("openai/a", LaneSettings(temperature=1)),), ("openai/a",)),
        ((lane("a/b"), lane("a/c"), lane("a/b"), lane("a/b")), ("a/b", "a/c", "a/b (2)", "a/b (3)")),
        ((lane("a/b (2)"), lane("a/b"), lane("a/b")), ("a/b (2)", "a/b", "a/b (3)")),
    ],
    ids=["none", "models", "efforts", "other settings", "alike", "a model named like a second one"],
)
def test_lanes_are_named_by_model_and_effort_and_never_alike(lanes: tuple[Lane, ...], names: tuple[str, ...]) -> None:
    assert contenders(lanes) == names


def test_blind_names_are_letters_in_the_shuffled_order() -> None:
    order = blind_order(LANES, tab_id="tab", round_id="r1")
    assert sorted(order) == list(LANES)
    assert list(blind_names(LANES, tab_id="tab", round_id="r1").items()) == list(zip(order, "ABCD", strict=True))


def test_a_rounds_order_is_always_the_same_wherever_its_lanes_stand() -> None:
    orders = {blind_order(lanes, tab_id="tab", round_id="r1") for lanes in permutations(LANES)}
    assert len(orders) == 1
    assert blind_order(LANES, tab_id="tab", round_id="r1") == ("lane_3", "lane_4", "lane_1", "lane_2")


def test_leaving_a_lane_out_does_not_deal_the_others_anew() -> None:
    whole = blind_order(LANES, tab_id="tab", round_id="r1")
    assert blind_order(LANES[1:], tab_id="tab", round_id="r1") == tuple(lane for lane in whole if lane != "lane_1")


def test_every_place_falls_to_every_lane_about_as_often() -> None:
    firsts = [blind_order(LANES, tab_id="tab", round_id=f"r{number}")[0] for number in range(400)]
    assert all(70 < firsts.count(lane) < 130 for lane in LANES)
    tabs = {blind_order(LANES, tab_id=f"tab{number}", round_id="r1") for number in range(400)}
    assert len(tabs) == 24
