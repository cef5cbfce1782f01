import pytest

from playground.models.anthropic.family import traits_of


@pytest.mark.parametrize(
    ("model", "thinking"),
    [
        ("claude-sonnet-5-5", "adaptive"),
        ("claude-opus-4-6", "adaptive"),
        ("claude-mythos-preview", "adaptive"),
        ("claude-sonnet-latest", "adaptive"),
        ("us.anthropic.claude-haiku-5-5", "adaptive"),
        ("claude-haiku-4-5-20251001", "budget"),
        ("claude-opus-4-20250514", "budget"),
        ("claude-3-7-sonnet-20250219", "budget"),
        ("claude-3-5-haiku-20241022", "never"),
        ("kimi-k3", "never"),
    ],
)
def test_how_a_model_thinks_is_told_from_its_name(model: str, thinking: str) -> None:
    assert traits_of(model).thinking == thinking


@pytest.mark.parametrize(
    ("model", "calm"),
    [
        ("claude-opus-4-8", "disabled"),
        ("claude-haiku-5-5", "disabled"),
        ("claude-sonnet-5", "disabled"),
        ("claude-sonnet-5-5", "between_tools"),
        ("claude-opus-5-5", None),
        ("claude-fable-5", None),
        ("claude-mythos-preview", None),
    ],
)
def test_not_every_model_can_stop_thinking(model: str, calm: str | None) -> None:
    assert traits_of(model).calm == calm


@pytest.mark.parametrize(
    ("model", "forced"),
    [
        ("claude-haiku-5-5", True),
        ("claude-opus-5", True),
        ("claude-sonnet-4-6", True),
        ("claude-sonnet-5-5", False),
        ("claude-opus-5-5", False),
        ("claude-fable-5-2", False),
    ],
)
def test_not_every_model_can_be_told_to_call_a_tool(model: str, forced: bool) -> None:
    assert traits_of(model).forced is forced


@pytest.mark.parametrize(
    ("model", "system"),
    [
        ("claude-opus-4-8", True),
        ("claude-haiku-5-5", True),
        ("claude-fable-5", True),
        ("claude-sonnet-5", False),
        ("claude-opus-4-7", False),
        ("claude-sonnet-latest", False),
        ("kimi-k3", False),
    ],
)
def test_not_every_model_takes_instructions_later_on(model: str, system: bool) -> None:
    assert traits_of(model).system is system
