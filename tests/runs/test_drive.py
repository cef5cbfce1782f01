"""One run: its bounds, its tools, its guardrails, its numbers."""

import asyncio
import json
from copy import copy
from typing import Any

import pytest
from chatkit.types import ErrorEvent, NoticeEvent, ThreadItem, WorkflowItem

from playground.records import LaneSettings
from playground.runs.engine import Engine
from tests.runs.agents import SECRET, WAITING, now
from tests.runs.conftest import Lab, Played, until


def workflow(played: Played) -> WorkflowItem:
    [item] = [item for item in played.items if isinstance(item, WorkflowItem)]
    return item


def kinds(items: tuple[ThreadItem, ...]) -> list[str]:
    return [item.type for item in items]


async def same_after_reload(lab: Lab, played: Played) -> bool:
    return (await lab.stored(played.run.thread_id)).items == played.items and not played.live.open_ids


async def test_a_run_that_is_too_long_is_stopped_and_keeps_what_came(lab: Lab) -> None:
    engine = await lab.start(run_timeout=2)
    played = await lab.finish(engine, lab.order("words-5000@50"))
    assert (played.run.status, played.run.allow_retry) == ("failed", True)
    assert "longer than 2 s" in str(played.run.error)
    assert played.text.startswith("w0 w1")
    assert await same_after_reload(lab, played)
    await lab.wire.calls[0].over.wait()
    assert lab.wire.calls[0].disconnected


async def test_a_tool_that_hangs_answers_the_model_with_an_error(lab: Lab) -> None:
    engine = await lab.start(tool_timeout=0.2)
    played = await lab.finish(engine, lab.order("tool:wait:{}", agent="worker"))
    assert played.run.status == "completed"
    assert "timed out" in played.text
    [task] = workflow(played).workflow.tasks
    assert "failed" in task.model_dump_json()
    await until(lambda: not WAITING)


async def test_a_bound_is_not_put_on_the_owners_own_tools(lab: Lab, engine: Engine) -> None:
    await lab.finish(engine, lab.order("tool:now:{}", agent="worker"))
    assert now.timeout_seconds is None
    assert copy(now).name == "now"


@pytest.mark.parametrize("provider", ["compatible", "openai"])
async def test_an_agent_that_calls_tools_for_ever_is_stopped_by_its_turns(lab: Lab, provider: str) -> None:
    engine = await lab.start(max_turns=3)
    played = await lab.finish(engine, lab.order(f"{provider}/loop:now:{{}}", agent="worker"))
    assert (played.run.status, played.run.usage.turns, played.run.tool_calls) == ("failed", 3, 3)
    assert "without coming to an end" in str(played.run.error)
    assert len(lab.wire.calls) == 3
    assert await same_after_reload(lab, played)


async def test_an_agent_that_calls_too_many_tools_is_stopped(lab: Lab) -> None:
    engine = await lab.start(max_turns=50, max_tool_calls=4)
    played = await lab.finish(engine, lab.order("loop:now:{}", agent="worker"))
    assert (played.run.status, played.run.tool_calls, played.run.allow_retry) == ("failed", 4, True)
    assert "more than 4 times" in str(played.run.error)
    assert len(lab.wire.calls) == 5
    assert await same_after_reload(lab, played)


async def test_a_long_result_is_cut_for_the_model_and_whole_for_the_visitor(lab: Lab) -> None:
    engine = await lab.start(tool_result_bytes=1000)
    played = await lab.finish(engine, lab.order("tool:big:{}", agent="worker"))
    assert played.text.count("x") == 1000
    assert "[cut: the result was longer than 1000 bytes]" in played.text
    [task] = workflow(played).workflow.tasks
    assert task.model_dump_json().count("x") >= 200_000


@pytest.mark.parametrize("provider", ["compatible", "openai"])
async def test_tools_called_at_once_are_shown_each_with_its_own_result(lab: Lab, engine: Engine, provider: str) -> None:
    calls = json.dumps({"add": {"a": 1, "b": 2}, "now": {}})
    played = await lab.finish(engine, lab.order(f"{provider}/tools:{calls}", agent="worker"))
    assert played.text == "The tool said: 3 | noon"
    assert kinds(played.items) == ["user_message", "workflow", "assistant_message"]
    shown = [task.model_dump() for task in workflow(played).workflow.tasks]
    assert [task["title"].split(" · ")[0] for task in shown] == ["add", "now"]
    assert '"a": 1' in shown[0]["content"]
    assert "Result\n\n```json\n3\n```" in shown[0]["content"]
    assert "noon" in shown[1]["content"]
    assert {task["status_indicator"] for task in shown} == {"complete"}
    assert (played.run.tool_calls, played.run.usage.turns) == (2, 2)
    assert await same_after_reload(lab, played)


async def test_the_same_tool_called_twice_at_once_is_two_tasks(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("two-tools", agent="desk"))
    indices = [update.task_index for update in _updates(played, "workflow.task.added")]
    assert indices == list(range(len(indices)))
    assert await same_after_reload(lab, played)


def _updates(played: Played, kind: str) -> list[Any]:
    return [
        event.update for event in played.events if event.type == "thread.item.updated" and event.update.type == kind
    ]


