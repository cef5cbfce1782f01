"""What is said of what was left out."""

import pytest

from playground.runs.notes import apart, refusal, unread, unshared, unused


@pytest.mark.parametrize(
    ("names", "start"),
    [
        (["top p"], "Top p is not supported by local/x; it was"),
        (["temperature", "top p"], "Temperature and top p are not supported by local/x; they were"),
        (["a", "b", "c"], "A, b and c are not supported by local/x; they were"),
    ],
)
def test_settings_are_listed_in_a_sentence(names: list[str], start: str) -> None:
    assert refusal(names, "local/x") == f"{start} left out."


def test_thoughts_are_told_of_with_the_model_that_had_them() -> None:
    assert unread("openai/a").startswith("Thoughts of openai/a were left out")


def test_what_is_not_shared_or_stood_in_is_told_by_its_name() -> None:
    assert apart(["web_search"]).startswith("web_search was not shared")
    assert apart(["web_search", "ask"]).startswith("web_search and ask were not shared")
    assert unshared("count").startswith("A result of count could not be shared")
    assert unused(["a", "b", "c"]).startswith("The result set for a, b and c was not used")
