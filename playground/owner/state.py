"""What the owner's page shows, as JSON: read anew for each look, but for what changes slowly."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlmodel import Session

from playground.errors import NotFound
from playground.owner.series import by_day, by_hour
from playground.owner.troubles import Trouble, Troubles
from playground.parts import Playground
from playground.records import RunRecord
from playground.store import budgets, overview, switch
from playground.store.access_tables import SwitchRow
from playground.store.money_tables import BudgetRow
from playground.store.overview import Failed, Running, Seen
from playground.store.spend import nano

Json = dict[str, Any]
Sort = Literal["last", "most", "blocked"]

DAYS = 30
HOURS = 48
MOST_VISITORS = 50
MOST_FAILED = 30
FAILED_DAYS = 7
SPEND_SECONDS = 4.0
"""How old sums over a month may be: a page asks every two seconds, and there may be many calls."""

_VISITORS: dict[Sort, Callable[..., Sequence[Seen]]] = {
    "last": overview.seen_last,
    "most": overview.spent_most,
    "blocked": overview.shut_out,
}


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a month took, as it was read at a time of the monotonic clock."""

    read: float
    hours: Sequence[overview.Hour]


class Overview:
    """One per process. `troubles` are what went wrong in it."""

    def __init__(
        self, parts: Playground, troubles: Troubles, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._parts = parts
        self._troubles = troubles
        self._clock = clock
        self._spent: _Spent | None = None

    async def now(self, sort: Sort = "last") -> Json:
        """Everything; of the visitors, those who come first by `sort`."""
        at = self._clock()
        seen, waiting, hours = await asyncio.gather(
            self._parts.database.read(lambda session: self._read(session, sort, at)),
            self._parts.engine.waiting_for_owner(),
            self._hours(at),
        )
        return {
            "now": at.isoformat(),
            "strict": self._parts.policy.strict,
            **seen,
            "approvals": [self._approval(record) for record in waiting],
            "spend": {"hours": by_hour(hours, at, HOURS), "days": by_day(hours, at, DAYS)},
            "bounds": self._bounds(sum(run["status"] != overview.WAITING for run in seen["runs"])),
            "troubles": [_trouble(one) for one in self._troubles.last()],
        }

    def _read(self, session: Session, sort: Sort, at: datetime) -> Json:
        day = at.date().isoformat()
        total, lately, blocked = overview.numbers(session, since=at - timedelta(days=1))
        seen = _VISITORS[sort](session, day=day, limit=MOST_VISITORS)
        failed = overview.failed(session, since=at - timedelta(days=FAILED_DAYS), limit=MOST_FAILED)
        return {
            "paused": _paused(session),
            "runs": [self._run(one, at) for one in overview.running(session)],
            "visitors": {
                "by": sort,
                "all": total,
                "lately": lately,
                "blocked": blocked,
                "shown": [_visitor(one) for one in seen],
            },
            "caps": self._caps(session, at),
            "links": self._links(session),
            "failed": [self._failed(one) for one in failed],
        }

    async def _hours(self, at: datetime) -> Sequence[overview.Hour]:
        now = time.monotonic()
        if self._spent is None or now - self._spent.read > SPEND_SECONDS:
            since = (at - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
            hours = await self._parts.database.read(lambda session: overview.by_hour(session, since=since))
            self._spent = _Spent(now, hours)
        return self._spent.hours

    def _caps(self, session: Session, at: datetime) -> list[Json]:
        caps = self._parts.policy.caps
        ids = budgets.ids("", None, at)
        rows = budgets.load(session, list(ids.values()))
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return [
            _cap("day", nano(caps.day), rows.get(ids["day"]), midnight),
            _cap("total", nano(caps.total), rows.get(ids["total"])),
        ]

    def _bounds(self, live: int) -> Json:
        caps = self._parts.policy.caps
        return {
            "runs": {"most": caps.runs, "now": live},
            "visitor_day": usd(nano(caps.visitor_day)),
            "link": usd(nano(caps.link)),
            "visitor_tokens": caps.visitor_tokens,
            "visitor_messages": caps.visitor_messages,
            "visitor_runs": caps.visitor_runs,
        }

    def _links(self, session: Session) -> Json:
        """By the id of each that was used: its visitors, and what they took."""
        counts = overview.visitors_of_links(session)
        rows = budgets.load(session, [f"link:{link}" for link in counts])
        return {link: {"visitors": count, **_taken(rows.get(f"link:{link}"))} for link, count in counts.items()}

    def _run(self, one: Running, at: datetime) -> Json:
        return {
            "id": one.id,
            "visitor": one.visitor_id,
            "link": one.link_id,
            "agent": self._label(one.agent),
            "model": one.model,
            "status": one.status,
            "seconds": max(round((at - one.created_at).total_seconds()), 0),
            "spent": usd(one.spent),
            "held": usd(one.held),
        }

    def _failed(self, one: Failed) -> Json:
        return {
            "run": one.id,
            "at": one.at.isoformat(),
            "visitor": one.visitor_id,
            "agent": self._label(one.agent),
            "model": one.model,
            "status": one.status,
            "text": one.error,
        }

    def _approval(self, record: RunRecord) -> Json:
        asks = [ask for ask in record.asks if ask.kind == "owner" and ask.approved is None]
        return {
            "run": record.id,
            "visitor": record.visitor_id,
            "agent": self._label(record.agent),
            "model": record.model,
            "at": record.created_at.isoformat(),
            "calls": [{"call": ask.call_id, "tool": ask.tool, "arguments": ask.arguments} for ask in asks],
        }

    def _label(self, agent: str) -> str:
        try:
            return self._parts.roster.get(agent).label
        except NotFound:  # it was on offer once
            return agent


def usd(amount: int | None) -> float | None:
    """Billionth parts of US dollars as US dollars."""
    return None if amount is None else amount / 1e9


def _paused(session: Session) -> Json | None:
    row = session.get(SwitchRow, switch.PAUSED)
    return None if row is None else {"text": row.text, "since": row.created_at.isoformat()}


def _visitor(one: Seen) -> Json:
    return {
        "id": one.id,
        "link": one.link_id,
        "first": one.created_at.isoformat(),
        "last": one.seen_at.isoformat(),
        "blocked": one.blocked_at is not None,
        "messages": one.messages,
        "today": usd(one.today),
        "spent": usd(one.spent),
    }


def _cap(name: str, most: int | None, row: BudgetRow | None, resets_at: datetime | None = None) -> Json:
    ends = resets_at.isoformat() if resets_at else None
    return {"name": name, "most": usd(most), **_taken(row), "resets_at": ends}


def _taken(row: BudgetRow | None) -> Json:
    return {"spent": usd(row.spent_nano_usd if row else 0), "held": usd(row.reserved_nano_usd if row else 0)}


def _trouble(one: Trouble) -> Json:
    return {
        "at": one.at.isoformat(),
        "level": one.level,
        "place": one.place,
        "text": one.text,
        "facts": dict(one.facts),
        "count": one.count,
    }
