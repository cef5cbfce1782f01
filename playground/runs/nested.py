"""Runs that an agent's author starts within a run: in a tool, in a guardrail. They answer on the run's own model.

What becomes of unsafe tools in a run holds in them too.

The SDK would take any other agent's own model, or its default one, whose calls nobody would have paid for. What is
called without the SDK's runner is not seen here.

A tool that is no coroutine runs in a thread, and a run that it starts there comes back to the loop of the run around
it: the connections to the providers are that loop's.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from agents import Agent, Model, RunConfig, RunResult, RunResultStreaming
from agents.run import AgentRunner, get_default_agent_runner, set_default_agent_runner
from agents.run_config import _coerce_run_config as coerced  # pyright: ignore[reportPrivateUsage]
from typing_extensions import override

from playground.budget.metered import Metered
from playground.errors import AgentError
from playground.toolkit.unsafe import guarded

Pay = Callable[[Model], Model]
"""Makes a model one whose calls are paid for."""


@dataclass(frozen=True, slots=True)
class _Under:
    config: RunConfig
    pay: Pay
    loop: asyncio.AbstractEventLoop


_under: ContextVar[_Under | None] = ContextVar("under", default=None)
_alone: ContextVar[bool] = ContextVar("alone", default=False)


def unpaid(model: Model) -> Model:
    """The model as it is."""
    return model


@contextmanager
def around(config: RunConfig, pay: Pay) -> Generator[None]:
    """What is run within is part of a run with this `config`; a model that its author brings is made to `pay`."""
    _take_over()
    token = _under.set(_Under(config, pay, asyncio.get_running_loop()))
    try:
        yield
    finally:
        _under.reset(token)


@contextmanager
def apart() -> Generator[None]:
    """What is run within is part of no run, and there are caps: nobody would pay for it, so it is refused."""
    _take_over()
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def _take_over() -> None:
    if not isinstance(get_default_agent_runner(), _Runner):
        set_default_agent_runner(_Runner())


class _Runner(AgentRunner):
    """The SDK's own, for every run of this process; those of nobody's are as they were."""

    @override
    async def run(self, starting_agent: Agent[Any], input: Any, **kwargs: Any) -> RunResult:
        under = _under.get()
        work = super().run(guarded(starting_agent), input, **_within(under, kwargs))
        if under is None or under.loop is asyncio.get_running_loop():
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, under.loop))

    @override
    def run_sync(self, starting_agent: Agent[Any], input: Any, **kwargs: Any) -> RunResult:
        under = _under.get()
        if under is None or _is_on_a_loop():
            return super().run_sync(guarded(starting_agent), input, **_within(under, kwargs))
        return asyncio.run_coroutine_threadsafe(self.run(starting_agent, input, **kwargs), under.loop).result()

    @override
    def run_streamed(self, starting_agent: Agent[Any], input: Any, **kwargs: Any) -> RunResultStreaming:
        return super().run_streamed(guarded(starting_agent), input, **_within(_under.get(), kwargs))


def _is_on_a_loop() -> bool:
    """Whether waiting here would keep others waiting; the SDK refuses that itself."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _within(under: _Under | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    if under is None:
        if _alone.get():
            raise AgentError("This action asks a model, which only an answer may do here.", allow_retry=False)
        return kwargs
    given = kwargs.get("run_config")
    return kwargs | {"run_config": _made(under, None if given is None else coerced(given))}


def _made(under: _Under, given: RunConfig | None) -> RunConfig:
    ours = under.config
    if given is None:
        return RunConfig(
            model=ours.model,
            tracing_disabled=ours.tracing_disabled,
            trace_include_sensitive_data=ours.trace_include_sensitive_data,
        )
    if given.model is ours.model or isinstance(given.model, Metered):
        return given
    return replace(given, model=under.pay(given.model) if isinstance(given.model, Model) else ours.model)
