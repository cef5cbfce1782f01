"""A visitor's votes on rounds of answers."""

from collections.abc import Sequence

from sqlmodel import Session

from playground import wire
from playground.client.tabs import Tabs
from playground.records import Vote
from playground.store import votes


class Votes(Tabs):
    """What a visitor found better. Methods raise VisitorError."""

    async def votes(self, tab_id: str | None = None) -> Sequence[Vote]:
        """The visitor's votes, of one tab or of all, oldest first."""
        visitor_id = self._visitor.id
        return await self._database.read(
            lambda session: votes.of_visitor(session, visitor_id=visitor_id, tab_id=tab_id)
        )

    async def vote(self, vote: Vote) -> None:
        """Keep a vote, in place of an earlier one on that round. Raises NotFound for a tab of somebody else."""

        def work(session: Session) -> None:
            self._row(session, vote.tab_id)
            votes.put(session, visitor_id=self._visitor.id, vote=vote)

        await self._database.write(work)

    async def take_back(self, tab_id: str, round_id: str) -> None:
        """Forget the vote on a round, if there is one."""
        forgotten = wire.clean(round_id)

        def work(session: Session) -> None:
            self._row(session, tab_id)
            votes.take_back(session, visitor_id=self._visitor.id, tab_id=tab_id, round_id=forgotten)

        await self._database.write(work)
