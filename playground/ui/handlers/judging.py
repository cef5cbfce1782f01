"""Votes: which answer of a round was better."""

from datetime import UTC, datetime

from playground.compare.rounds import answers, round_names
from playground.errors import Conflict, Malformed, NotFound
from playground.records import Choice, Vote
from playground.ui.handlers.caller import Acts, Caller, Id, Said
from playground.ui.handlers.seen import sight
from playground.ui.state import Shown


class OfRound(Said):
    """An act on a round."""

    round: Id


class Judge(OfRound):
    """A vote; for a lane it names the lane."""

    choice: Choice
    lane: Id | None = None


async def vote(caller: Caller, said: Judge) -> Shown:
    """Keeps a vote, in place of the one before. It is for what answered then, whatever is picked now."""
    tab = await caller.client.tab(said.tab)
    seen = await sight(caller.client, tab)
    answered = answers(tab, seen.views, said.round)
    if not answered:
        raise NotFound("These answers are no longer here.")
    if any(run.live for run in answered.values()):
        raise Conflict("Not every lane has answered yet. Wait for them, or stop them, and vote then.")
    if said.choice == "lane" and said.lane not in answered:
        raise Malformed("The lane that is voted for did not answer here.")
    names = round_names(tab, answered)
    await caller.client.vote(
        Vote(
            tab_id=tab.id,
            round_id=said.round,
            choice=said.choice,
            contenders=tuple(names.values()),
            agent=", ".join(dict.fromkeys(run.agent for run in answered.values())),
            created_at=datetime.now(UTC),
            winner=names[said.lane or ""] if said.choice == "lane" else None,
            blind=not seen.board.curtain.tells(said.round),
        )
    )
    return Shown()


async def unvote(caller: Caller, said: OfRound) -> Shown:
    """Takes a vote back."""
    await caller.client.take_back(said.tab, said.round)
    return Shown()


ACTS: Acts = {"vote": (Judge, vote), "unvote": (OfRound, unvote)}
