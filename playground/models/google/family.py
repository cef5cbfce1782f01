"""What a model of Google's takes, told from its id. Pure."""

import re
from dataclasses import dataclass

_ID = re.compile(r"gemini-(?:(\d{1,2})(?:\.(\d{1,2}))?(?!\d))?")
_NEWEST: tuple[int, int] = (99, 0)
_NOT_FOR_TALK = re.compile(r"-(image|tts|live|audio)")


@dataclass(frozen=True, slots=True)
class Traits:
    """What differs between the models.

    thinks: whether it has thoughts that can be asked for.
    budget: its thinking is bounded by a number of tokens, on generateContent, instead of by a level.
    signs: whether it wants the signature of a thought with each step's first tool call, and takes pictures in results.
    """

    thinks: bool
    budget: bool
    signs: bool


def traits_of(model: str) -> Traits:
    """The traits of the model with this id, which may have a gateway's prefix. Only a Gemini is known to think."""
    found = _ID.search(model)
    if found is None:
        return Traits(thinks=False, budget=False, signs=False)
    version = (int(found[1]), int(found[2] or 0)) if found[1] else _NEWEST
    thinks = version >= (2, 5) and not _NOT_FOR_TALK.search(model)
    return Traits(thinks=thinks, budget=version < (3, 0), signs=version >= (3, 0))
