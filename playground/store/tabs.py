"""The page's tabs, each with its lanes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, func, select

from playground.errors import NotFound
from playground.ids import new_id
from playground.records import Lane, Tab
from playground.store import lanes, scripts
from playground.store.tables import TabRow, ThreadRow

UNTITLED = "New session"


def tab(session: Session, row: TabRow) -> Tab:
    """The tab as the page knows it; its title is that of its first lane's thread, once there is one."""
    rows = lanes.of_tab(session, row.id)
    found = tuple(replace(lanes.lane(one), script=scripts.shown(session, one)) for one in rows)
    thread = session.get(ThreadRow, found[0].thread_id) if found[0].thread_id else None
    title = (thread.title if thread else row.title) or UNTITLED
    closed = row.closed_at is not None
    return Tab(id=row.id, title=title, lanes=found, closed=closed, same_world=row.same_world, blind=row.blind)


def find(session: Session, *, visitor_id: str, tab_id: str, lock: bool = False) -> TabRow:
    """The visitor's tab, open or closed. Raises NotFound. A locked one keeps its lanes until the transaction's end."""
    query = select(TabRow).where(TabRow.id == tab_id, TabRow.visitor_id == visitor_id)
    row = session.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound
    return row


def opened(session: Session, *, visitor_id: str) -> Sequence[TabRow]:
    """The visitor's open tabs in strip order."""
    query = select(TabRow).where(TabRow.visitor_id == visitor_id, col(TabRow.closed_at).is_(None))
    return session.exec(query.order_by(col(TabRow.position), col(TabRow.id))).all()


def create(session: Session, *, visitor_id: str, lane: Lane, at: datetime) -> TabRow:
    """A new tab at the end of the strip, with one lane."""
    last = session.exec(select(func.max(TabRow.position)).where(TabRow.visitor_id == visitor_id)).one()
    row = TabRow(id=new_id("tab"), visitor_id=visitor_id, position=(last or 0) + 1, created_at=at)
    session.add(row)
    session.flush()
    lanes.add(session, row.id, lane, at=at)
    return row


def on_thread(session: Session, *, visitor_id: str, thread_id: str) -> TabRow | None:
    """The tab that shows a thread, open or closed."""
    lane = lanes.on_thread(session, visitor_id=visitor_id, thread_id=thread_id)
    return session.get(TabRow, lane.tab_id) if lane else None


def last_closed(session: Session, *, visitor_id: str) -> TabRow | None:
    """The tab that was closed most recently."""
    query = select(TabRow).where(TabRow.visitor_id == visitor_id, col(TabRow.closed_at).is_not(None))
    return session.exec(query.order_by(col(TabRow.closed_at).desc()).limit(1)).first()


def open_new(
    session: Session,
    *,
    visitor_id: str,
    thread: ThreadRow | None,
    fallback: Lane,
    at: datetime,
    fits: Callable[[Lane], bool] = lambda _lane: True,
) -> Tab:
    """A new tab: on the thread, by whoever answered there last, else like the newest one if that `fits`.

    If it does not, and the first one of all, it is as `fallback`.
    """
    last = opened(session, visitor_id=visitor_id)
    if thread is not None:
        agent, model = thread.meta.get("agent", fallback.agent), thread.meta.get("model", fallback.model)
        lane = Lane(agent=agent, model=model, thread_id=thread.id)
    elif last:
        newest = lanes.find(session, last[-1].id, None)
        like = Lane(agent=newest.agent, model=newest.model)
        lane = like if fits(like) else fallback
    else:
        lane = fallback
    return tab(session, create(session, visitor_id=visitor_id, lane=lane, at=at))
