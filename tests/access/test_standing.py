"""Who may go on, as the store has it."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.access.links import Links
from playground.access.standing import PASSWORD, Standing
from playground.errors import Forbidden, Paused, Unauthorized
from playground.store import switch, visitors
from playground.store.database import Database
from playground.visitor import Visitor

ANN = Visitor("vis_ann")


@pytest.fixture
def standing(database: Database) -> Standing:
    return Standing(database)


def now() -> datetime:
    return datetime.now(UTC)


async def test_who_is_blocked_is_let_in_no_more_until_they_are_not(standing: Standing, database: Database) -> None:
    standing.check(ANN)
    await database.write(lambda session: visitors.block(session, ANN.id, at=now()))
    await standing.refresh()
    with pytest.raises(Forbidden):
        standing.check(ANN)
    standing.check(Visitor("vis_bob"))
    await database.write(lambda session: visitors.unblock(session, ANN.id))
    await standing.refresh()
    standing.check(ANN)


async def test_a_blocked_visitor_stays_so_when_they_are_seen(standing: Standing, database: Database) -> None:
    await database.write(lambda session: visitors.block(session, ANN.id, at=now()))
    await database.write(lambda session: visitors.seen(session, visitor_id=ANN.id, link_id=None, at=now()))
    await standing.refresh()
    with pytest.raises(Forbidden):
        standing.check(ANN)


async def test_a_link_lets_in_until_it_is_revoked(standing: Standing, database: Database) -> None:
    links = Links(database)
    made = await links.make("friends")
    guest = Visitor("vis_guest", link=made.id)
    await standing.refresh()
    standing.check(guest)
    await links.revoke(made.id)
    await standing.refresh()
    with pytest.raises(Unauthorized):
        standing.check(guest)


async def test_a_link_lets_in_until_it_expires(standing: Standing, database: Database) -> None:
    clock = [now() - timedelta(hours=1)]
    made = await Links(database, lambda: clock[0]).make("friends", expires_at=now() - timedelta(seconds=1))
    await standing.refresh()
    with pytest.raises(Unauthorized):
        standing.check(Visitor("vis_guest", link=made.id))


async def test_a_link_that_was_never_made_lets_nobody_in(standing: Standing) -> None:
    await standing.refresh()
    standing.check(Visitor("vis_guest", link=PASSWORD))
    with pytest.raises(Unauthorized):
        standing.check(Visitor("vis_guest", link="lnk_made_up"))


async def test_the_owners_text_is_told_as_it_stands(standing: Standing, database: Database) -> None:
    standing.check_running()
    await database.write(lambda session: switch.pause(session, "Back {soon}!", at=now()))
    await standing.refresh()
    with pytest.raises(Paused, match=r"^Back \{soon\}!$"):
        standing.check_running()
    await database.write(lambda session: switch.pause(session, "", at=now()))
    await standing.refresh()
    with pytest.raises(Paused, match="The owner has paused"):
        standing.check_running()
    await database.write(switch.resume)
    await database.write(switch.resume)
    await standing.refresh()
    standing.check_running()


async def test_whoever_listens_hears_of_changes_alone_and_finds_them_made(
    standing: Standing, database: Database
) -> None:
    heard: list[bool] = []
    standing.changed.append(lambda: heard.append(ANN.id in standing.facts.blocked))
    await standing.refresh()
    assert not heard
    await database.write(lambda session: visitors.block(session, ANN.id, at=now()))
    await standing.refresh()
    await standing.refresh()
    assert heard == [True]
