"""Votes on rounds of answers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from playground.errors import Malformed
from playground.records import Vote
from playground.store import votes
from playground.store.database import Database
from tests.store.conftest import ANN, AT, BOB, raises

VOTE = Vote("tab_1", "rnd_1", "lane", ("openai/a", "google/b"), "assistant", AT, winner="google/b", blind=True)
UNKNOWN: Any = "better"


async def put(database: Database, vote: Vote, visitor_id: str = ANN) -> None:
    await database.write(lambda session: votes.put(session, visitor_id=visitor_id, vote=vote))


async def kept(database: Database, visitor_id: str = ANN, tab_id: str | None = None) -> list[Vote]:
    return list(await database.read(lambda session: votes.of_visitor(session, visitor_id=visitor_id, tab_id=tab_id)))


async def test_a_vote_is_kept_as_it_was_given(database: Database) -> None:
    await put(database, VOTE)
    assert await kept(database) == [VOTE]


async def test_a_second_vote_on_a_round_replaces_the_first(database: Database) -> None:
    await put(database, VOTE)
    changed = replace(VOTE, choice="tie", winner=None, blind=False, created_at=AT + timedelta(minutes=1))
    await put(database, changed)
    assert await kept(database) == [changed]


async def test_a_round_a_tab_and_a_visitor_have_votes_of_their_own(database: Database) -> None:
    later = replace(VOTE, round_id="rnd_2", created_at=AT + timedelta(minutes=1))
    elsewhere = replace(VOTE, tab_id="tab_2", created_at=AT + timedelta(minutes=2))
    for vote in (elsewhere, later, VOTE):
        await put(database, vote)
    await put(database, VOTE, BOB)
    assert await kept(database) == [VOTE, later, elsewhere]
    assert await kept(database, tab_id="tab_1") == [VOTE, later]
    assert await kept(database, BOB) == [VOTE]


async def test_a_vote_can_be_taken_back_by_its_visitor_only(database: Database) -> None:
    await put(database, VOTE)
    await put(database, VOTE, BOB)
    for _ in range(2):
        await database.write(lambda session: votes.take_back(session, visitor_id=ANN, tab_id="tab_1", round_id="rnd_1"))
    assert await kept(database) == []
    assert await kept(database, BOB) == [VOTE]


@pytest.mark.parametrize(
    "vote",
    [
        replace(VOTE, winner=None),
        replace(VOTE, winner="openai/other"),
        replace(VOTE, choice="tie"),
        replace(VOTE, choice="bad", winner="openai/a"),
        replace(VOTE, choice=UNKNOWN),
        replace(VOTE, contenders=("google/b",)),
        replace(VOTE, contenders=("google/b", "google/b")),
    ],
    ids=["no winner", "a stranger wins", "a tie won", "bad, yet won", "unknown", "alone", "twice the same"],
)
async def test_a_vote_that_means_nothing_is_refused(lite: Database, vote: Vote) -> None:
    await lite.write(raises(Malformed)(lambda session: votes.put(session, visitor_id=ANN, vote=vote)))
    assert await kept(lite) == []
