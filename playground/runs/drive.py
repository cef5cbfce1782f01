"""One run, driven to its end: the SDK's Runner in, events out, an Ending as the result."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from agents import (
    Agent,
    Model,
    ModelSettings,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    RunResultStreaming,
    RunState,
)
from agents.items import TResponseInputItem
from chatkit.types import ErrorEvent, NoticeEvent

from playground import wire
from playground.errors import AgentError, LimitReached, ours
from playground.languages.say import say
from playground.models.failures import explain
from playground.models.history import left_out
from playground.models.retry import retrying
from playground.records import RunStatus
from playground.runs.coalesce import Coalescer
from playground.runs.hooks import Fill, ToolWatch, input_filter
from playground.runs.ledger import Ledger
from playground.runs.live import LiveRun
from playground.runs.nested import Pay, around, unpaid
from playground.runs.notes import cut_off, ended, refusal, unread
from playground.runs.parking import park
from playground.runs.paused import Paused
from playground.runs.stage import RunStage, Shutter
from playground.runs.translate import Translator
from playground.runs.verdicts import verdicts
from playground.runs.watchdog import Bounds, Watchdog
from playground.settings import Settings
from playground.store.runs import Ending
from playground.store.spend import nano
from playground.toolkit.asking import answering
from playground.toolkit.stage import on

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 2
"""How long a stopped run may take to let go of its provider's connection."""


@dataclass(frozen=True, slots=True)
class Task:
    """Who answers what: everything a run needs from outside. One that goes on is told the state that it paused in."""

    agent: Agent[Any]
    model: Model
    settings: ModelSettings
    told: Sequence[TResponseInputItem] | RunState[Any, Agent[Any]]
    fill: Fill | None = None
    pay: Pay = unpaid


