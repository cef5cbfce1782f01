"""`python -m benchmarks.lanes`: what lanes cost each other, the server, and whoever types while they stream.

A stalled lane: seven lanes answer, with and without an eighth whose provider falls silent after five words; the two
take turns in one run, and what is compared is how long the seven take. Then eight lanes of 100 words a second in a real
Chromium: the server's CPU time per lane with the page looking on and with nobody, and how long a typed letter takes
until it is drawn. Exits with 1 if a target is missed.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote

from playwright.async_api import Page, async_playwright
from pydantic import SecretStr

from benchmarks.processes import KEY, Running, playground_variables, provider, running
from playground.client import Client
from playground.parts import Playground, open_playground
from playground.settings import Settings
from playground.visitor import Visitor

MOST_ADDED = 0.05
"""Of the other lanes' time, by a lane that is stuck."""
MOST_ECHO_MS = 100
"""From a key to its letter on the screen, while eight lanes stream: median."""
LANES = 8
WORDS = 600
PACED = f"compatible/words-{WORDS}@100"
STUCK = "compatible/stall-5"

ECHO = """
() => {
  globalThis.echoes = [];
  document.querySelector('#box textarea').addEventListener('input', (event) => {
    requestAnimationFrame(() => setTimeout(() => echoes.push(performance.now() - event.timeStamp), 0));
  });
}
"""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What eight lanes took: seconds, CPU seconds of the server, milliseconds from each key to its letter."""

    seconds: float
    cpu: float
    echoes: list[float]


async def answered(parts: Playground, client: Client, models: list[str]) -> float:
    """Milliseconds that the lanes on `PACED` took, the median of them; those that are stuck are stopped then."""
    tab = await client.open_tab()
    await client.set_lane(tab.id, model=models[0])
    for model in models[1:]:
        await client.add_lane(tab.id, model=model)
    runs = [sent.reply.run_id for sent in await client.send_all(tab.id, "Go on.") if sent.reply]
    paced = [run_id for run_id, model in zip(runs, models, strict=True) if model == PACED]
    await asyncio.gather(*(_ended(client, run_id) for run_id in paced))
    for run_id in set(runs) - set(paced):
        await client.stop(run_id)
    records = [await parts.engine.run(Visitor("vis_lanes"), run_id) for run_id in paced]
    return median(record.duration_ms or 0 for record in records)


async def _ended(client: Client, run_id: str) -> None:
    async for _ in client.follow(run_id):
        pass


async def stalled(wire: Running, folder: Path, rounds: int) -> float:
    """How much longer seven lanes take beside a stuck one, as a part of their time."""
    settings = Settings(
        data_dir=folder / "stalled", local_model="off", compatible_base_url=wire.url, compatible_api_key=SecretStr(KEY)
    )
    async with open_playground(settings) as parts:
        client = Client(Visitor("vis_lanes"), parts)
        alone: list[float] = []
        beside: list[float] = []
        for _ in range(rounds):
            alone.append(await answered(parts, client, [PACED] * (LANES - 1)))
            beside.append(await answered(parts, client, [PACED] * (LANES - 1) + [STUCK]))
    added = median(beside) / median(alone) - 1
    print(f"seven lanes: {median(alone):.0f} ms alone, {median(beside):.0f} ms beside a stuck one, {added:+.1%}")
    return added


async def streamed(page: Page, server: Running, *, look: bool) -> Streamed:
    """Eight lanes of 100 words a second, with the page looking on and somebody typing, or with nobody."""
    names = ",".join([PACED] * LANES)
    await page.goto(f"{server.url}/?compare={quote(names)}&prompt=Go")
    await page.locator("#board .lane").nth(LANES - 1).wait_for()
    await page.evaluate(ECHO)
    box = page.locator("#box textarea")
    before, began = server.cpu_seconds(), time.perf_counter()
    await box.press("Enter")
    await page.locator("#board .piece[data-kind=answer]").first.wait_for()
    if look:
        for letter in "typing while eight lanes stream":
            await box.press("Space" if letter == " " else letter)
    else:
        await page.goto("about:blank")
    await asyncio.sleep(WORDS / 100 + 2 - (time.perf_counter() - began))
    cpu = server.cpu_seconds() - before
    echoes: list[float] = await page.evaluate("echoes") if look else []
    return Streamed(time.perf_counter() - began, cpu, echoes)


async def looked_at(wire: Running, folder: Path) -> float:
    """The median time from a key to its letter, in milliseconds."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    variables = playground_variables(wire.url)
    async with (
        running("-m", "playground", "serve", folder=folder / "home", **variables) as server,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await streamed(page, server, look=True)  # the first one imports and compiles
        seen = await streamed(page, server, look=True)
        unseen = await streamed(page, server, look=False)
        await browser.close()
    for title, took in (("with the page looking on", seen), ("with nobody looking on", unseen)):
        share = took.cpu / took.seconds
        print(f"eight lanes {title}: {share:.1%} of a core, {share / LANES:.1%} a lane")
    echoes = sorted(seen.echoes)
    print(f"a letter is drawn after {median(echoes):.0f} ms, the slowest of {len(echoes)} after {echoes[-1]:.0f} ms")
    return median(echoes)


async def main(options: argparse.Namespace) -> int:
    """Runs everything; answers the exit code."""
    with tempfile.TemporaryDirectory(prefix="lanes-") as name:
        folder = Path(name)
        os.chdir(folder)  # nobody's .env
        async with provider(folder) as wire:
            added = await stalled(wire, folder, options.rounds)
            echo = await looked_at(wire, folder)
    well = added < MOST_ADDED and echo < MOST_ECHO_MS
    print(f"targets < {MOST_ADDED:.0%} added and < {MOST_ECHO_MS} ms: {'ok' if well else 'MISSED'}")
    return 0 if well else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lanes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    sys.exit(asyncio.run(main(parser.parse_args())))
