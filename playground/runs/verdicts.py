"""What an agent's guardrails said in a run, kept with its numbers: one that lets all pass leaves no other trace."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from agents import RunResultStreaming, ToolInputGuardrailTripwireTriggered, ToolOutputGuardrailTripwireTriggered

from playground import wire
from playground.store.traces import GuardVerdict, Outcome

_OUTCOMES: dict[str, Outcome] = {"allow": "passed", "reject_content": "rejected", "raise_exception": "tripped"}


def verdicts(result: RunResultStreaming | None) -> dict[str, Any]:
    """The part of a run's `usage` that holds them; empty if there were none."""
    found = dict.fromkeys(_found(result)) if result is not None else {}
    return {"guardrails": [wire.clean(asdict(verdict)) for verdict in found]} if found else {}


def _found(result: RunResultStreaming) -> Iterator[GuardVerdict]:
    """Each once, also where a tool's guardrail was asked for many calls. Those of one stage run side by side."""
    yield from sorted(_checked(result), key=lambda verdict: verdict.name)
    for before in result.tool_input_guardrail_results:
        yield GuardVerdict(before.guardrail.get_name(), "tool", _OUTCOMES[before.output.behavior["type"]])
    for after in result.tool_output_guardrail_results:
        yield GuardVerdict(after.guardrail.get_name(), "tool", _OUTCOMES[after.output.behavior["type"]])
    error = result.run_loop_exception
    if isinstance(error, ToolInputGuardrailTripwireTriggered | ToolOutputGuardrailTripwireTriggered):
        yield GuardVerdict(error.guardrail.get_name(), "tool", "tripped")


def _checked(result: RunResultStreaming) -> Iterator[GuardVerdict]:
    for asked in result.input_guardrail_results:
        yield GuardVerdict(asked.guardrail.get_name(), "input", _outcome(tripped=asked.output.tripwire_triggered))
    for said in result.output_guardrail_results:
        yield GuardVerdict(said.guardrail.get_name(), "output", _outcome(tripped=said.output.tripwire_triggered))


def _outcome(*, tripped: bool) -> Outcome:
    return "tripped" if tripped else "passed"
