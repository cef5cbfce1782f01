"""What a run did, read from what it left in the store."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, update

from playground.compare.differences.steps import aligned
from playground.compare.differences.trace import Trace, TraceStep, trace, traced
from playground.errors import NotFound
from playground.records import Decision, RunStatus
from playground.runs.approvals import Verdict
from playground.store.tables import ItemRow
from playground.store.traces import GuardVerdict
from tests.compare.traces import run
from tests.house import House, opened, until

AGENTS = tuple(f"tests.runs.agents:{name}" for name in ("worker", "desk", "guarded", "censored", "payer"))
TWO = 'tools:{"add": {"a": 1, "b": 2}, "now": {}}'


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agent=AGENTS, max_turns=3) as house:
        yield house


async def did(house: House, model: str, *, agent: str = "worker", text: str = "hello", **extras: Any) -> Trace:
    """What a run of Ann's has done."""
    metadata = {"agent": f"tests.runs.agents:{agent}", **extras}
    reply = await house.guest().create(text, model=f"compatible/{model}", metadata=metadata)
    return await traced(house.client(), reply.run_id)


def told(trace: Trace) -> list[tuple[str, int, str, str | None]]:
    """The steps in short."""
    return [(step.kind, step.turn, step.name, step.text) for step in trace.steps]


def only(trace: Trace, kind: str) -> TraceStep:
    (step,) = [step for step in trace.steps if step.kind == kind]
    return step


async def test_an_answer_is_one_step(house: House) -> None:
    assert told(await did(house, "say:Hello there.")) == [("answer", 1, "", "Hello there.")]


async def test_an_answer_in_several_parts_is_one_step(house: House) -> None:
    reply = await house.guest().create(model="openai/parts-3", metadata={"agent": AGENTS[0]})
    step = only(await traced(house.client(), reply.run_id), "answer")
    assert str(step.text).split() == ["w0", "w1", "w2", "w3", "w4"] * 3


async def test_a_call_has_its_arguments_and_result_as_the_model_wrote_and_got_them(house: House) -> None:
    found = await did(house, 'tool:add:{"b":2, "a":1.0}')
    assert told(found) == [("tool", 1, "add", "3"), ("answer", 2, "", "The tool said: 3")]
    call = only(found, "tool")
    assert (call.arguments, call.value, call.failed) == ('{"b":2, "a":1.0}', {"a": 1, "b": 2}, False)
    assert call.note.endswith("ms")


async def test_calls_made_at_once_are_of_one_turn(house: House) -> None:
    found = await did(house, TWO)
    assert [(step.turn, step.name, step.text) for step in found.steps[:2]] == [(1, "add", "3"), (1, "now", "noon")]
    assert found.steps[2].turn == 2


async def test_a_run_that_calls_again_and_again_counts_its_turns(house: House) -> None:
    found = await did(house, "loop:now:{}")
    assert [(step.kind, step.turn) for step in found.steps] == [("tool", 1), ("tool", 2), ("tool", 3), ("end", 3)]
    end = only(found, "end")
    assert (end.name, end.failed, end.text) == ("failed", True, found.run.error)


async def test_a_tool_that_fails_says_so(house: House) -> None:
    call = only(await did(house, "tool:break_down:{}"), "tool")
    assert (call.failed, "RuntimeError" in str(call.text)) == (True, True)


async def test_arguments_that_are_no_json_are_text(house: House) -> None:
    call = only(await did(house, "tool:add:{broken"), "tool")
    assert (call.arguments, call.value) == ("{broken", "{broken")


async def test_thoughts_are_steps_of_their_turn(house: House) -> None:
    found = await did(house, "think-3-tool:now:{}")
    assert [(step.kind, step.turn) for step in found.steps] == [
        ("thought", 1),
        ("tool", 1),
        ("thought", 2),
        ("answer", 2),
    ]
    assert found.steps[0].text == "t0 t1 t2"


async def test_a_hand_off_names_the_agent(house: House) -> None:
    found = await did(house, "tool:transfer_to_clerk:{}", agent="desk")
    assert found.steps[0] == TraceStep("handoff", 1, name="Clerk", arguments="{}", text="")
    assert found.steps[1].kind == "answer"


@pytest.mark.parametrize(
    ("agent", "text", "kinds", "verdict"),
    [
        ("guarded", "hello", ["guardrail", "answer"], "passed"),
        ("guarded", "forbidden", ["guardrail"], "tripped"),
        ("censored", "hello", ["guardrail"], "tripped"),
    ],
)
async def test_a_guardrail_gives_its_verdict(
    house: House, agent: str, text: str, kinds: list[str], verdict: str
) -> None:
    found = await did(house, "say:Yes.", agent=agent, text=text)
    assert [step.kind for step in found.steps if step.kind != "answer" or verdict == "passed"] == kinds
    step = only(found, "guardrail")
    assert (step.name, step.verdict, step.failed) == ("look", verdict, verdict == "tripped")
    assert step.text == (found.run.error if verdict == "tripped" else None)


