"""What a tool came to, and the JSON from which another run gets the same."""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any

from agents import FunctionTool, ToolOutputFileContent, ToolOutputImage, ToolOutputText
from pydantic import Field, TypeAdapter

from playground import wire
from playground.store.worlds import Kept

Part = ToolOutputText | ToolOutputImage | ToolOutputFileContent
PARTS: TypeAdapter[list[Part]] = TypeAdapter(list[Annotated[Part, Field(discriminator="type")]])

SCALARS: frozenset[type] = frozenset({str, int, float, bool, type(None)})
MOST_BYTES = 4_000_000
"""Of JSON. What is larger is not shared."""
ALONE = Kept({"alone": True})
"""Stands for what cannot be shared: every run gets it for itself."""


class FailedElsewhere(Exception):
    """A tool raised in another run; this one ends as that one did."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool answered, or the `error` that it raised. A `failed` one's value is what the model is told of it."""

    value: Any = None
    failed: bool = False
    error: Exception | None = None


def kept(outcome: Outcome, tool: FunctionTool) -> Kept:
    """What is stored of it, so that the SDK would make the same of what `restored` gives; else ALONE."""
    if outcome.failed and tool.output_json_schema is not None:
        return ALONE  # the SDK would hold the words against the schema
    try:
        output = _form(outcome, tool)
        if output is None or len(json.dumps(output, allow_nan=False)) > MOST_BYTES:
            return ALONE
    except Exception:  # whatever the owner's object does when it is to be told in words
        return ALONE
    return Kept(output, outcome.failed)


def restored(stored: Kept) -> Outcome | None:
    """What was kept; None if every run is to get it for itself."""
    match stored.output:
        case {"value": value}:
            return Outcome(value, stored.failed)
        case {"part": part}:
            return Outcome(PARTS.validate_python([part])[0])
        case {"parts": parts}:
            return Outcome(PARTS.validate_python(parts))
        case {"raised": kind}:
            return Outcome(error=FailedElsewhere(f"the tool raised {kind} in the run that called it first"))
        case _:
            return None


def _form(outcome: Outcome, tool: FunctionTool) -> dict[str, Any] | None:
    value = outcome.value
    if outcome.error is not None:
        return {"raised": type(outcome.error).__name__}
    if _is_json(value):
        return {"value": wire.clean(value)}
    if isinstance(value, Part):
        return {"part": wire.clean(value.model_dump(mode="json"))}
    if _are_parts(value):
        return {"parts": [wire.clean(part.model_dump(mode="json")) for part in value]}
    # All that the model sees of any other object are its words. Who reads the object itself would miss it.
    if tool.tool_output_guardrails or tool.output_json_schema is not None or tool.custom_data_extractor is not None:
        return None
    return {"value": wire.clean(str(value))}


def _are_parts(value: Any) -> bool:
    many: list[Any] = list(value) if type(value) in {list, tuple} else []
    return bool(many) and all(isinstance(part, Part) for part in many)


def _is_json(value: object) -> bool:
    """Whether it comes back from JSON as it was; a tuple or an enumeration's member would not."""
    if type(value) in SCALARS:
        return not isinstance(value, float) or isfinite(value)
    if type(value) is list:
        return all(map(_is_json, wire.as_list(value) or ()))
    fields = wire.as_object(value) if type(value) is dict else None
    return fields is not None and all(type(key) is str and _is_json(one) for key, one in fields.items())
