"""How a tool tells the model what was wrong with its arguments."""

from typing import Any

from agents import ModelBehaviorError, RunContextWrapper


class BadInput(ValueError):
    """The arguments cannot be used; the message tells the model what to send instead."""


def explain(_context: RunContextWrapper[Any], error: Exception) -> str:
    """The text the model gets in place of a result. Only what we wrote ourselves is passed on."""
    match error:
        case BadInput():
            return f"Error: {error}"
        case ModelBehaviorError():
            return "Error: the arguments do not fit the tool's schema. Check their names and types and call it again."
        case _:
            return "Error: the tool failed. Answer without it, and say so."
