"""The visitors' votes on rounds of answers: at most one for each round of a tab."""

from collections.abc import Sequence
from typing import cast

from sqlmodel import Session, col, delete, select

from playground.errors import Malformed
from playground.ids import new_id
from playground.records import Choice, Vote
from playground.store.insert import insert
from playground.store.tables import VoteRow

CHOICES = frozenset({"lane", "tie", "bad"})
_KEY = ("visitor_id", "tab_id", "round_id")


def put(session: Session, *, visitor_id: str, vote: Vote) -> None:
    """Keep a vote, in place of the visitor's earlier one on that round. Raises Malformed for one that means nothing."""
    _check(vote)
    values = {
        "visitor_id": visitor_id,
        "tab_id": vote.tab_id,
        "round_id": vote.round_id,
        "choice": vote.choice,
        "winner": vote.winner,
        "contenders": list(vote.contenders),
        "agent": vote.agent,
        "blind": vote.blind,
        "created_at": vote.created_at,
    }
    changed = {name: value for name, value in values.items() if name not in _KEY}
    statement = insert(session, VoteRow).values(id=new_id("vot"), **values)
    session.exec(statement.on_conflict_do_update(index_elements=_KEY, set_=changed))


def take_back(session: Session, *, visitor_id: str, tab_id: str, round_id: str) -> None:
    """Forget the visitor's vote on a round, if there is one."""
    own = delete(VoteRow).where(col(VoteRow.visitor_id) == visitor_id)
    session.exec(own.where(col(VoteRow.tab_id) == tab_id, col(VoteRow.round_id) == round_id))


def of_visitor(session: Session, *, visitor_id: str, tab_id: str | None = None) -> Sequence[Vote]:
    """All votes of a visitor, or those in one tab, oldest first."""
    query = select(VoteRow).where(VoteRow.visitor_id == visitor_id)
    if tab_id is not None:
        query = query.where(VoteRow.tab_id == tab_id)
    return [_vote(row) for row in session.exec(query.order_by(col(VoteRow.created_at), col(VoteRow.id)))]


def _vote(row: VoteRow) -> Vote:
    return Vote(
        tab_id=row.tab_id,
        round_id=row.round_id,
        choice=cast("Choice", row.choice),
        contenders=tuple(row.contenders),
        agent=row.agent,
        created_at=row.created_at,
        winner=row.winner,
        blind=row.blind,
    )


def _check(vote: Vote) -> None:
    if vote.choice not in CHOICES:
        raise Malformed("A vote is for one answer, a tie, or against all of them.")
    if len(set(vote.contenders)) < 2 or len(set(vote.contenders)) < len(vote.contenders):
        raise Malformed("A vote needs two answers or more.")
    if (vote.choice == "lane") != (vote.winner in vote.contenders):
        raise Malformed("A vote for an answer names one of those that are compared.")
