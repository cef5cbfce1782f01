"""What is said of what was left out."""

import pytest

from playground.runs.notes import refusal, unread


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