class Drive:
    """One run under way. `go` returns how it ended, or that it waits, and never raises, whatever happens inside.

    A run that goes on has its whole time again; the time that it waited is not counted.
    """

    def __init__(self, run: LiveRun, settings: Settings, shutter: Shutter | None = None) -> None:
        self._run = run
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._outlet = Coalescer(run.emit, text_rate=settings.text_rate, thought_rate=settings.thought_rate)
        self._translator = Translator(run.order.thread_id, self._outlet, clock=self._loop.time)
        self.calls = self._translator.calls
        self.stage = RunStage(run.order.thread_id, self._outlet, cite=self._translator.cite, shutter=shutter)
        self._tools = ToolWatch(self.calls, most=settings.max_tool_calls)
        self._ledger = Ledger(run.order.model)
        self._notes: list[str] = []
        self._result: RunResultStreaming | None = None
        self._overdue: str | None = None
        if run.paused is not None:
            self._take_up(run.paused)

    async def go(self, task: Task | None) -> Ending:
        """Answer, if a model has to. Cancelling the surrounding task stops the run; its `stopping` says why."""
        try:
            if task is not None:
                with on(self.stage):
                    await self._pump(task)
            await self.stage.rest()
            return self._ended()
        except asyncio.CancelledError as error:
            await self._let_go()
            return self.stopped() if self._run.stopping else self.failed(error)
        except Exception as error:
            await self._let_go()
            return self.failed(error)

    def note(self, *sentences: str) -> None:
        """Keep with the run what was left out or changed for its model."""
        self._notes += [sentence for sentence in sentences if sentence not in self._notes]

    def note_refused(self, names: Sequence[str], changed: Sequence[str] = ()) -> None:
        """Tell the visitor once which settings this model does not take, and which it takes in another way."""
        sentences = [refusal(names, self._run.order.model), *changed] if names else list(changed)
        if fresh := [sentence for sentence in sentences if sentence not in self._notes]:
            self.note(*fresh)
            self._outlet.emit(NoticeEvent(level="info", message=" ".join(fresh)))

    def _take_up(self, kept: Paused) -> None:
        """As if the time that it waited had not been."""
        self._began -= kept.duration_ms / 1000
        if kept.first_token_ms is not None:
            self._translator.first_token_at = self._began + kept.first_token_ms / 1000
        self._ledger = Ledger(self._run.order.model, kept.usage)
        self._tools.earlier = kept.usage.get("tool_calls", 0)
        self.note(*kept.notes)
        self._translator.take_up(kept.activity)

    async def _pump(self, task: Task) -> None:
        its, paused, config = self._settings, self._run.paused, self._config(task)
        bounds = Bounds(its.first_token_timeout, its.token_gap_timeout, its.tool_timeout + 10, its.run_timeout)
        if paused is not None:
            self._translator.go_on(paused.rejected)
        told = task.told if isinstance(task.told, RunState) else list(task.told)
        with answering(paused.answers if paused is not None else {}), around(config, task.pay):
            self._result = result = Runner.run_streamed(
                task.agent,
                told,
                context=None if isinstance(told, RunState) else {},  # plain, so that it can be kept while the run waits
                max_turns=its.max_turns,
                hooks=self._tools,
                run_config=config,
            )
        self._ledger.begin(result.context_wrapper.usage)
        self.note(*map(unread, left_out(result.to_input_list(), self._run.order.model)))
        watchdog = Watchdog(bounds, lambda: self._translator.phase, self._bark)
        try:
            async for event in result.stream_events():
                watchdog.sign()
                self._ledger.feed(event)
                self._translator.feed(event)
        finally:
            watchdog.close()

    def _config(self, task: Task) -> RunConfig:
        return RunConfig(
            model=task.model,
            model_settings=replace(task.settings, retry=retrying(self._settings.model_retries)),
            tracing_disabled=not self._settings.tracing,
            trace_include_sensitive_data=False,
            group_id=self._run.order.thread_id,
            tool_not_found_behavior="return_error_to_model",
            tool_error_formatter=self._tools.on_tool_error,
            call_model_input_filter=input_filter(
                task.agent,
                instructions=self._run.order.settings.instructions,
                result_bytes=self._settings.tool_result_bytes,
                fill=task.fill,
            ),
        )

    def _bark(self, sentence: str) -> None:
        self._overdue = sentence
        self._run.stop("timeout")

    async def _let_go(self) -> None:
        """Close the provider's connection before the run is said to be over."""
        if (result := self._result) is None:
            return
        result.cancel()
        if (loop := result.run_loop_task) is not None:
            loop.add_done_callback(lambda done: done.cancelled() or done.exception())  # how it ended is no news
            with suppress(asyncio.CancelledError):
                await asyncio.wait({loop}, timeout=CLOSING_SECONDS)

    def stopped(self) -> Ending:
        """The end of a run that was asked to stop."""
        match self._run.stopping:
            case "timeout":
                return self.failed(LimitReached(self._overdue or say("The run was stopped."), allow_retry=True))
            case "shutdown":
                sentence = say("The server stopped in the middle of the answer.")
                return self._error("interrupted", sentence, allow_retry=True)
            case "idle" | "paused" | "revoked" | "owner" as reason:
                return self._cut(ended(reason, self._run.words), "cancelled")
            case _:
                return self._settle("cancelled")

    def failed(self, error: BaseException) -> Ending:
        """The end of a run that could not go on."""
        failure = ours(error) or explain(error, self._run.order.model)
        if isinstance(failure, AgentError):
            logger.warning("an agent failed", extra={"run_id": self._run.id}, exc_info=error)
        if isinstance(error, OutputGuardrailTripwireTriggered):
            self._outlet.flush()
            self._close()
            self._run.retract()
        return self._error("failed", failure.message, allow_retry=failure.allow_retry)

    def _error(self, status: RunStatus, message: str, *, allow_retry: bool) -> Ending:
        self._close()
        self._outlet.emit(ErrorEvent(code="custom", message=message, allow_retry=allow_retry))
        return self._settle(status, error=message, allow_retry=allow_retry)

    def _ended(self) -> Ending:
        if self._translator.cut_short:
            return self._cut(cut_off(self._translator.cut_short))
        if self._result is not None and self._result.interruptions:
            return self._pause(self._result)
        return self._settle("incomplete" if self._translator.refused else "completed")

    def _pause(self, result: RunResultStreaming) -> Ending:
        self.stage.close()
        kept = park(self._run, self._outlet, self._translator, result)
        return replace(self._tally("awaiting_approval"), paused=kept.stored())

    def _cut(self, notice: str, status: RunStatus = "incomplete") -> Ending:
        self._close()
        self._outlet.emit(NoticeEvent(level="warning", message=notice))
        return self._settle(status, error=notice, allow_retry=True)

    def _settle(self, status: RunStatus, *, error: str | None = None, allow_retry: bool = False) -> Ending:
        self._close()
        self._outlet.flush()
        return replace(self._tally(status), error=wire.clean(error), allow_retry=allow_retry)

    def _close(self) -> None:
        self._tools.close()
        self.stage.close()
        self._translator.close()

    def _tally(self, status: RunStatus) -> Ending:
        first = self._translator.first_token_at
        spent = self._result.context_wrapper.usage if self._result else None
        account = self._ledger.account(spent, turns=self._translator.turns, tool_calls=self._tools.calls)
        return Ending(
            status=status,
            last_seq=len(self._run.frames),
            usage=account.usage | verdicts(self._result),
            cost_nano_usd=nano(account.cost),
            notes=self._notes or None,
            first_token_ms=None if first is None else round((first - self._began) * 1000),
            duration_ms=round((self._loop.time() - self._began) * 1000),
        )
