"""Who may ask now: looked up in the transaction that lets a run in, so that no two are let in for one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from playground.access.standing import PASSWORD
from playground.budget import words
from playground.budget.bound import CALL, Bound
from playground.budget.payer import Payer
from playground.budget.tariff import Tariff
from playground.budget.till import limits
from playground.errors import CapReached, Forbidden, Paused, TooMany, Unauthorized
from playground.policy import Policy
from playground.store import budgets, links, switch, visitors
from playground.store.access_tables import VisitorRow
from playground.store.budgets import Full
from playground.store.tables import RunRow

AT_WORK = ("queued", "running")
SOON = 5.0
"""Seconds after which an answer under way may be over."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who asks, on which model; `size` is that of the message, in characters."""

    visitor_id: str
    link_id: str | None
    model: str
    size: int = 0


class Admission:
    """`own_key` tells whether a visitor's run on a model goes on their own key, and so costs the owner nothing."""

    def __init__(self, policy: Policy, *, own_key: Callable[[str, str], bool] | None = None) -> None:
        self._caps = policy.caps
        self._most_output = policy.max_output_tokens or 0
        self._tariff = Tariff(policy.unknown_price)
        self._own_key = own_key

    def let_in(self, session: Session, entrant: Entrant, at: datetime) -> None:
        """Count a message, and note that its visitor was seen.

        Raises Paused, Forbidden, Unauthorized or CapReached for one that may not ask now.
        """
        if (text := switch.paused(session)) is not None:
            raise Paused(text) if text else Paused()
        self._check_standing(session, entrant, at)
        self._count(session, entrant, at)
        self._check_money(session, entrant, at)
        visitors.seen(session, visitor_id=entrant.visitor_id, link_id=entrant.link_id, at=at)

    def check_runs(self, session: Session, visitor_id: str, at: datetime) -> None:
        """Raise TooMany while as many answers are under way as may be: of the visitor's, or of all."""
        most, of_one = self._caps.runs, self._caps.visitor_runs
        if most is None and of_one is None:
            return
        budgets.pass_gate(session, at=at)
        at_work = select(func.count()).select_from(RunRow).where(col(RunRow.status).in_(AT_WORK))
        if of_one is not None and session.exec(at_work.where(RunRow.visitor_id == visitor_id)).one() >= of_one:
            raise TooMany("You have {most} answers under way. Wait for one, or stop it.", SOON, most=of_one)
        if most is not None and session.exec(at_work).one() >= most:
            raise TooMany("As many answers are under way here as may be. Try again in a moment.", SOON)

    def _check_standing(self, session: Session, entrant: Entrant, at: datetime) -> None:
        known = session.get(VisitorRow, entrant.visitor_id)
        if known is not None and known.blocked_at is not None:
            raise Forbidden("The owner of this playground has blocked you.")
        if entrant.link_id not in {None, PASSWORD} and entrant.link_id not in links.live(session, at=at):
            raise Unauthorized("The link that you came by has expired, or was taken back. Ask for a new one.")

    def _count(self, session: Session, entrant: Entrant, at: datetime) -> None:
        most = self._caps.visitor_messages
        budget = budgets.ids(entrant.visitor_id, None, at)["visitor"]
        if not budgets.count_message(session, budget, most=most, at=at):
            raise CapReached(
                "You have sent the {most} messages of this day. You can go on at midnight UTC.",
                retry_after=words.until_midnight(at),
                most=most,
            )

    def _check_money(self, session: Session, entrant: Entrant, at: datetime) -> None:
        """Whether there is room for the least that the first call may cost: it is held when it is made."""
        if self._own_key is not None and self._own_key(entrant.visitor_id, entrant.model):
            return
        payer = Payer(entrant.visitor_id, entrant.link_id, None, entrant.model)
        asked = limits(session, self._caps, payer, at)
        if all(limit.nano_usd is None and limit.tokens is None for limit in asked):
            return
        least = CALL + entrant.size
        bound = Bound(least, self._most_output, counted=least + self._most_output)
        rows = budgets.load(session, [limit.budget for limit in asked])
        cost = self._tariff.most(entrant.model, bound)
        try:
            for limit in asked:
                budgets.check(limit, rows.get(limit.budget), cost, bound.counted)
        except Full as full:
            raise words.refusal(full, at) from None