@pytest.mark.parametrize(
    ("model", "status"), [("length-5", "incomplete"), ("drop-5", "failed"), ("status-500", "failed")]
)
async def test_a_run_that_did_not_complete_says_why_at_its_end(house: House, model: str, status: str) -> None:
    found = await did(house, model)
    assert found.steps[-1] == TraceStep("end", 1, name=status, text=found.run.error, failed=True)
    assert found.run.error


async def test_results_that_are_shared_or_made_up_are_marked(house: House) -> None:
    first = await did(house, "tool:now:{}", world="w")
    second = await did(house, "tool:now:{}", world="w")
    mine = {"tool": "now", "arguments": "", "output": "midnight", "failed": False}
    third = await did(house, "tool:now:{}", stand_ins=[mine])
    marks = [(step.shared, step.stood_in, step.text) for step in (only(one, "tool") for one in (first, second, third))]
    assert marks == [(False, False, "noon"), (True, False, "noon"), (False, True, "midnight")]
    assert aligned(first, second).divergence is None
    assert aligned(first, third).divergence == 0


async def test_a_run_that_is_under_way_has_its_steps_so_far(house: House) -> None:
    guest, client = house.guest(), house.client()
    begun = await guest.begin(model="compatible/tool:wait:{}", metadata={"agent": "tests.runs.agents:worker"})

    async def shows() -> bool:
        return [step.name for step in (await traced(client, begun.run_id)).steps] == ["wait"]

    await until(shows)
    found = await traced(client, begun.run_id)
    assert (found.run.live, told(found)) == (True, [("tool", 1, "wait", None)])
    await client.stop(begun.run_id)
    stopped = await traced(client, begun.run_id)
    assert [(step.kind, step.name, step.failed) for step in stopped.steps] == [
        ("tool", "wait", False),
        ("end", "cancelled", False),
    ]
    assert stopped.steps[0].note == "not finished"


async def test_an_answer_that_is_being_written_is_there_as_far_as_it_is(house: House) -> None:
    begun = await house.guest().begin(model="compatible/stall-5")

    async def shows() -> bool:
        found = await traced(house.client(), begun.run_id)
        return found.run.live and told(found) == [("answer", 1, "", "w0 w1 w2 w3 w4")]

    await until(shows)
    await house.client().stop(begun.run_id)


async def test_a_call_that_waits_for_an_approval_goes_on_after_it(house: House) -> None:
    guest, client = house.guest(), house.client()
    begun = await guest.begin(model='compatible/tool:pay:{"amount": 5}', metadata={"agent": "tests.runs.agents:payer"})

    async def waits() -> bool:
        return await guest.status(begun) == "awaiting_approval"

    await until(waits)
    assert told(await traced(client, begun.run_id)) == [("tool", 1, "pay", None)]
    asks = (await traced(client, begun.run_id)).run.asks
    decided = Verdict([Decision(ask.call_id, approve=True) for ask in asks])
    await house.parts.engine.decide(guest.visitor, begun.run_id, decided)
    await guest.read(begun)
    found = await traced(client, begun.run_id)
    assert [(step.kind, step.turn) for step in found.steps] == [("tool", 1), ("answer", 2)]
    assert only(found, "tool").text == "paid [5]"


@pytest.mark.parametrize("model", [TWO, "think-3-tool:now:{}", "tool:break_down:{}", "tool:odd:{}"])
async def test_steps_are_read_off_what_was_shown_where_nothing_else_was_kept(house: House, model: str) -> None:
    """A server that dies keeps what was shown, and not what the model was told."""
    found = await did(house, model)

    def forget(session: Session) -> None:
        session.exec(update(ItemRow).where(col(ItemRow.run_id) == found.run.id).values(model_input=None))

    await house.change(forget)
    again = await traced(house.client(), found.run.id)
    assert [step.kind for step in again.steps] == [step.kind for step in found.steps]
    assert aligned(found, again).divergence is None


async def test_only_what_its_own_run_did_is_in_a_trace(house: House) -> None:
    guest = house.guest()
    first = await guest.create("one", model="compatible/echo")
    second = await guest.add(first.thread_id, "two", model="compatible/echo")
    assert told(await traced(house.client(), second.run_id)) == [("answer", 1, "", "two")]


async def test_a_run_of_somebody_else_is_unknown(house: House) -> None:
    theirs = await house.guest("vis_bob").create(model="compatible/echo")
    for run_id in (theirs.run_id, "run_unknown"):
        with pytest.raises(NotFound):
            await traced(house.client("vis_ann"), run_id)


# -- what no run of the tests does ------------------------------------------------------------------------------


def message(*texts: str) -> ItemRow:
    content = [{"type": "output_text", "text": text} for text in texts]
    return row("assistant_message", {"content": content}, None)


