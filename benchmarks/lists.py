"""`python -m benchmarks.lists`: how long a visitor with 100 threads of 1,000 items waits for his lists.

In process, on a SQLite file, so what is measured is the store and the protocol. Prints medians; judges nothing.
"""

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from pydantic import SecretStr
from sqlmodel import Session

from playground.ids import new_id
from playground.parts import Playground, open_playground
from playground.protocol.dispatcher import JsonReply
from playground.settings import Settings
from playground.store import threads
from playground.store.tables import ItemRow
from playground.visitor import Visitor

VISITOR = Visitor("vis_long")
TRIES = 30


def _filled(session: Session, items: int) -> str:
    at = datetime.now(UTC)
    thread = threads.create(session, thread_id=new_id("thr"), visitor_id=VISITOR.id, title="A thread", meta={}, at=at)
    session.add_all(_item(thread.id, thread.head_branch, position) for position in range(1, items + 1))
    return thread.id


def _item(thread_id: str, branch_id: str, position: int) -> ItemRow:
    item_id, at = new_id("msg"), datetime.now(UTC)
    part: dict[str, Any] = {"type": "output_text", "text": f"What was said {position}th. " * 5, "annotations": []}
    payload: dict[str, Any] = {"id": item_id, "thread_id": thread_id, "created_at": at.isoformat(), "content": [part]}
    return ItemRow(
        id=item_id,
        thread_id=thread_id,
        branch_id=branch_id,
        position=position,
        type="assistant_message",
        payload=payload | {"type": "assistant_message"},
        created_at=at,
    )


async def _measured(parts: Playground, kind: str, **params: Any) -> float:
    """The median of the milliseconds that a request takes."""
    body = orjson.dumps({"type": kind, "params": params})
    times: list[float] = []
    for _ in range(TRIES):
        begin = time.perf_counter()
        reply = await parts.dispatcher.handle(VISITOR, body)
        times.append((time.perf_counter() - begin) * 1000)
        assert isinstance(reply, JsonReply)  # noqa: S101 - none of these streams
    return median(times)


async def run(count: int, items: int) -> None:
    """Fill a store, ask it, print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), local_model="off", secret=SecretStr("s" * 32))
        async with open_playground(settings) as parts:
            made = [await parts.database.write(lambda session: _filled(session, items)) for _ in range(count)]
            print(f"{count} threads of {items} items, median of {TRIES}, ms")
            print(f"  threads.list       {await _measured(parts, 'threads.list', limit=100):8.1f}")
            print(f"  items.list, newest {await _measured(parts, 'items.list', thread_id=made[0], limit=100):8.1f}")
            print(f"  threads.get_by_id  {await _measured(parts, 'threads.get_by_id', thread_id=made[-1]):8.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=100)
    parser.add_argument("--items", type=int, default=1000)
    asked = parser.parse_args()
    asyncio.run(run(asked.threads, asked.items))