async def test_a_tool_that_is_not_there_is_told_to_the_model(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("tool:missing:{}", agent="worker"))
    assert played.run.status == "completed"
    assert "missing" in played.text
    assert await same_after_reload(lab, played)


async def test_arguments_that_are_no_json_do_not_end_the_run(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("tool:add:{broken", agent="worker"))
    assert played.run.status in {"completed", "failed"}
    assert await same_after_reload(lab, played)


@pytest.mark.parametrize("provider", ["compatible", "openai"])
async def test_a_hand_off_is_shown_and_the_other_agent_answers(lab: Lab, engine: Engine, provider: str) -> None:
    played = await lab.finish(engine, lab.order(f"{provider}/tool:transfer_to_clerk:{{}}", agent="desk"))
    [task] = workflow(played).workflow.tasks
    shown = task.model_dump()
    assert (shown["title"], shown["status_indicator"], shown["content"]) == ("Hand-off → Clerk", "complete", None)
    assert played.run.status == "completed"
    assert await same_after_reload(lab, played)
    again = await lab.finish(engine, lab.order("echo", "again", agent="desk", thread_id=played.run.thread_id))
    assert again.run.status == "completed"


async def test_an_input_guardrail_stops_the_message_before_an_answer_is_kept(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("words-200", "forbidden", agent="guarded"))
    assert (played.run.status, played.run.allow_retry) == ("failed", False)
    assert "guardrail" in str(played.run.error)
    assert await same_after_reload(lab, played)


@pytest.mark.parametrize("mode", ["words-20", "tool:now:{}"])
async def test_an_output_guardrail_takes_back_what_was_shown(lab: Lab, engine: Engine, mode: str) -> None:
    played = await lab.finish(engine, lab.order(mode, agent="censored"))
    assert (played.run.status, played.run.allow_retry) == ("failed", False)
    assert "withheld" in str(played.run.error)
    assert kinds(played.items) == ["user_message"]
    assert await same_after_reload(lab, played)
    removed = [event.item_id for event in played.events if event.type == "thread.item.removed"]
    added = [event.item.id for event in played.events if event.type == "thread.item.added"]
    assert sorted(removed) == sorted(added)


@pytest.mark.parametrize("provider", ["compatible", "openai"])
async def test_a_run_knows_its_numbers(lab: Lab, engine: Engine, provider: str) -> None:
    run = (await lab.finish(engine, lab.order(f"{provider}/think-20-words-30"))).run
    assert (run.usage.output_tokens, run.usage.reasoning_tokens, run.usage.turns) == (50, 20, 1)
    assert run.usage.input_tokens > 0
    assert run.first_token_ms is not None
    assert run.duration_ms is not None
    assert 0 <= run.first_token_ms <= run.duration_ms
    assert run.tool_calls == 0


async def test_a_failed_run_knows_how_long_it_took_and_no_first_token(lab: Lab, engine: Engine) -> None:
    run = (await lab.finish(engine, lab.order("status-401"))).run
    assert run.first_token_ms is None
    assert run.duration_ms is not None


async def test_a_setting_that_the_model_does_not_take_is_left_out_and_told_once(lab: Lab, engine: Engine) -> None:
    lane = LaneSettings(temperature=0.5)
    played = await lab.finish(engine, lab.order("openai/gpt-5-echo", settings=lane))
    notices = [event for event in played.events if isinstance(event, NoticeEvent)]
    assert len(notices) == 1
    assert "Temperature is not supported" in str(notices[0].message)
    assert "temperature" not in lab.wire.calls[0].body


async def test_settings_that_the_model_takes_are_sent(lab: Lab, engine: Engine) -> None:
    lane = LaneSettings(temperature=0.5, max_tokens=77, instructions="Speak Latin.")
    played = await lab.finish(engine, lab.order("echo", settings=lane))
    [call] = lab.wire.calls
    assert call.body["temperature"] == 0.5
    assert 77 in call.body.values()
    assert call.body["messages"][0] == {"role": "system", "content": "Speak Latin."}
    assert not [event for event in played.events if isinstance(event, NoticeEvent | ErrorEvent)]
    assert played.run.settings == {"temperature": 0.5, "max_tokens": 77, "instructions": "Speak Latin."}


async def test_an_agent_that_cannot_be_built_fails_the_run_readably(
    lab: Lab, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.runs.agents.FRAGILE", ["broken"])
    played = await lab.finish(engine, lab.order("echo", agent="fragile"))
    assert played.run.status == "failed"
    assert played.run.error
    assert SECRET not in str(played.frames)
    assert len(lab.wire.calls) == 0


async def test_a_tool_that_is_cancelled_from_inside_is_a_failure_not_a_stop(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("tool:give_up:{}", agent="worker"))
    assert played.run.status in {"failed", "completed"}
    assert await same_after_reload(lab, played)


async def test_bytes_and_half_characters_of_a_tool_are_kept_readable(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("tool:odd:{}", agent="worker"))
    assert played.run.status == "completed"
    assert "\x00" not in played.text
    assert await same_after_reload(lab, played)
    await asyncio.sleep(0)
