"""Does what `compare` was asked for: one prompt side by side, or a batch of them."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from secrets import token_urlsafe

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from playground.catalog import PROVIDERS, missing
from playground.commands.compare import Request
from playground.commands.interrupts import Interrupts
from playground.commands.setup import UseError
from playground.compare.saving import comparison, page
from playground.compare.terminal import tables
from playground.compare.terminal.asking import Asker, Setup, command_line_visitor
from playground.compare.terminal.batch import Batch, jobs_of
from playground.compare.terminal.lineup import Lineup, line_up
from playground.compare.terminal.progress import BatchProgress, LineupProgress, shown
from playground.compare.terminal.prompts import Prompt, read_prompts
from playground.compare.terminal.results import Results
from playground.compare.terminal.summary import failures, summed
from playground.errors import VisitorError
from playground.parts import Playground, open_playground
from playground.settings import Settings

MOST_TOLD = 10
"""Failures of a batch that are named on the terminal; the file has them all."""
FETCH_LOOK_SECONDS = 0.2


def compared(request: Request, settings: Settings) -> int:
    """Compares, and answers what to exit with.

    Raises:
        ValueError: nothing was asked, since something is wrong with the command.
        OSError: a file, or the database's, cannot be written.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
    """
    if request.prompts is None or request.output is None:
        return _one(request, settings)
    prompts = read_prompts(request.prompts, longest=settings.max_message_chars)
    if request.output.exists() and request.output.samefile(request.prompts):
        raise UseError("--output must not be the file of the prompts.")
    with closing(Results.open(request.output)) as results:
        try:
            return asyncio.run(_batch(request, settings, prompts, results))
        except* (OSError, ValueError, SQLAlchemyError) as group:
            raise group.exceptions[0] from None


# -- one prompt -------------------------------------------------------------------------------------------------


def _one(request: Request, settings: Settings) -> int:
    if request.html is not None and (request.html.is_dir() or not request.html.absolute().parent.is_dir()):
        raise UseError(f"--html: {request.html} cannot be written.")
    if len(request.prompt or "") > settings.max_message_chars:
        raise UseError(f"The prompt has more than {settings.max_message_chars:,} characters.")
    lineup, code = asyncio.run(_side_by_side(request, settings))
    if request.html is not None:
        request.html.write_text(page.html(lineup.comparison), encoding="utf-8")
    if request.json:
        sys.stdout.write(comparison.json(lineup.comparison) + "\n")
    else:
        tables.print_lineup(tables.console_on(sys.stdout), lineup, answers=request.answers)
    wrong = [(name, one) for name, lane in zip(lineup.names, lineup.outcomes, strict=True) for one in lane]
    failed = [
        f"{name}: {one.error or 'it did not answer.'}" for name, one in wrong if not (one.answered or one.stopped)
    ]
    for line in dict.fromkeys(failed):
        sys.stderr.write(tables.legible(line) + "\n")
    return code if code is not None else 1 if failed else 0


async def _side_by_side(request: Request, settings: Settings) -> tuple[Lineup, int | None]:
    async with _opened(request, settings) as (parts, setup):
        console = _console(request)
        asker = Asker(parts, command_line_visitor())
        progress = LineupProgress(console, setup.models, repeat=setup.repeat)
        with Interrupts(_telling(console, asker.stop), console.show_cursor) as interrupts, shown(console, progress):
            lineup = await line_up(asker, setup, request.prompt or "", progress)
        return lineup, interrupts.code


# -- many prompts -----------------------------------------------------------------------------------------------


async def _batch(request: Request, settings: Settings, prompts: tuple[Prompt, ...], results: Results) -> int:
    async with _opened(request, settings) as (parts, setup):
        console = _console(request)
        jobs = jobs_of(prompts, setup)
        left = [
            job for job in jobs if job.fingerprint not in results.last or not results.last[job.fingerprint].answered
        ]
        console.print(_plan(len(jobs), len(left), request))
        progress = BatchProgress(console, left, setup.models)
        asker = Asker(parts, command_line_visitor())
        rates = dict(request.rates)
        batch = Batch(asker, setup, results, concurrency=request.concurrency, rates=rates, watch=progress)
        with Interrupts(_telling(console, batch.stop), console.show_cursor) as interrupts, shown(console, progress):
            try:
                await batch.run(left)
            except BaseExceptionGroup:  # answers that cannot be kept are not waited for
                await batch.stop()
                raise
    sums, wrong = summed(jobs, results.last), failures(jobs, results.last)
    tables.print_sums(tables.console_on(sys.stdout), sums)
    for result in wrong[:MOST_TOLD]:
        told = f"line {result.line}, {result.model}: {result.error or 'it did not answer.'}"
        sys.stderr.write(tables.legible(told) + "\n")
    if len(wrong) > MOST_TOLD:
        sys.stderr.write(f"… and {len(wrong) - MOST_TOLD} more, see {request.output}\n")
    if interrupts.code is not None:
        sys.stderr.write(f"Stopped. The same command goes on from {request.output}\n")
        return interrupts.code
    return 1 if wrong else 0


def _plan(jobs: int, left: int, request: Request) -> str:
    """What is going to be asked. Not what it will cost: nobody knows how long answers are, or what tools bring."""
    already = f" {jobs - left} of {jobs} are in {request.output} already." if left < jobs else ""
    return (
        f"{left} answers to get, {request.concurrency} at a time; with tools, each may take several requests.{already}"
    )


# -- both -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _opened(request: Request, settings: Settings) -> AsyncGenerator[tuple[Playground, Setup]]:
    """A playground that serves nobody else, and who is asked there. Raises ValueError for who cannot be."""
    remote = [provider for provider in PROVIDERS if provider != "local" and not missing(settings, provider)]
    if not any(name.startswith("local/") for name in request.models) and (request.models or remote):
        settings = settings.model_copy(update={"local_model": "off"})  # else it would be fetched for nothing
    if settings.secret is None:  # what is signed here goes nowhere: no folder is made for it
        settings = settings.model_copy(update={"secret": SecretStr(token_urlsafe())})
    async with open_playground(settings) as parts:
        models = request.models or await _defaults(parts)
        agent = request.agent or parts.roster.default
        try:
            parts.roster.get(agent)
            for model in models:
                parts.models.check(model)
        except VisitorError as error:
            raise UseError(error.message) from error
        for model in models:
            await _until_here(parts, model)
            # The first of a provider imports its client, which would count as the model's time.
            await asyncio.to_thread(parts.models.get_model, model)
        yield parts, Setup(agent, models, request.lane, request.same_world, request.repeat)


async def _defaults(parts: Playground) -> tuple[str, ...]:
    """The default model of each provider that can be asked."""
    found = tuple(offer.models[0] for offer in await parts.offers() if offer.available and offer.models)
    if not found:
        raise UseError("No model can be asked: set a provider's key, or name one with --models.")
    return found


async def _until_here(parts: Playground, model: str) -> None:
    """Waits until a local model has been fetched. Raises ValueError if there is none of that name, or it cannot be."""
    provider, _, name = model.partition("/")
    while provider == "local":
        known = {status.name: status for status in parts.local.statuses()}
        if name not in known:
            offered = ", ".join(f"local/{one}" for one in known) or "none, PLAYGROUND_LOCAL_MODEL is off"
            raise UseError(f"There is no {model}. Local models here: {offered}.")
        if known[name].state in {"failed", "off"}:
            raise UseError(f"{model} cannot be asked: {known[name].note}")
        if known[name].state in {"ready", "starting", "running"}:
            return
        await asyncio.sleep(FETCH_LOOK_SECONDS)


def _telling(console: Console, stop: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def stopping() -> None:
        console.print("Stopping. What was said is kept; Ctrl+C again ends it at once.")
        await stop()

    return stopping


def _console(request: Request) -> Console:
    console = tables.console_on(sys.stderr)
    console.quiet = request.quiet
    return console
