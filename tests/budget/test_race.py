"""Many strangers at one moment, over real connections: not one call more than there is money for."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlmodel import Session, col, select

from benchmarks.processes import Running, playground_variables, provider, start
from playground.store.money_tables import ReservationRow
from playground.store.tables import RunRow
from tests.budget.till_of import Books, books
from tests.stack import stack

CAP = 400_000_000
REQUEST: dict[str, Any] = {
    "type": "threads.create",
    "params": {
        "input": {
            "content": [{"type": "input_text", "text": "Go on."}],
            "attachments": [],
            "inference_options": {"model": "compatible/hang-open"},
        }
    },
}


@asynccontextmanager
async def rush(urls: Sequence[str], count: int) -> AsyncGenerator[list[int]]:
    """So many strangers, each without a cookie, all at once; the statuses they got. Their answers stay open."""
    statuses: list[int] = []
    enough = asyncio.Event()
    async with httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_connections=None)) as transport:

        async def ask(url: str) -> None:
            # a client of its own, but for the connections: it keeps no cookie of another
            client = httpx2.AsyncClient(transport=transport, base_url=url, timeout=60)
            async with client.stream("POST", "/chatkit", json=REQUEST) as answer:
                statuses.append(answer.status_code)
                await enough.wait()

        strangers = [asyncio.create_task(ask(urls[n % len(urls)])) for n in range(count)]
        try:
            async with asyncio.timeout(60):
                while len(statuses) < count:
                    await asyncio.sleep(0.02)
            yield statuses
        finally:
            enough.set()
            await asyncio.gather(*strangers, return_exceptions=True)


async def under_way(own: Books) -> tuple[int, list[ReservationRow]]:
    """How many runs go on, once each of them has its reservation; and those."""

    def work(session: Session) -> tuple[int, list[ReservationRow]]:
        running = session.exec(select(RunRow).where(col(RunRow.status).in_(("running", "queued")))).all()
        return len(running), list(session.exec(select(ReservationRow)))

    async with asyncio.timeout(60):
        while True:
            running, held = await own.database.read(work)
            if running == len(held):
                return running, held
            await asyncio.sleep(0.05)


async def test_of_200_strangers_at_once_only_those_are_answered_whose_calls_there_is_money_for(
    database_url: str, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"cap_total": "0.4", "max_output_tokens": 100, "drain_timeout": 0}
    async with books(database_url, **settings) as own:
        async with (
            stack(database_url, data_dir=tmp_path, **settings) as site,
            rush([str(site.client.base_url)], 200) as statuses,
        ):
            count, held = await under_way(own)
            each = held[0].nano_usd
            assert {row.nano_usd for row in held} == {each}
            assert count == CAP // each
            assert await own.sums() == (0, count * each)
            assert len([call for call in site.wire.calls if call.method == "POST"]) == count
            assert set(statuses) <= {200, 429}
            late = await site.client.post("/chatkit", json=REQUEST)
            assert (late.status_code, late.headers["retry-after"]) == (429, "10")
        assert await own.sums() == (count * each, 0), "they were stopped, so all that was held is spent"
        assert len(await own.charges()) == count
        assert len([call for call in site.wire.calls if call.method == "POST"]) == count


async def test_two_servers_keep_to_one_cap_and_what_a_killed_one_held_is_spent(
    postgres_url: str, tmp_path: Path
) -> None:
    async with provider(tmp_path) as wire, books(postgres_url, cap_total="0.4") as own:
        servers = (_serve(wire, postgres_url, tmp_path / name) for name in ("one", "other"))
        one, other = await asyncio.gather(*servers)
        try:
            async with rush([one.url, other.url], 2):
                await under_way(own)
                async with rush([one.url, other.url], 20):
                    count, held = await under_way(own)
                    assert count == CAP // held[0].nano_usd
                    assert await _asked(wire) == count
                    await one.kill()
            await _buried(own, [row.run_id for row in held])
            lost = [row for row in held if await _is_over(own, row.run_id)]
            assert 0 < len(lost) < count
            assert await own.sums() == (0, count * held[0].nano_usd), "it is held, whoever died"
            await own.purse.till.tidy(fresh=timedelta(0))
            assert await own.sums() == (len(lost) * held[0].nano_usd, (count - len(lost)) * held[0].nano_usd)
        finally:
            for server in (one, other):
                await server.kill()


async def _serve(wire: Running, url: str, folder: Path) -> Running:
    await asyncio.to_thread(folder.mkdir)
    more = {"PLAYGROUND_DATABASE_URL": url, "PLAYGROUND_MAX_OUTPUT_TOKENS": "100", "PLAYGROUND_SECRET": "s" * 32}
    command = ("-m", "playground", "serve", "--port", "0", "--cap", "0.4")
    return await start(*command, folder=folder, **playground_variables(wire.url), **more)


async def _asked(wire: Running) -> int:
    async with httpx2.AsyncClient() as client:
        calls = (await client.get(wire.url.removesuffix("/v1") + "/calls")).json()
    return sum(call["model"] == "hang-open" for call in calls)


async def _is_over(own: Books, run_id: str | None) -> bool:
    row = await own.database.read(lambda session: session.get(RunRow, run_id))
    return row is not None and row.status == "interrupted"


async def _buried(own: Books, run_ids: Sequence[str | None]) -> None:
    """Waits until the server that lives has found some of them dead, all at once."""
    async with asyncio.timeout(30):
        while not any([await _is_over(own, run_id) for run_id in run_ids]):
            await asyncio.sleep(0.1)
