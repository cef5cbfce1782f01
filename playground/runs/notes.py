"""Sentences about what was left out for a run's model. They stay with the run."""

from collections.abc import Sequence


def refusal(names: Sequence[str], model: str) -> str:
    """Which settings a model does not take; at least one."""
    listed = " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
    verb, rest = ("are", "they were") if len(names) > 1 else ("is", "it was")
    return f"{listed[:1].upper()}{listed[1:]} {verb} not supported by {model}; {rest} left out."


def unread(model: str) -> str:
    """Whose thoughts the model that answers was not sent."""
    return f"Thoughts of {model} were left out: only the model that had them can read them."
