"""The lanes of tabs, in order. Which tab they belong to, and whose it is, was asked before."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from playground.errors import Conflict, NotFound
from playground.ids import new_id
from playground.records import MOST_LANES, Lane, LaneSettings, Script, StandIn
from playground.store.tables import LaneRow, TabRow


def lane(row: LaneRow) -> Lane:
    """The lane as the rooms above know it."""
    return Lane(
        agent=row.agent,
        model=row.model,
        settings=LaneSettings.model_validate(row.settings),
        thread_id=row.thread_id,
        id=row.id,
        muted=row.muted,
        stand_ins=tuple(StandIn.model_validate(one) for one in row.stand_ins or ()),
        script=Script.model_validate(row.script) if row.script else None,
    )


def of_tab(session: Session, tab_id: str) -> Sequence[LaneRow]:
    """A tab's lanes from left to right."""
    query = select(LaneRow).where(LaneRow.tab_id == tab_id)
    return session.exec(query.order_by(col(LaneRow.position), col(LaneRow.id))).all()


def find(session: Session, tab_id: str, lane_id: str | None) -> LaneRow:
    """One lane of a tab; the first one for None. Raises NotFound."""
    found = next((row for row in of_tab(session, tab_id) if lane_id in {None, row.id}), None)
    if found is None:
        raise NotFound
    return found


def add(session: Session, tab_id: str, made: Lane, *, at: datetime) -> LaneRow:
    """A further lane at the right end. Raises Conflict when there are as many as there may be."""
    others = of_tab(session, tab_id)
    if len(others) >= MOST_LANES:
        raise Conflict("There are {most} lanes already. Remove one first.", most=MOST_LANES)
    row = LaneRow(
        id=made.id or new_id("lan"),
        tab_id=tab_id,
        position=others[-1].position + 1 if others else 1,
        agent=made.agent,
        model=made.model,
        settings=made.settings.model_dump(exclude_none=True),
        muted=made.muted,
        thread_id=made.thread_id,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def remove(session: Session, tab_id: str, lane_id: str) -> None:
    """Takes a lane away; its thread stays. Raises Conflict for the last one."""
    row = find(session, tab_id, lane_id)
    if len(of_tab(session, tab_id)) == 1:
        raise Conflict("A session has one lane at least. Close the session instead.")
    session.delete(row)
    session.flush()


def move(session: Session, tab_id: str, lane_id: str, to: int) -> None:
    """Puts a lane at the place `to`, 0 being the left end."""
    moved = find(session, tab_id, lane_id)
    order = [row for row in of_tab(session, tab_id) if row is not moved]
    order.insert(max(0, min(to, len(order))), moved)
    for position, row in enumerate(order, 1):
        row.position = position
        session.add(row)
    session.flush()


def on_thread(session: Session, *, visitor_id: str, thread_id: str) -> LaneRow | None:
    """The visitor's lane that shows a thread; of several, the oldest one."""
    query = select(LaneRow).join(TabRow, col(TabRow.id) == col(LaneRow.tab_id))
    query = query.where(TabRow.visitor_id == visitor_id, LaneRow.thread_id == thread_id)
    return session.exec(query.order_by(col(LaneRow.created_at)).limit(1)).first()


def forget_thread(session: Session, *, thread_id: str) -> None:
    """Takes away the lanes on a thread, and the tabs that are left without one."""
    for row in session.exec(select(LaneRow).where(LaneRow.thread_id == thread_id)).all():
        # Two lanes that go at once must not each take the other for the one that is left.
        tab = session.get(TabRow, row.tab_id, with_for_update=True)
        session.delete(row)
        session.flush()
        if tab is not None and session.exec(select(func.count()).where(LaneRow.tab_id == row.tab_id)).one() == 0:
            session.delete(tab)
    session.flush()
