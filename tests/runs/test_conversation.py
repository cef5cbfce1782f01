"""Turn after turn, on both wires: what was said before reaches the provider, on the branch that is read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from chatkit.types import ThreadItem

from playground.errors import Conflict, Malformed, NotFound
from playground.ids import new_id
from playground.runs.engine import Engine
from playground.store import threads
from tests.runs.conftest import Lab
from tests.wire import Call

PROVIDERS = ("compatible", "openai")


def heard(call: Call) -> list[tuple[str, str]]:
    """What a request tells the provider was said, as (who, text)."""
    sent: list[dict[str, Any]] = call.body.get("messages") or call.body.get("input") or []
    return [(one["role"], _text(one["content"])) for one in sent if one.get("role") in {"user", "assistant"}]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_three_turns_each_tell_the_provider_what_was_said_before(lab: Lab, engine: Engine, provider: str) -> None:
    played = await lab.finish(engine, lab.order(f"{provider}/echo", "one"))
    thread_id = played.run.thread_id
    for text in ("two", "three"):
        played = await lab.finish(engine, lab.order(f"{provider}/echo", text, thread_id=thread_id))
        assert played.run.status == "completed"
    expected = [(who, text) for text in ("one", "two") for who in ("user", "assistant")]
    assert heard(lab.wire.calls[-1]) == [*expected, ("user", "three")]
    assert await lab.said(thread_id) == [*expected, ("user", "three"), ("assistant", "three")]


@pytest.mark.parametrize("first", PROVIDERS)
async def test_a_conversation_moves_from_one_provider_to_the_other_with_tools_and_thoughts(
    lab: Lab, engine: Engine, first: str
) -> None:
    second = next(name for name in PROVIDERS if name != first)
    played = await lab.finish(engine, lab.order(f"{first}/tool:now:{{}}", agent="worker"))
    thread_id = played.run.thread_id
    await lab.finish(engine, lab.order(f"{first}/think-3-words-3", "think", agent="worker", thread_id=thread_id))
    moved = await lab.finish(engine, lab.order(f"{second}/echo", "moved", agent="worker", thread_id=thread_id))
    assert moved.run.status == "completed"
    sent = json.dumps(lab.wire.calls[-1].body)
    assert "noon" in sent
    assert "w0 w1 w2" in sent
    assert "reasoning_content" not in sent
    assert '"type": "reasoning"' not in sent
    back = await lab.finish(engine, lab.order(f"{first}/echo", "back", agent="worker", thread_id=thread_id))
    assert back.run.status == "completed"


async def test_a_cut_answer_is_told_as_far_as_it_came(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("cut-3"))
    await lab.finish(engine, lab.order("echo", "go on", thread_id=played.run.thread_id))
    assert heard(lab.wire.calls[-1]) == [("user", "hello"), ("assistant", "w0 w1 w2"), ("user", "go on")]


async def test_what_is_quoted_is_told_in_this_turn_and_the_next(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("echo", "why?", quoted_text="the sky is blue"))
    await lab.finish(engine, lab.order("echo", "and?", thread_id=played.run.thread_id))
    for call in lab.wire.calls:
        assert heard(call)[0] == ("user", "> the sky is blue\n\nwhy?")


def _asked(items: tuple[ThreadItem, ...]) -> str:
    return next(item.id for item in items if item.type == "user_message")


async def test_a_retry_answers_the_message_again_on_a_branch_of_its_own(lab: Lab, engine: Engine) -> None:
    first = await lab.finish(engine, lab.order("words-2"))
    thread_id = first.run.thread_id
    await lab.finish(engine, lab.order("echo", "later", thread_id=thread_id))
    order = lab.order("words-3", thread_id=thread_id, item=None, fork="retry", fork_at=_asked(first.items))
    again = await lab.finish(engine, order)
    assert await lab.said(thread_id) == [("user", "hello"), ("assistant", "w0 w1 w2")]
    assert heard(lab.wire.calls[-1]) == [("user", "hello")]
    assert again.run.branch_id != first.run.branch_id
    await lab.show(thread_id, first.run.branch_id)
    assert await lab.said(thread_id) == [
        ("user", "hello"),
        ("assistant", "w0 w1"),
        ("user", "later"),
        ("assistant", "later"),
    ]


async def test_an_edit_replaces_the_message_and_forgets_what_came_after(lab: Lab, engine: Engine) -> None:
    first = await lab.finish(engine, lab.order("echo", "one"))
    thread_id = first.run.thread_id
    second = await lab.finish(engine, lab.order("echo", "two", thread_id=thread_id))
    order = lab.order("echo", "TWO", thread_id=thread_id, fork="edit", fork_at=_asked(second.items))
    await lab.finish(engine, order)
    assert await lab.said(thread_id) == [
        ("user", "one"),
        ("assistant", "one"),
        ("user", "TWO"),
        ("assistant", "TWO"),
    ]
    assert heard(lab.wire.calls[-1]) == [("user", "one"), ("assistant", "one"), ("user", "TWO")]


async def test_retries_and_edits_of_retries_keep_every_branch_readable(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("echo", "0"))
    thread_id, asked = played.run.thread_id, _asked(played.items)
    told: dict[str, list[tuple[str, str]]] = {played.run.branch_id: await lab.said(thread_id)}
    for number in range(1, 6):
        order = lab.order("echo", str(number), thread_id=thread_id, fork_at=asked)
        retry = number % 2 == 1
        order = replace(order, fork="retry", item=None) if retry else replace(order, fork="edit")
        played = await lab.finish(engine, order)
        asked = asked if retry else _asked(played.items)
        told[played.run.branch_id] = await lab.said(thread_id)
    for branch_id, said in told.items():
        await lab.show(thread_id, branch_id)
        assert await lab.said(thread_id) == said
    assert len(told) == 6


async def test_only_a_visitors_message_can_be_answered_again(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order())
    answer = played.items[-1].id
    for fork_at, error in ((answer, Malformed), ("msg_none", NotFound)):
        order = lab.order(thread_id=played.run.thread_id, item=None, fork="retry", fork_at=fork_at)
        with pytest.raises(error):
            await engine.submit(order)
    assert len(await lab.rows(played.run.thread_id)) == 2


async def test_a_retry_while_the_thread_is_answering_is_a_conflict(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order("words-5000@50"))
    await (await lab.wire.seen(1)).reached(1)
    [asked] = await lab.rows(run.thread_id)
    with pytest.raises(Conflict):
        await engine.submit(lab.order(thread_id=run.thread_id, item=None, fork="retry", fork_at=asked.id))
    assert len({row.branch_id for row in await lab.rows(run.thread_id)}) == 1


@pytest.mark.parametrize("status", ["locked", "closed"])
async def test_a_thread_that_is_not_active_takes_no_message(lab: Lab, engine: Engine, status: str) -> None:
    played = await lab.finish(engine, lab.order())
    thread_id = played.run.thread_id

    def change(session: Any) -> None:
        threads.find(session, visitor_id="vis_1", thread_id=thread_id).status = {"type": status, "reason": "Because."}

    await lab.database.write(change)
    with pytest.raises(Conflict, match=r"Because\."):
        await engine.submit(lab.order(thread_id=thread_id))


async def test_a_thread_that_is_not_there_or_foreign_takes_no_message(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order())
    for attempt in (
        lab.order(thread_id=new_id("thr")),
        lab.order(thread_id=played.run.thread_id, visitor_id="vis_2"),
    ):
        with pytest.raises(NotFound):
            await engine.submit(attempt)
    assert len(await lab.every_row()) == 2


async def test_the_title_is_the_first_line_cut_at_a_word_and_told_live(lab: Lab, engine: Engine) -> None:
    text = f"  {'word ' * 30}\nsecond line"
    played = await lab.finish(engine, lab.order("echo", text))
    assert played.live.title is not None
    assert len(played.live.title) <= 61
    assert played.live.title == " ".join(["word"] * 12) + "…"
    later = await lab.finish(engine, lab.order("echo", "later", thread_id=played.run.thread_id))
    assert later.live.title is None
