"""The world and the made-up results that a request names."""

from typing import Any

import orjson
import pytest

from playground.errors import Malformed
from playground.protocol.requests import Extras, parse
from playground.records import StandIn
from tests.house import Guest, Json

STAMP = 'compatible/tool:stamp:{"text":"x"}'
MINE: Json = {"tool": "stamp", "output": "mine"}


def extras(**metadata: Any) -> Extras:
    _, found = parse(orjson.dumps({"type": "threads.list", "params": {}, "metadata": metadata}))
    return found


def test_a_request_may_name_its_round_its_world_and_results_of_its_own() -> None:
    given = {"tool": "t", "arguments": "{}", "output": "o\x00", "failed": True}
    found = extras(round="r", world="w", stand_ins=[given, MINE])
    assert (found.round, found.world) == ("r", "w")
    assert found.stand_ins == (
        StandIn(tool="t", arguments="{}", output="o\ufffd", failed=True),
        StandIn(tool="stamp", arguments="", output="mine", failed=False),
    )


def test_it_may_be_as_large_as_allowed() -> None:
    given = {"tool": "t" * 200, "arguments": "a" * 65_536, "output": "o" * 65_536}
    assert len(extras(round="r" * 64, world="w" * 64, stand_ins=[given] * 20).stand_ins) == 20


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"world": "w" * 65}, "metadata.world"),
        ({"round": "r" * 65}, "metadata.round"),
        ({"stand_ins": [MINE] * 21}, "metadata.stand_ins"),
        ({"stand_ins": MINE}, "metadata.stand_ins"),
        ({"stand_ins": [{**MINE, "output": "o" * 65_537}]}, "metadata.stand_ins.0.output"),
        ({"stand_ins": [{**MINE, "arguments": "a" * 65_537}]}, "metadata.stand_ins.0.arguments"),
        ({"stand_ins": [{**MINE, "tool": ""}]}, "metadata.stand_ins.0.tool"),
        ({"stand_ins": [{"tool": "stamp"}]}, "metadata.stand_ins.0.output"),
        ({"stand_ins": [{**MINE, "more": 1}]}, "metadata.stand_ins.0.more"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(metadata: Json, named: str) -> None:
    with pytest.raises(Malformed, match=f"^{named}: "):
        extras(**metadata)


async def test_requests_of_one_world_share_and_those_of_another_visitor_do_not(ann: Guest, bob: Guest) -> None:
    made = await ann.create(model=STAMP, metadata={"world": "w", "agent": "tests.staff:clerk"})
    shared = await ann.create(model=STAMP, metadata={"world": "w", "agent": "tests.staff:clerk"})
    foreign = await bob.create(model=STAMP, metadata={"world": "w", "agent": "tests.staff:clerk"})
    assert made.answer == shared.answer == foreign.answer
    assert ["· shared" in str(told.items) for told in (made, shared, foreign)] == [False, True, False]


async def test_a_retry_uses_results_of_its_own(ann: Guest) -> None:
    first = await ann.create(model=STAMP, metadata={"agent": "tests.staff:clerk"})
    again = await ann.retry(first.thread_id, first.question, metadata={"stand_ins": [MINE]})
    assert again.answer == "The tool said: mine"
    assert "stamp · stand-in" in str(again.items)
