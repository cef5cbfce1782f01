"""Comparisons that were made public."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from playground.errors import Conflict, NotFound, TooLarge
from playground.store import shares
from playground.store.database import Database
from playground.store.shares import LARGEST, MOST, Share
from tests.store.conftest import ANN, AT, BOB, raises

CONTENT = {"format": 1, "title": "Ünder the sea 🐙", "rounds": [{"prompt": "a\nb"}]}


def _share(session: Session, visitor_id: str = ANN, days: int = 0, **content: Any) -> Share:
    at = AT + timedelta(days=days)
    content = content or CONTENT
    return shares.create(session, visitor_id=visitor_id, tab_id="tab_a", title="Sea", content=content, at=at)


async def test_a_share_is_read_as_it_was_made(database: Database) -> None:
    made = await database.write(_share)
    assert await database.read(lambda s: shares.find(s, made.id)) == CONTENT


async def test_a_share_has_a_name_that_nobody_guesses(database: Database) -> None:
    names = {(await database.write(_share)).id for _ in range(20)}
    assert len(names) == 20
    assert all(len(bytes.fromhex(name.removeprefix("shr_"))) == 16 for name in names)


async def test_a_visitor_sees_the_own_shares_newest_first(database: Database) -> None:
    first = await database.write(lambda s: _share(s, days=0))
    last = await database.write(lambda s: _share(s, days=2))
    middle = await database.write(lambda s: _share(s, days=1))
    await database.write(lambda s: _share(s, BOB))
    assert await database.read(lambda s: shares.of_visitor(s, visitor_id=ANN)) == [last, middle, first]


async def test_a_revoked_share_is_unknown(database: Database) -> None:
    made = await database.write(_share)
    await database.write(lambda s: shares.revoke(s, visitor_id=ANN, share_id=made.id))
    await database.read(raises(NotFound)(lambda s: shares.find(s, made.id)))
    await database.read(raises(NotFound)(lambda s: shares.find(s, "shr_" + "0" * 32)))
    await database.write(raises(NotFound)(lambda s: shares.revoke(s, visitor_id=ANN, share_id=made.id)))


async def test_nobody_revokes_what_somebody_else_shares(database: Database) -> None:
    made = await database.write(_share)
    await database.write(raises(NotFound)(lambda s: shares.revoke(s, visitor_id=BOB, share_id=made.id)))
    assert await database.read(lambda s: shares.find(s, made.id)) == CONTENT


async def test_what_is_too_large_is_not_shared(database: Database) -> None:
    await database.write(raises(TooLarge)(lambda s: _share(s, text="ü" * (LARGEST // 2))))
    assert await database.read(lambda s: shares.of_visitor(s, visitor_id=ANN)) == []


async def test_a_visitor_shares_only_so_many(database: Database) -> None:
    def fill(session: Session) -> Share:
        return [_share(session) for _ in range(MOST)][-1]

    last = await database.write(fill)
    await database.write(raises(Conflict)(_share))
    assert (await database.write(lambda s: _share(s, BOB))).title == "Sea"
    await database.write(lambda s: shares.revoke(s, visitor_id=ANN, share_id=last.id))
    assert (await database.write(_share)).id != last.id