def row(kind: str, payload: dict[str, Any], told: list[Any] | None) -> ItemRow:
    return ItemRow.model_validate(
        {
            "id": "x",
            "thread_id": "thr_1",
            "branch_id": "brn_1",
            "position": 1,
            "type": kind,
            "payload": payload,
            "model_input": told,
            "created_at": run().created_at,
        }
    )


def work(told: list[dict[str, Any]] | None, *titles: str, content: str | None = None) -> ItemRow:
    tasks = [{"type": "custom", "title": title, "content": content, "status_indicator": "complete"} for title in titles]
    return row("workflow", {"workflow": {"type": "custom", "tasks": tasks}}, told)


def call(name: str, call_id: str, arguments: str = "{}") -> dict[str, Any]:
    return {"type": "function_call", "name": name, "call_id": call_id, "arguments": arguments}


def output(call_id: str, said: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": said}


def test_what_is_said_before_a_call_is_a_remark() -> None:
    rows = [message("Let me look."), work([call("now", "a"), output("a", "noon")], "now"), message("It is", "noon.")]
    assert told(trace(rows, run())) == [
        ("remark", 1, "", "Let me look."),
        ("tool", 1, "now", "noon"),
        ("answer", 2, "", "It is\n\nnoon."),
    ]


def test_a_result_of_parts_is_text() -> None:
    parts = [{"type": "input_text", "text": "one"}, {"type": "input_image", "image_url": "data:,"}]
    found = trace([work([call("see", "a"), output("a", parts)], "see · 3 ms")], run())
    assert found.steps == (TraceStep("tool", 1, name="see", arguments="{}", text="one\n[input_image]", note="3 ms"),)


def test_a_provider_s_own_tool_is_a_call_with_what_it_was_asked() -> None:
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"query": "weather"}}
    found = trace([work([search], "Web search"), message("Sun.")], run())
    assert [(step.kind, step.name, step.value) for step in found.steps] == [
        ("tool", "Web search", {"action": {"query": "weather"}}),
        ("answer", "", {}),
    ]


def test_calls_of_two_turns_in_one_item_are_told_apart() -> None:
    told = [call("now", "a"), call("add", "b"), output("a", "1"), output("b", "2"), call("now", "c"), output("c", "3")]
    found = trace([work(told, "now · 1 ms", "add", "now · failed · 2 ms")], run())
    assert [(step.turn, step.name, step.text, step.failed) for step in found.steps] == [
        (1, "now", "1", False),
        (1, "add", "2", False),
        (2, "now", "3", True),
    ]


def test_a_call_that_was_cut_off_before_it_was_told_takes_no_other_s_place() -> None:
    found = trace([work([call("add", "b"), output("b", "2")], "now · not finished", "add")], run())
    assert [(step.name, step.text, step.note) for step in found.steps] == [
        ("now", None, "not finished"),
        ("add", "2", ""),
    ]


def test_a_hand_off_is_known_by_its_place_among_the_calls() -> None:
    told = [call("now", "a"), call("to_the_boss", "b", '{"why": "money"}'), output("a", "noon"), output("b", "Boss")]
    found = trace([work(told, "now", "Hand-off → Boss")], run())
    assert found.steps[1] == TraceStep("handoff", 1, name="Boss", arguments='{"why": "money"}', text="")


def test_results_that_look_like_the_end_of_a_block_are_read_whole() -> None:
    content = 'Arguments\n\n```json\n{\n  "a": 1\n}\n```\n\nError\n\n````\n```\nResult\n\n```\nx\n````'
    (step,) = trace([work(None, "add · failed · shared", content=content)], run()).steps
    assert (json.loads(step.arguments), step.text) == ({"a": 1}, "```\nResult\n\n```\nx")
    assert (step.failed, step.shared, step.note) == (True, True, "")


def test_verdicts_stand_at_their_stages() -> None:
    verdicts = [
        GuardVerdict("before", "input", "passed"),
        GuardVerdict("calls", "tool", "rejected"),
        GuardVerdict("after", "output", "passed"),
    ]
    rows = [work([call("now", "a"), output("a", "noon")], "now"), message("Noon.")]
    found = trace(rows, run(), verdicts)
    assert [(step.name or step.kind, step.verdict, step.turn) for step in found.steps] == [
        ("before", "passed", 1),
        ("now", "", 1),
        ("calls", "rejected", 2),
        ("answer", "", 2),
        ("after", "passed", 2),
    ]


@pytest.mark.parametrize("status", ["queued", "running", "awaiting_approval", "completed"])
def test_a_run_without_items_has_no_steps_unless_it_ended_badly(status: RunStatus) -> None:
    assert trace([], run(status)).steps == ()
    assert [step.name for step in trace([], run("interrupted", error="It stopped.")).steps] == ["interrupted"]
