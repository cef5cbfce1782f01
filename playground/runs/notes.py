"""Sentences about what was left out for a run's model. They stay with the run."""

from collections.abc import Sequence

from playground.languages.say import say


def refusal(names: Sequence[str], model: str) -> str:
    """Which settings a model does not take; at least one."""
    listed = _listed(names)
    verb, rest = ("are", "they were") if len(names) > 1 else ("is", "it was")
    return f"{listed[:1].upper()}{listed[1:]} {verb} not supported by {model}; {rest} left out."


def unread(model: str) -> str:
    """Whose thoughts the model that answers was not sent."""
    return f"Thoughts of {model} were left out: only the model that had them can read them."


def apart(names: Sequence[str]) -> str:
    """What runs of one world do not share; at least one."""
    verb = "were" if len(names) > 1 else "was"
    return f"{_listed(names)} {verb} not shared with other lanes: only functions of the agents themselves can be."


def unshared(tool: str) -> str:
    """A tool whose result could not be kept for others."""
    return f"A result of {tool} could not be shared: each lane called it for itself."


def unused(tools: Sequence[str]) -> str:
    """Tools for which the visitor made up a result, in vain; at least one."""
    return f"The result set for {_listed(tools)} was not used: the agent has no function of its own with that name."


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def cut_off(reason: str) -> str:
    """Why an answer has no end, by the reason that its provider gave."""
    match reason:
        case "max_output_tokens":
            return say("The answer was cut off: it reached the limit of tokens.")
        case "content_filter":
            return say("The provider's content filter cut the answer off.")
        case _:
            return say("The provider cut the answer off.")


def given_up() -> str:
    """What becomes of an answer that waits for a visitor who does not come."""
    return say("This answer waited too long for you, so it was given up. You can ask again.")
