"""Invite links: whom they let in, and until when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from playground.access.links import Links, Made
from playground.access.standing import Standing
from playground.errors import Malformed, NotFound, Unauthorized
from playground.store.access_tables import LinkRow
from playground.store.database import Database
from playground.visitor import Visitor

NOW = datetime.now(UTC)


def links(database: Database, *, ahead: timedelta = timedelta()) -> Links:
    """Links whose clock may go ahead."""
    return Links(database, clock=lambda: datetime.now(UTC) + ahead)


async def refused(links: Links, code: str) -> str:
    """In which words."""
    with pytest.raises(Unauthorized) as refusal:
        await links.redeem(code)
    return refusal.value.message


async def test_a_link_lets_in_whoever_has_its_code(database: Database) -> None:
    ours = links(database)
    one, other = await ours.make("Class"), await ours.make("Class")
    assert [await ours.redeem(one.code), await ours.redeem(one.code)] == [one.id, one.id]
    assert await ours.redeem(other.code) == other.id != one.id


async def test_all_that_is_not_good_is_refused_alike(database: Database) -> None:
    ours = links(database)
    revoked, expired, good = [await ours.make(name, expires_at=NOW + timedelta(days=1)) for name in "abc"]
    await ours.revoke(revoked.id)
    later = links(database, ahead=timedelta(days=2))
    words = {await refused(ours, revoked.code), await refused(later, expired.code)}
    odd = ("", "a" * 5000, good.code[:-1], good.code.swapcase(), f" {good.code}", good.id, "a\0b", "ä", "'; --")
    for code in odd:
        words.add(await refused(ours, code))
    assert len(words) == 1


async def test_whoever_came_by_a_link_goes_with_it(database: Database) -> None:
    standing = Standing(database)
    taken, over, good = (
        await links(database).make("a"),
        await links(database, ahead=-timedelta(days=2)).make("b", expires_at=NOW - timedelta(seconds=1)),
        await links(database).make("c"),
    )
    await links(database).revoke(taken.id)
    await standing.refresh()
    for made in (taken, over):
        with pytest.raises(Unauthorized):
            standing.check(Visitor("vis_ann", link=made.id))
    standing.check(Visitor("vis_ann", link=good.id))
    assert standing.facts.links == {good.id}


async def test_links_are_listed_without_their_codes(database: Database) -> None:
    made: list[Made] = []
    for later, (name, cap) in enumerate([("ann", None), ("bob", Decimal("0.1")), ("eve", Decimal(0))]):
        made.append(await links(database, ahead=timedelta(minutes=later - 10)).make(name, cap=cap))
    await links(database).revoke(made[1].id)
    listed = await links(database).list()
    assert [(one.id, one.name, one.cap, one.live) for one in listed] == [
        (made[2].id, "eve", Decimal(0), True),
        (made[1].id, "bob", Decimal("0.1"), False),
        (made[0].id, "ann", None, True),
    ]


async def test_the_store_keeps_no_code(lite: Database) -> None:
    made = await links(lite).make("Class")
    row = await lite.read(lambda session: session.get_one(LinkRow, made.id))
    assert made.code not in str(row.model_dump())
    assert len(made.code) == 24
    assert len({(await links(lite).make("Class")).code for _ in range(20)}) == 20


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\nb", "a\0", "\u202ea", "\ud800"])
async def test_a_link_has_a_name_that_can_be_shown(lite: Database, name: str) -> None:
    with pytest.raises(Malformed):
        await links(lite).make(name)


@pytest.mark.parametrize("cap", ["-0.01", "nan", "inf", "1000001", "-inf"])
async def test_a_cap_is_an_amount(lite: Database, cap: str) -> None:
    with pytest.raises(Malformed):
        await links(lite).make("Class", cap=Decimal(cap))


async def test_a_link_that_is_over_is_not_made(lite: Database) -> None:
    with pytest.raises(Malformed):
        await links(lite).make("Class", expires_at=NOW - timedelta(seconds=1))


@pytest.mark.parametrize("link_id", ["lnk_none", "", "password"])
async def test_a_link_that_is_not_there_cannot_be_revoked(database: Database, link_id: str) -> None:
    with pytest.raises(NotFound):
        await links(database).revoke(link_id)


async def test_a_link_is_revoked_once(database: Database) -> None:
    made = await links(database).make("Class")
    await links(database).revoke(made.id)
    (first,) = await links(database).list()
    await links(database, ahead=timedelta(days=1)).revoke(made.id)
    (again,) = await links(database).list()
    assert first.revoked_at == again.revoked_at
