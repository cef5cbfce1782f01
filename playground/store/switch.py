"""What the owner has switched: everything off, for a while, and their own cookies, for good."""

from datetime import datetime

from sqlmodel import Session

from playground.store.access_tables import SwitchRow
from playground.store.insert import insert

PAUSED = "paused"
LEFT = "owner_left"


def pause(session: Session, text: str, *, at: datetime) -> None:
    """Pause everything; `text` is what visitors are told, empty for our own words. Again: with another text."""
    statement = insert(session, SwitchRow).values(id=PAUSED, text=text, created_at=at)
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_={"text": text, "created_at": at}))


def resume(session: Session) -> None:
    """Let things go on, if they are paused."""
    if (row := session.get(SwitchRow, PAUSED)) is not None:
        session.delete(row)


def paused(session: Session) -> str | None:
    """The owner's text while everything is paused; None while it is not."""
    row = session.get(SwitchRow, PAUSED)
    return None if row is None else row.text


def leave(session: Session, *, at: datetime) -> None:
    """End every cookie of the owner that was made until now."""
    statement = insert(session, SwitchRow).values(id=LEFT, text="", created_at=at)
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_={"created_at": at}))


def owner_left(session: Session) -> datetime | None:
    """Until when the owner's cookies have ended; None if they never left."""
    row = session.get(SwitchRow, LEFT)
    return None if row is None else row.created_at
