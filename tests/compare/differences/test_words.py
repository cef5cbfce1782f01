"""What differs between two texts, word by word."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.compare.differences.words import AT_ONCE, MOST_PIECES, TextDiff, compared, words_html
from tests.compare.drawn import Drawn
from tests.compare.payloads import PAYLOADS


def marked(diff: TextDiff) -> str:
    """The texts as one, with signs around what differs."""
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[span.kind].format(span.text) for span in diff.spans)


def both(diff: TextDiff) -> tuple[str, str]:
    return "".join(span.text for span in diff.first), "".join(span.text for span in diff.second)


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("", "", ""),
        ("", "Hello", "[+Hello+]"),
        ("The same.", "The same.", "The same."),
        ("It is warm.", "It is cold.", "It is [-warm-][+cold+]."),
        ("It costs 1,260.50 euros.", "It costs 1,261.50 euros.", "It costs [-1,260.50-][+1,261.50+] euros."),
        ("I don't know", "I do know", "I [-don't-][+do+] know"),
        ("今天天气很好。", "今天天气不好。", "今天天气[-很-][+不+]好。"),
        ("東京タワーへ行きます", "東京駅へ行きます", "東京[-タワー-][+駅+]へ行きます"),
        ("नमस्ते स्थिति", "नमस्ते स्थितियाँ", "नमस्ते [-स्थिति-][+स्थितियाँ+]"),
        ("الطقس جميل في مايو", "الطقس دافئ في مايو", "الطقس [-جميل-][+دافئ+] في مايو"),
        ("Hi 👩‍👩‍👧!", "Hi 👩‍👩‍👦!", "Hi [-👩‍👩‍👧-][+👩‍👩‍👦+]!"),
        ("🇩🇪🇫🇷", "🇩🇪🇮🇹", "🇩🇪[-🇫🇷-][+🇮🇹+]"),
        ("def f(a):\n    return a\n", "def f(a):\n        return a\n", "def f(a):\n[-    -][+        +]return a\n"),
        ("a\r\nb", "a\nb", "a[-\r\n-][+\n+]b"),
    ],
)
def test_texts_differ_by_words(first: str, second: str, shown: str) -> None:
    diff = compared(first, second)
    assert marked(diff) == shown
    assert (diff.grain, diff.note) == ("words", "")


def test_sentences_that_share_only_small_words_are_replaced_whole() -> None:
    first = "No, penguins do not live at the North Pole. They live in the southern half of the world."
    second = "Cats sleep for most of the day because they hunt at dawn and at dusk, which takes a lot of energy."
    assert marked(compared(first, second)) == f"[-{first[:-1]}-][+{second[:-1]}+]."


def test_what_long_answers_share_is_kept_in_few_pieces() -> None:
    first = """\
Lisbon is best visited in May, when the weather is warm but not yet hot. Start in the Alfama, walk up to the castle, \
and take tram 28 back down. Budget about 140 euros a day for two people."""
    second = """\
