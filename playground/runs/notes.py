"""Sentences about what was left out for a run's model. They stay with the run."""

from collections.abc import Sequence

from playground.errors import Paused
from playground.languages.say import say


def refusal(names: Sequence[str], model: str) -> str:
    """Which settings a model does not take; at least one."""
    listed = _listed([f"{names[0][:1].upper()}{names[0][1:]}", *names[1:]])
    if len(names) > 1:
        return say("{names} are not supported by {model}; they were left out.", names=listed, model=model)
    return say("{names} is not supported by {model}; it was left out.", names=listed, model=model)


def unread(model: str) -> str:
    """Whose thoughts the model that answers was not sent."""
    return say("Thoughts of {model} were left out: only the model that had them can read them.", model=model)


def apart(names: Sequence[str]) -> str:
    """What runs of one world do not share; at least one."""
    listed = _listed(names)
    if len(names) > 1:
        return say(
            "{names} were not shared with other lanes: only functions of the agents themselves can be.", names=listed
        )
    return say("{names} was not shared with other lanes: only functions of the agents themselves can be.", names=listed)


def unshared(tool: str) -> str:
    """A tool whose result could not be kept for others."""
    return say("A result of {tool} could not be shared: each lane called it for itself.", tool=tool)


def unused(tools: Sequence[str]) -> str:
    """Tools for which the visitor made up a result, in vain; at least one."""
    return say(
        "The result set for {tools} was not used: the agent has no function of its own with that name.",
        tools=_listed(tools),
    )


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return names[0]
    return say("{most} and {last}", most=", ".join(names[:-1]), last=names[-1])


def cut_off(reason: str) -> str:
    """Why an answer has no end, by the reason that its provider gave."""
    match reason:
        case "max_output_tokens":
            return say("The answer was cut off: it reached the limit of tokens.")
        case "content_filter":
            return say("The provider's content filter cut the answer off.")
        case _:
            return say("The provider cut the answer off.")


def ended(reason: str, words: str = "") -> str:
    """Why an answer that its visitor did not stop has come to an end; the owner's `words`, if there are any."""
    match reason:
        case "idle":
            return say("This answer waited too long for you, so it was given up. You can ask again.")
        case "paused":
            return words or Paused().message
        case "revoked":
            return say("You may not go on here any more, so this answer was stopped.")
        case _:
            return say("The owner of this playground stopped this answer.")
