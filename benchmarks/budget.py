"""`python -m benchmarks.budget`: what it takes to hold and settle the money of a call.

One run after another, of a model that answers at once, so nothing else is measured: bare, written down, and under a
cap; then the runs of many visitors at once under a cap. Prints medians, and how many times the bare run that is.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from statistics import median

from agents import Agent, Model, ModelResponse, RunConfig, Runner, Usage
from agents.testing import ScriptedModel, assistant_message

from playground import prices
from playground.budget.payer import Payer
from playground.budget.purse import Purse
from playground.policy import policy_of
from playground.settings import Settings
from playground.store.database import Database

MODEL = "openai/gpt-6-luna"
AT_ONCE = 50
WARM_UP = 20
Paid = Callable[[Model, str], Model]


async def _run(paid: Paid, visitor_id: str) -> float:
    """Milliseconds of one run."""
    usage = Usage(requests=1, input_tokens=100, output_tokens=20, total_tokens=120)
    model = ScriptedModel([ModelResponse([assistant_message("Yes.")], usage=usage, response_id=None)])
    config = RunConfig(model=paid(model, visitor_id), tracing_disabled=True)
    begin = time.perf_counter()
    await Runner.run(Agent(name="Bench", instructions="Answer."), "A question of a usual length?", run_config=config)
    return (time.perf_counter() - begin) * 1000


async def _alone(paid: Paid, runs: int) -> float:
    times = [await _run(paid, "vis_bench") for _ in range(WARM_UP + runs)]
    return median(times[WARM_UP:])


async def _together(paid: Paid, runs: int) -> float:
    """Milliseconds of a run where so many visitors ask at once."""
    begin = time.perf_counter()
    for _ in range(max(runs // AT_ONCE, 1)):
        await asyncio.gather(*(_run(paid, f"vis_{number}") for number in range(AT_ONCE)))
    return (time.perf_counter() - begin) * 1000 / (max(runs // AT_ONCE, 1) * AT_ONCE)


async def _measure(url: str, runs: int) -> list[tuple[str, float]]:
    database = Database(url)
    await database.open()
    try:
        return [
            ("bare", await _alone(lambda model, _: model, runs)),
            ("written down", await _alone(_paid(Purse(database, policy_of(Settings()))), runs)),
            ("under a cap", await _alone(_paid(_capped(database)), runs)),
            (f"under a cap, {AT_ONCE} at once", await _together(_paid(_capped(database)), runs)),
        ]
    finally:
        await database.close()


def _capped(database: Database) -> Purse:
    return Purse(database, policy_of(Settings(share=True, cap_total=Decimal(1000), cap_visitor_day=Decimal(100))))


def _paid(purse: Purse) -> Paid:
    return lambda model, visitor_id: purse.metered(model, Payer(visitor_id, None, None, MODEL))


def _print(rows: Sequence[tuple[str, float]]) -> None:
    bare = rows[0][1]
    for name, taken in rows:
        print(f"{name:<28} {taken:8.2f} ms  {taken / bare:6.1f} ×  {taken - bare:+8.2f} ms")


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--database-url", help="a SQLite file of its own unless set")
    chosen = parser.parse_args()
    prices.prepare()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database_url or f"sqlite:///{Path(folder) / 'budget.db'}"
        _print(asyncio.run(_measure(url, chosen.runs)))


if __name__ == "__main__":
    main()