The best time to visit Lisbon is May: it is warm, though not too hot yet. Begin with the Alfama district and climb to \
the castle; tram 28 will bring you back. Expect to spend around 140 euros per day for two."""
    diff = compared(first, second)
    assert len(diff.spans) < 25
    assert " 140 euros " in [span.text for span in diff.spans if span.kind == "same"]
    assert 0.1 < diff.similarity < 0.9


@pytest.mark.parametrize(
    ("first", "second", "least", "most"),
    [
        ("", "", 1, 1),
        ("a b", "a b", 1, 1),
        ("", "dogs", 0, 0),
        ("cats", "dogs", 0, 0),
        ("one two", "one six", 0.5, 0.7),
    ],
)
def test_how_alike_texts_are(first: str, second: str, least: float, most: float) -> None:
    assert least <= compared(first, second).similarity <= most
    assert compared(first, second).similarity == compared(second, first).similarity


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("if a:\n    go()", "if a:\n  go()", ["····", "··"]),
        ("one\ttwo", "one two", ["→\t", "·"]),
        ("one\n", "one\n\n", ["↵\n"]),
        ("one\r\ntwo", "one\ntwo", ["␍↵\n", "↵\n"]),
    ],
)
def test_spaces_and_line_ends_that_differ_are_seen(first: str, second: str, shown: list[str]) -> None:
    diff = compared(first, second)
    assert [span.shown for span in diff.spans if span.kind != "same"] == shown
    assert both(diff) == (first, second)


def words(count: int, *, seed: int) -> str:
    """Prose-like: few words are frequent, most are rare."""
    drawn = random.Random(seed)  # noqa: S311 - the same each time
    return " ".join(f"w{int(drawn.paretovariate(0.5)) % 4000}" for _ in range(count))


def test_many_changes_are_tidied_up_part_by_part() -> None:
    first, second = "left " * 2_000, "right " * 2_000
    diff = compared(first, second)

    assert (both(diff), diff.grain) == ((first, second), "words")
    assert len(diff.spans) < AT_ONCE  # and not three for each word


def test_long_texts_are_matched_line_by_line_and_their_words_then() -> None:
    lines = [words(9, seed=number) for number in range(3600)]
    changed = [f"{line} more" if number % 50 == 0 else line for number, line in enumerate(lines)]
    first, second = "\n".join(lines), "\n".join(changed)
    assert len(first) > 100_000
    diff = compared(first, second)
    assert (diff.grain, both(diff)) == ("lines", (first, second))
    assert "lines were matched first" in diff.note
    assert {span.text for span in diff.spans if span.kind != "same"} == {" more"}
    assert diff.similarity > 0.99


def test_texts_that_are_too_long_and_share_no_line_are_replaced() -> None:
    first, second = words(30_000, seed=1), words(30_000, seed=2)
    diff = compared(first, second)
    assert both(diff) == (first, second)
    assert [span.kind for span in diff.spans] == ["removed", "added"]
    assert diff.note


def test_texts_of_more_lines_than_can_be_matched_are_shown_one_after_the_other() -> None:
    first, second = "a\n" * MOST_PIECES, "b\n" * MOST_PIECES
    diff = compared(first, second)
    assert (diff.grain, both(diff), diff.similarity) == ("whole", (first, second), 0)
    assert "too long" in diff.note


PIECES = st.sampled_from(
    ["one", "two", " ", "\n", "\r\n", "  ", "很", "好", "é", "e\u0301", "👍🏽", "’", ".", "\u0000", "ا"]
)
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=30).map("".join))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(TEXTS, TEXTS)
def test_nothing_of_either_text_is_lost(first: str, second: str) -> None:
    diff = compared(first, second)
    assert both(diff) == (first, second)
    assert all(span.text for span in diff.spans)
    assert all(one.kind != two.kind for one, two in zip(diff.spans, diff.spans[1:], strict=False))
    assert 0 <= diff.similarity <= 1


# -- drawing ----------------------------------------------------------------------------------------------------

NAMES = ("openai/gpt-6", "anthropic/claude")


def test_both_texts_are_drawn_with_what_differs_struck_out_and_underlined() -> None:
    drawn = Drawn(words_html(compared("It is warm.", "It is cold."), NAMES))
    assert drawn.inside("del") == ["Struck out", "warm"]
    assert drawn.inside("ins") == ["underlined", "cold"]
    assert drawn.inside("h4") == list(NAMES)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", "", "Both said the same."),
        ("Yes.", "Yes.", "Both said the same."),
        ("cats", "dogs", "0 % of the text is the same."),
        ("so " * 999 + "yes", "so " * 999 + "no", "99 % of the text is the same."),
        ("a\n" * MOST_PIECES, "b\n" * MOST_PIECES, "These texts are too long to be compared"),
    ],
)
def test_how_alike_the_texts_are_is_said(first: str, second: str, said: str) -> None:
    assert said in Drawn(words_html(compared(first, second), NAMES)).text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_was_said_becomes_markup(payload: str) -> None:
    drawn = Drawn(words_html(compared(f"see {payload}", f"{payload} seen"), (payload, payload)))
    assert {tag for tag, _ in drawn.elements} <= {"section", "p", "div", "article", "h4", "del", "ins"}
    assert {name for _, attributes in drawn.elements for name in attributes} <= {"class", "dir"}
    assert not drawn.other
