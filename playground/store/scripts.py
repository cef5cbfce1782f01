"""What lanes do by themselves, kept with the lane: who works on it, how far it has come.

Only the owner's word counts, and the next owner's as soon as there is one: of two that work on a lane one lets go. A
step is sent under a key of its own, so that it is sent once whoever sends it, and found again by whoever goes on.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from playground.ids import new_id
from playground.records import Script, Step
from playground.store import runs
from playground.store.tables import ItemRow, LaneRow, RunRow

QUIET = timedelta(seconds=10)
"""Longer than it takes from one answer to the next question. A script that is quiet for so long has lost its owner."""
RESTARTED = "The server was restarted."
WENT_WRONG = ("failed", "cancelled", "interrupted")


def script(row: LaneRow) -> Script | None:
    """What is stored with a lane."""
    return Script.model_validate(row.script) if row.script else None


def shown(session: Session, row: LaneRow) -> Script | None:
    """What a visitor sees of it: paused, if nobody works on it any more."""
    found = script(row)
    if found is None or found.paused:
        return found
    moved = found.at is not None and datetime.now(UTC) - found.at < QUIET
    if moved or (row.thread_id is not None and runs.live_of(session, row.thread_id)):
        return found
    return found.model_copy(update={"paused": True, "note": RESTARTED})


def hold(session: Session, tab_id: str, lane_id: str) -> LaneRow | None:
    """The lane, which nobody else changes before the transaction's end."""
    query = select(LaneRow).where(col(LaneRow.tab_id) == tab_id, col(LaneRow.id) == lane_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def keep(session: Session, row: LaneRow, changed: Script | None, **changes: Any) -> None:
    """Store a script with its changes; None drops it."""
    if changed is None:
        row.script = None
    else:
        moved = changed.model_copy(update={"at": datetime.now(UTC), **changes})
        row.script = moved.model_dump(mode="json", exclude_none=True)
    session.add(row)


def key(found: Script) -> str:
    """What the next step is sent under. It changes only when it has to be sent once more."""
    return f"{found.id}-{found.total - len(found.steps)}-{found.tries}"


def sent(session: Session, visitor_id: str, row: LaneRow, found: Script) -> str | None:
    """The run of the next step, if there is one: it may have been started by somebody who could not say so any more.

    The first message of a lane is sent under the lane's own id.
    """
    first = len(found.steps) == found.total and found.tries == 0 and found.steps[0].text is not None
    keys = (key(found), row.id) if first else (key(found),)
    known = (runs.by_key(session, visitor_id=visitor_id, key=one) for one in keys)
    return found.run or next((run.id for run in known if run is not None), None)


def claim(session: Session, visitor_id: str, row: LaneRow) -> str:
    """Take a lane's script over, to go on with it; answers the new owner. The lane has a script.

    A step that went wrong is done once more, unless the visitor has seen to it meanwhile.
    """
    found = script(row)
    assert found is not None  # noqa: S101 - the caller looked
    owner = new_id("drv")
    run_id = sent(session, visitor_id, row, found)
    last = _last_try(session, run_id) if run_id else None
    changes: dict[str, Any] = {"owner": owner, "paused": False, "note": None}
    if last is None:
        changes |= {"run": None}
    elif last.status in WENT_WRONG:
        again = _once_more(session, last, found.steps[0])
        changes |= {"run": None, "tries": found.tries + 1, "steps": (again, *found.steps[1:])}
    else:
        changes |= {"run": last.id}
    keep(session, row, found, **changes)
    return owner


def advance(session: Session, row: LaneRow, found: Script) -> None:
    """Take the first step off; with the last one the script is gone."""
    rest = found.steps[1:]
    keep(session, row, found if rest else None, steps=rest, run=None, tries=0)


def _last_try(session: Session, run_id: str) -> RunRow | None:
    """The run, or the newest one that answered the same message after it."""
    run = session.get(RunRow, run_id)
    if run is None:
        return None
    asked = run.order.get("answers")
    tries = [one for one in runs.of_thread(session, run.thread_id) if one.order.get("answers") == asked]
    return tries[-1] if tries else run


def _once_more(session: Session, run: RunRow, step: Step) -> Step:
    """A message that is in the thread is answered again; one that never came there is sent again."""
    asked = run.order.get("answers")
    if not asked or session.get(ItemRow, asked) is None:
        return step
    return Step(again=asked)
