"""What an agent's guardrails said in a run, kept with its numbers: one that lets all pass leaves no other trace."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from agents import (
    InputGuardrailResult,
    OutputGuardrailResult,
    RunResultStreaming,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailTripwireTriggered,
)

from playground import wire
from playground.store.traces import GuardVerdict, Outcome, Stage

_OUTCOMES: dict[str, Outcome] = {"allow": "passed", "reject_content": "rejected", "raise_exception": "tripped"}


def verdicts(result: RunResultStreaming | None) -> dict[str, Any]:
    """The part of a run's `usage` that holds them, each once, stage by stage; empty if there were none."""
    found = dict.fromkeys(_found(result)) if result is not None else {}
    return {"guardrails": [wire.clean(asdict(verdict)) for verdict in found]} if found else {}


def _found(result: RunResultStreaming) -> Iterator[GuardVerdict]:
    yield from _whole("input", result.input_guardrail_results)
    for before in result.tool_input_guardrail_results:
        yield GuardVerdict(before.guardrail.get_name(), "tool", _OUTCOMES[before.output.behavior["type"]])
    for after in result.tool_output_guardrail_results:
        yield GuardVerdict(after.guardrail.get_name(), "tool", _OUTCOMES[after.output.behavior["type"]])
    error = result.run_loop_exception
    if isinstance(error, ToolInputGuardrailTripwireTriggered | ToolOutputGuardrailTripwireTriggered):
        yield GuardVerdict(error.guardrail.get_name(), "tool", "tripped")
    yield from _whole("output", result.output_guardrail_results)


def _whole(stage: Stage, results: Iterable[InputGuardrailResult | OutputGuardrailResult]) -> Iterator[GuardVerdict]:
    """Those of the whole input, or of the answer: they were asked side by side, so in the order of their names."""
    for result in sorted(results, key=lambda one: one.guardrail.get_name()):
        yield GuardVerdict(
            result.guardrail.get_name(), stage, "tripped" if result.output.tripwire_triggered else "passed"
        )
