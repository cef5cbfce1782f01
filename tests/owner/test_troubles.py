"""What the owner reads of the log: that something went wrong and where, and nothing that anybody wrote."""

import logging
from collections.abc import Iterator

import pytest

from playground import logs
from playground.owner.troubles import MOST, Troubles

OURS = logging.getLogger("playground.runs.drive")
THEIRS = logging.getLogger("openai.agents")
WORDS = "the visitor's own words"


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    troubles = Troubles()
    with troubles.listening():
        yield troubles


def failing() -> ValueError:
    return ValueError(f"cannot answer: {WORDS}")


def test_a_line_of_ours_is_kept_with_its_ids_and_its_errors_type(troubles: Troubles) -> None:
    try:
        raise failing()
    except ValueError:
        OURS.exception("an agent failed", extra={"run_id": "run_1", "message_text": WORDS})
    (one,) = troubles.last()
    assert (one.level, one.place, one.text) == ("error", OURS.name, "an agent failed (ValueError)")
    assert one.facts == {"run_id": "run_1"}


def test_an_event_of_structlog_is_kept_too(troubles: Troubles) -> None:
    OURS.warning({"event": "database not reachable", "error": "OperationalError", "text": WORDS})
    (one,) = troubles.last()
    assert (one.text, one.facts) == ("database not reachable", {"error": "OperationalError"})


def test_of_a_librarys_line_only_the_place_is_kept(troubles: Troubles) -> None:
    THEIRS.error("Error getting response: %s", WORDS)
    THEIRS.error(f"Error getting response: {WORDS}", exc_info=failing())
    assert len(troubles.last()) == 2
    for one in troubles.last():
        assert WORDS not in repr(one)
        assert one.text.startswith("openai.agents (test_troubles, line ")


def test_keys_are_hidden(troubles: Troubles) -> None:
    logs.learn("very-own-key-1234")
    try:
        OURS.error("refused with very-own-key-1234 and sk-canary-12345678")
    finally:
        logs.unlearn("very-own-key-1234")
    assert troubles.last()[0].text == f"refused with {logs.HIDDEN} and {logs.HIDDEN}"


def test_the_same_line_is_counted_and_comes_first(troubles: Troubles) -> None:
    for text in ("one", "two", "one"):
        OURS.warning(text)
    assert [(one.text, one.count) for one in troubles.last()] == [("one", 2), ("two", 1)]


def test_only_so_many_are_kept(troubles: Troubles) -> None:
    for number in range(MOST + 5):
        OURS.warning("line %s", number)
        OURS.warning(f"line {number}")
    assert len(troubles.last()) == MOST


def test_news_are_no_trouble_and_nothing_is_heard_after(troubles: Troubles) -> None:
    OURS.info("run ended")
    assert not troubles.last()
    with Troubles().listening():
        pass
    heard = Troubles()
    with heard.listening():
        OURS.warning("within")
    OURS.warning("after")
    assert [one.text for one in heard.last()] == ["within"]
