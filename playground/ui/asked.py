"""What an agent asks, as a visitor can judge it: nothing in it hides, or passes for something else. Pure."""

import json
import re
import unicodedata
from dataclasses import replace

from playground.records import Ask


def legible(ask: Ask) -> Ask:
    """The ask with its arguments indented, and with nothing unseen in any word of it."""
    arguments = spelled_out(indented(ask.arguments))
    return replace(ask, tool=spelled_out(ask.tool), agent=spelled_out(ask.agent), arguments=arguments)


def indented(arguments: str) -> str:
    """A call's arguments, indented where they are JSON."""
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters, marks and signs that are drawn as nothing, or as a space."""


def spelled_out(text: str) -> str:
    """The text with every character that would not be seen, or be taken for a space, as JSON escapes it."""
    return text.translate({ord(char): json.dumps(char)[1:-1] for char in set(text) if _unseen(char)})


def _unseen(char: str) -> bool:
    return char not in " \n" and (unicodedata.category(char)[0] in "CZ" or _BLANK.match(char) is not None)
