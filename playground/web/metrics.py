"""`/metrics` for the owner's Prometheus: this process's measurements, and what the store says of runs and of money."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlmodel import Session, col, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.parts import Playground
from playground.records import LIVE
from playground.store.money_tables import BudgetRow
from playground.store.spend import NANO
from playground.store.tables import RunRow
from playground.telemetry.setup import REGISTRY
from playground.web.asked import require_owner


def routes(parts: Playground) -> list[Route]:
    """The route. Only the owner may ask."""

    async def metrics(request: Request) -> Response:
        require_owner(request)
        stored = await parts.database.read(_stored)
        stored["playground_paused"] = {(): float(parts.standing.facts.paused is not None)}
        text = await asyncio.to_thread(_written, stored)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/metrics", metrics)]


HELP = {
    "playground_live_runs": ("Runs that are not over, of all replicas", ("status",)),
    "playground_budget_spent_usd": ("US dollars spent of a budget", ("budget",)),
    "playground_budget_reserved_usd": ("US dollars reserved by calls under way", ("budget",)),
    "playground_paused": ("1 while the owner has paused everything", ()),
}

Values = dict[str, Mapping[tuple[str, ...], float]]


def _stored(session: Session) -> Values:
    live = select(RunRow.status, func.count()).where(col(RunRow.status).in_(LIVE)).group_by(RunRow.status)
    counts = {status: float(count) for status, count in session.exec(live)}
    today = f"day:{datetime.now(UTC):%Y-%m-%d}"
    budgets = {"total": session.get(BudgetRow, "total"), "day": session.get(BudgetRow, today)}
    return {
        "playground_live_runs": {(status,): counts.get(status, 0.0) for status in sorted(LIVE)},
        "playground_budget_spent_usd": {
            (name,): float((row.spent_nano_usd if row else 0) * NANO) for name, row in budgets.items()
        },
        "playground_budget_reserved_usd": {
            (name,): float((row.reserved_nano_usd if row else 0) * NANO) for name, row in budgets.items()
        },
    }


def _written(values: Values) -> bytes:
    registry = CollectorRegistry()
    for name, found in values.items():
        told, labels = HELP[name]
        gauge = Gauge(name, told, labels, registry=registry)
        for names, value in found.items():
            (gauge.labels(*names) if names else gauge).set(value)
    return generate_latest(registry) + generate_latest(REGISTRY)
