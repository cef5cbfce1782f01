"""What a run took, what it cost, and what was left out for its model: in the record, also after a reload."""

from decimal import Decimal
from typing import Any

import pytest
from chatkit.types import NoticeEvent
from pydantic import SecretStr

from playground.prices import cost
from playground.protocol.view import view
from playground.records import Decision, LaneSettings, RunRecord
from playground.runs.approvals import Verdict
from playground.runs.engine import Engine
from tests.runs.conftest import Lab, Played, until

CLAUDE = "anthropic/claude-haiku-4-5-"
"""A plan behind it is still priced: the list knows the name by its beginning."""


def keyed(lab: Lab) -> dict[str, Any]:
    agents = tuple(f"tests.runs.agents:{name}" for name in ("worker", "cold", "boss", "payer"))
    return {"anthropic_api_key": SecretStr("sk-test"), "anthropic_base_url": lab.wire.root, "agent": agents}


@pytest.fixture
async def engine(lab: Lab) -> Engine:
    return await lab.start(**keyed(lab))


async def reloaded(lab: Lab, run: RunRecord) -> RunRecord:
    """The run as a page finds it later."""
    found = await lab.database.read(
        lambda session: view(session, visitor_id=lab.visitor.id, thread_id=run.thread_id, limit=60)
    )
    return next(one for one in found.runs.values() if one.id == run.id)


def notices(played: Played) -> list[str | None]:
    return [event.message for event in played.events if isinstance(event, NoticeEvent)]


async def test_each_turn_and_its_cost_are_kept(lab: Lab, engine: Engine) -> None:
    model = f"{CLAUDE}tool:now:{{}}"
    run = (await lab.finish(engine, lab.order(model, agent="worker"))).run
    assert (run.status, run.usage.turns, run.tool_calls) == ("completed", 2, 1)
    assert [turn.model for turn in run.turns] == [model, model]
    for turn in run.turns:
        assert turn.input_tokens > 0
        assert turn.output_tokens > 0
        assert turn.cost == cost(model, turn)
    assert run.cost == sum((turn.cost or Decimal(0) for turn in run.turns), Decimal(0)) > 0
    for name in ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens"):
        assert getattr(run.usage, name) == sum(getattr(turn, name) for turn in run.turns)
    assert await reloaded(lab, run) == run


@pytest.mark.parametrize("model", ["compatible/echo", "openai/gpt-6-echo"])
async def test_a_model_without_a_price_has_turns_and_no_cost(lab: Lab, engine: Engine, model: str) -> None:
    run = (await lab.finish(engine, lab.order(model))).run
    assert run.cost is None
    assert [turn.cost for turn in run.turns] == [None]
    assert run.notes == ()
    assert await reloaded(lab, run) == run


async def test_a_run_that_failed_before_it_began_cost_nothing(lab: Lab, engine: Engine) -> None:
    run = (await lab.finish(engine, lab.order(f"{CLAUDE}status-401"))).run
    assert (run.status, run.turns) == ("failed", ())
    assert run.cost == 0


async def test_a_stopped_run_keeps_the_turns_that_were_told_and_no_cost(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(f"{CLAUDE}words-5000@50"))
    live = engine._live[run.id]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    await until(lambda: len(live.frames) > 5)
    ended = await engine.stop(lab.visitor, run.id)
    assert (ended.status, ended.usage.turns, ended.turns, ended.cost) == ("cancelled", 1, (), None)


async def test_a_run_that_was_stopped_for_its_turns_keeps_them_all(lab: Lab) -> None:
    engine = await lab.start(**keyed(lab), max_turns=3)
    run = (await lab.finish(engine, lab.order(f"{CLAUDE}loop:now:{{}}", agent="worker"))).run
    assert (run.status, len(run.turns)) == ("failed", 3)
    assert run.cost == sum((turn.cost or Decimal(0) for turn in run.turns), Decimal(0))


async def test_the_turns_of_an_agent_that_is_used_as_a_tool_are_kept(lab: Lab, engine: Engine) -> None:
    order = lab.order(f'{CLAUDE}tool:now:{{"input": "hi"}}', agent="tests.runs.agents:boss")
    run = (await lab.finish(engine, order)).run
    assert run.status == "completed"
    assert len(run.turns) > run.usage.turns == 2
    assert run.cost is not None


async def test_what_the_model_does_not_take_is_noted_in_the_record_and_told_once(lab: Lab, engine: Engine) -> None:
    model = f"{CLAUDE}echo"
    played = await lab.finish(engine, lab.order(model, settings=LaneSettings(temperature=0.5)))
    sentence = f"Temperature is not supported by {model}; it was left out."
    assert notices(played) == [sentence]
    assert played.run.notes == (sentence,)
    assert await reloaded(lab, played.run) == played.run
    assert "temperature" not in lab.wire.calls[0].body


async def test_an_agents_own_settings_are_noted_too(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order("openai/gpt-6-echo", agent="tests.runs.agents:cold"))
    sentence = "Temperature and frequency penalty are not supported by openai/gpt-6-echo; they were left out."
    assert played.run.status == "completed"
    assert played.run.notes == (sentence,)
    assert notices(played) == [sentence]
    assert "temperature" not in lab.wire.calls[0].body


async def test_thoughts_that_the_next_model_cannot_read_are_noted_and_not_announced(lab: Lab, engine: Engine) -> None:
    first = await lab.finish(engine, lab.order("openai/gpt-6-think-5-words-5"))
    assert first.run.notes == ()
    second = await lab.finish(engine, lab.order(f"{CLAUDE}echo", "again", thread_id=first.run.thread_id))
    assert second.run.notes == (
        "Thoughts of openai/gpt-6-think-5-words-5 were left out: only the model that had them can read them.",
    )
    assert notices(second) == []
    again = await lab.finish(
        engine, lab.order("openai/gpt-6-think-5-words-5", "and again", thread_id=first.run.thread_id)
    )
    assert again.run.notes == ()


async def test_a_run_that_goes_on_with_another_model_keeps_the_turns_of_both(lab: Lab, engine: Engine) -> None:
    first, second = "openai/gpt-6-think-5-tool:hold:{}", f"{CLAUDE}think-5-tool:hold:{{}}"
    run = await engine.submit(lab.order(second, agent="tests.runs.agents:payer", settings=LaneSettings(temperature=1)))
    await until(lambda: awaits(lab, engine, run.id))
    waits = await engine.run(lab.visitor, run.id)
    assert [turn.model for turn in waits.turns] == [second]
    assert waits.cost == waits.turns[0].cost
    refused = f"Temperature is not supported by {second}; it was left out."
    assert waits.notes == (refused,)
    verdict = Verdict([Decision(ask.call_id, approve=True) for ask in waits.asks], model=first)
    await engine.decide(lab.visitor, run.id, verdict)
    ended = (await lab.played(engine, run.id)).run
    assert (ended.status, ended.usage.turns) == ("completed", 2)
    assert [(turn.model, turn.cost is None) for turn in ended.turns] == [(second, False), (first, True)]
    assert ended.cost is None
    assert ended.usage.input_tokens == sum(turn.input_tokens for turn in ended.turns)
    assert ended.notes == (
        refused,
        f"Temperature is not supported by {first}; it was left out.",
        f"Thoughts of {second} were left out: only the model that had them can read them.",
    )
    assert await reloaded(lab, ended) == ended


async def awaits(lab: Lab, engine: Engine, run_id: str) -> bool:
    return (await engine.run(lab.visitor, run_id)).status == "awaiting_approval"
