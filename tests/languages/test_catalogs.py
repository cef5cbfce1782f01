"""Every sentence of ours has its words in every language, and the right language is found."""

import re
import string

import pytest

from playground.errors import Conflict, NotFound
from playground.languages.catalogs import CATALOGS, DEFAULT, TRANSLATED, negotiated
from playground.languages.say import say, speaking, spoken
from tests.languages.sentences import PAGE, sentences

SAID = {one.text: one.where for one in sentences() if one.text is not None and not one.where.startswith(PAGE)}
OF_THE_FRAMEWORK = {"Not Found.", "Method Not Allowed."}
"""What the web framework refuses with; the sentences are its own."""
SCRIPTS = {"ur": r"[\u0600-\u06ff]", "zh": r"[\u4e00-\u9fff]"}


def fields(text: str) -> list[str]:
    """The names in it that values are put in for."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_sentences_are_found_in_the_source() -> None:
    assert "This conversation is locked." in SAID
    assert "The answer was cut off: it reached the limit of tokens." in SAID
    assert len(SAID) > 100


def test_no_sentence_is_put_together_where_it_is_said() -> None:
    assert [one.where for one in sentences() if one.text is None] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_there_in_every_language(language: str) -> None:
    missing = {text: where for text, where in SAID.items() if text not in CATALOGS[language]}
    assert missing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_takes_the_same_values(language: str) -> None:
    different = [text for text, told in CATALOGS[language].items() if fields(text) != fields(told)]
    assert different == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_translated_that_is_not_said(language: str) -> None:
    assert set(CATALOGS[language]) - set(SAID) - OF_THE_FRAMEWORK == set()


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_language_with_a_script_of_its_own_is_written_in_it(language: str) -> None:
    bare = [text for text, told in CATALOGS[language].items() if not re.search(SCRIPTS[language], told)]
    assert [text for text in bare if re.sub(r"\{\w+\}", "", text).strip()] == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", DEFAULT),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ja,fr;q=0.5", "fr"),
        ("fr;q=0.2, es;q=0.7", "es"),
        ("zh-Hans-CN", "zh"),
        ("UR-pk", "ur"),
        ("en-GB,de;q=0.9", DEFAULT),
        ("de;q=0,fr", "fr"),
        ("ja", DEFAULT),
        ("*", DEFAULT),
        ("de;q=x", DEFAULT),
        (";;,,q=1", DEFAULT),
        (",".join(["xx"] * 10_000), DEFAULT),
    ],
)
def test_the_language_is_the_one_that_is_wanted_most(accepted: str, language: str) -> None:
    assert negotiated(accepted) == language


def test_an_error_is_in_the_language_that_is_spoken_where_it_is_raised() -> None:
    with speaking("de"):
        error = Conflict("There are {most} lanes already. Remove one first.", most=8)
        missing = NotFound()
    assert error.message == "Es gibt schon 8 Spuren. Entfernen Sie zuerst eine."
    assert missing.message == "Nicht gefunden."
    assert spoken() == DEFAULT


def test_values_are_put_in_as_they_are() -> None:
    with speaking("fr"):
        assert say("{model} cannot answer: {note}", model="{x}", note="{}") == "{x} ne peut pas répondre : {}"


def test_what_nobody_translated_is_said_in_english() -> None:
    with speaking("ur"):
        assert say("An agent's own {words}.") == "An agent's own {words}."
