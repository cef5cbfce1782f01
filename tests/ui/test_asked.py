"""What an agent asks cannot mislead whoever approves it."""

import pytest

from playground.records import Ask
from playground.ui.asked import indented, legible, spelled_out


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('{"a":"\u00fc"}', '{\n  "a": "\u00fc"\n}'),
        ("not json", "not json"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_arguments_are_indented_if_they_are_json(arguments: str, shown: str) -> None:
    assert indented(arguments) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x\u202ey\u200b\tz", r"x\u202ey\u200b\tz"),
        ("two\nlines, \u00fc, \u05d0, \u4e2d and a \u2764", "two\nlines, \u00fc, \u05d0, \u4e2d and a \u2764"),
        ("a\u00a0b\u3000c\u2028d", r"a\u00a0b\u3000c\u2028d"),
        ("a\u3164b\u115fc\u2800d\uffa0", r"a\u3164b\u115fc\u2800d\uffa0"),
        ("a\ufe0fb\u034fc", r"a\ufe0fb\u034fc"),
        ("\U000e0041\U000e0100", r"\udb40\udc41\udb40\udd00"),
        ("\ue000\uffff\ud83d", r"\ue000\uffff\ud83d"),
    ],
)
def test_what_would_not_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert spelled_out(text) == shown


def test_no_word_of_an_ask_hides_anything() -> None:
    ask = Ask("call", "pay\u200b", '{"to":"\u202eann"}', "Clerk\u2066")
    shown = Ask("call", r"pay\u200b", '{\n  "to": "\\u202eann"\n}', r"Clerk\u2066")
    assert legible(ask) == shown
