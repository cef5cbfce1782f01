"""The page's tabs, each with its one lane."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from playground.errors import NotFound
from playground.ids import new_id
from playground.records import Lane, LaneSettings, Tab
from playground.store.tables import TabRow, ThreadRow

UNTITLED = "New session"


def tab(session: Session, row: TabRow) -> Tab:
    """The tab as the page knows it; its title is its thread's, once there is one."""
    thread = session.get(ThreadRow, row.thread_id) if row.thread_id else None
    title = (thread.title if thread else row.title) or UNTITLED
    settings = LaneSettings.model_validate(row.settings)
    lane = Lane(agent=row.agent, model=row.model, settings=settings, thread_id=row.thread_id)
    return Tab(id=row.id, title=title, lane=lane, closed=row.closed_at is not None)


def find(session: Session, *, visitor_id: str, tab_id: str) -> TabRow:
    """The visitor's tab, open or closed. Raises NotFound."""
    row = session.exec(select(TabRow).where(TabRow.id == tab_id, TabRow.visitor_id == visitor_id)).first()
    if row is None:
        raise NotFound
    return row


def opened(session: Session, *, visitor_id: str) -> Sequence[TabRow]:
    """The visitor's open tabs in strip order."""
    query = select(TabRow).where(TabRow.visitor_id == visitor_id, col(TabRow.closed_at).is_(None))
    return session.exec(query.order_by(col(TabRow.position), col(TabRow.id))).all()


def create(session: Session, *, visitor_id: str, lane: Lane, at: datetime) -> TabRow:
    """A new tab at the end of the strip."""
    last = session.exec(select(func.max(TabRow.position)).where(TabRow.visitor_id == visitor_id)).one()
    row = TabRow(
        id=new_id("tab"),
        visitor_id=visitor_id,
        position=(last or 0) + 1,
        agent=lane.agent,
        model=lane.model,
        settings=lane.settings.model_dump(exclude_none=True),
        thread_id=lane.thread_id,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def on_thread(session: Session, *, visitor_id: str, thread_id: str) -> TabRow | None:
    """The tab that shows a thread, open or closed."""
    return session.exec(select(TabRow).where(TabRow.visitor_id == visitor_id, TabRow.thread_id == thread_id)).first()


def last_closed(session: Session, *, visitor_id: str) -> TabRow | None:
    """The tab that was closed most recently."""
    query = select(TabRow).where(TabRow.visitor_id == visitor_id, col(TabRow.closed_at).is_not(None))
    return session.exec(query.order_by(col(TabRow.closed_at).desc()).limit(1)).first()


def open_new(session: Session, *, visitor_id: str, thread: ThreadRow | None, fallback: Lane, at: datetime) -> Tab:
    """A new tab: on the thread, by whoever answered there last, else like the newest one; the first as `fallback`."""
    last = opened(session, visitor_id=visitor_id)
    if thread is not None:
        agent, model = thread.meta.get("agent", fallback.agent), thread.meta.get("model", fallback.model)
        lane = Lane(agent=agent, model=model, thread_id=thread.id)
    else:
        lane = Lane(agent=last[-1].agent, model=last[-1].model) if last else fallback
    return tab(session, create(session, visitor_id=visitor_id, lane=lane, at=at))
