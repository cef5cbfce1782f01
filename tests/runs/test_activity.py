"""Steps, as a reader sees them."""

from playground.runs.activity import Step


def test_a_step_shows_its_arguments_and_its_result_or_error() -> None:
    step = Step(title="add", icon="bolt", arguments="{}", result="3", note="1 ms")
    assert step.task().model_dump()["content"] == "Arguments\n\n```json\n{}\n```\n\nResult\n\n```json\n3\n```"
    assert step.task().model_dump()["title"] == "add · 1 ms"
    step.failed = True
    assert "Error\n\n" in str(step.task().model_dump()["content"])
