"""The branches of a thread: listed, forked behind an item, switched. One way for the page and for HTTP.

Beside the protocol, which knows none: a ChatKit UI sees the branch that is the head, as one linear thread.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground.errors import Conflict, Unavailable
from playground.protocol import pages
from playground.records import Branch
from playground.runs.admit import TITLE_LENGTH
from playground.store import branches, runs, threads
from playground.store.database import Database
from playground.store.tables import ThreadRow
from playground.visitor import Visitor

Change = Callable[[Session, ThreadRow], Branch]


class Branches:
    """What a visitor does with the branches of a thread. Methods raise VisitorError; then nothing has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, visitor: Visitor, thread_id: str, *, limit: int | None, order: threads.Order, after: str | None
    ) -> dict[str, Any]:
        """A page of them, by age."""
        most = pages.limit_of(limit)

        def work(session: Session) -> dict[str, Any]:
            thread = threads.find(session, visitor_id=visitor.id, thread_id=thread_id)
            found, more = branches.page(session, thread, limit=most, order=order, after=after)
            return pages.page([described(branch) for branch in found], more=more)

        return await self._database.read(work)

    async def fork(self, visitor: Visitor, thread_id: str, item_id: str) -> Branch:
        """A branch that keeps everything up to and including an item; it is the head then."""

        def work(session: Session, thread: ThreadRow) -> Branch:
            threads.refuse_locked(thread)
            at = thread.updated_at = datetime.now(UTC)
            return branches.fork_behind(session, thread, item_id, longest_label=TITLE_LENGTH, at=at)

        return await self._change(visitor, thread_id, work)

    async def switch(self, visitor: Visitor, thread_id: str, branch_id: str) -> Branch:
        """Makes another branch the head: also of a thread that is locked, which can still be read."""

        def work(session: Session, thread: ThreadRow) -> Branch:
            threads.switch(session, visitor_id=visitor.id, thread_id=thread_id, branch_id=branch_id)
            return branches.told(session, thread, branches.find(session, thread, branch_id))

        return await self._change(visitor, thread_id, work)

    async def _change(self, visitor: Visitor, thread_id: str, change: Change) -> Branch:
        """Raises Conflict while the thread answers: the answer goes where it was asked."""

        def work(session: Session) -> Branch:
            thread = threads.find(session, visitor_id=visitor.id, thread_id=thread_id, lock=True)
            changed = change(session, thread)
            if runs.live_of(session, thread_id):
                raise Conflict("This conversation is still answering. Wait for it, or stop it first.")
            return changed

        try:
            return await self._database.write(work)
        except SQLAlchemyError as error:
            raise Unavailable("The database cannot be used at the moment. Try again.") from error


def described(branch: Branch) -> dict[str, Any]:
    """A branch as JSON."""
    return {
        "id": branch.id,
        "label": branch.label,
        "created_at": branch.created_at.isoformat(),
        "head": branch.head,
        "parent": branch.parent,
        "forked_after": branch.forked_after,
    }
