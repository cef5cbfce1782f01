"""Whatever the provider does, the visitor keeps what came, learns why it ended, and nothing leaks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import ErrorEvent, NoticeEvent

from playground.records import RunStatus
from playground.runs.engine import Engine
from tests.runs.agents import SECRET
from tests.runs.conftest import Lab, Played
from tests.wire import CANARY

PROVIDERS = ("compatible", "openai")
FIVE = "w0 w1 w2 w3 w4"
IMPATIENT: dict[str, Any] = {"first_token_timeout": 2, "token_gap_timeout": 2}
SILENCES = ("did not begin", "fell silent")


@dataclass(frozen=True)
class Case:
    """A mode of the provider, and what must come of it."""

    mode: str
    status: RunStatus
    calls: int = 1
    text: str = ""
    allow_retry: bool = True
    word: str = ""


CASES = (
    Case("status-401", "failed", allow_retry=False, word="key"),
    Case("status-403", "failed", allow_retry=False, word="key"),
    Case("status-404", "failed", allow_retry=False, word="does not offer"),
    Case("status-429-retry-after-0.05", "failed", calls=3, word="limits"),
    Case("status-429-retry-after-3600", "failed", word="3600 seconds"),
    Case("status-500", "failed", calls=3, word="error of its own"),
    Case("status-529", "failed", calls=3, word="overloaded"),
    Case("hang", "failed", word="did not begin"),
    Case("hang-open", "failed", word="did not begin"),
    Case("stall-5", "failed", text=FIVE, word="fell silent"),
    Case("cut-5", "failed", text=FIVE, word="broke off"),
    Case("drop-5", "failed", text=FIVE, word="lost"),
    Case("badjson-5", "failed", text=FIVE, word="cannot be read"),
    Case("inerror-5", "failed", text=FIVE, word="error of its own"),
    Case("failed-5", "failed", text=FIVE, word="error of its own"),
    Case("cut-0", "failed", calls=3, word="broke off"),
    Case("length-5", "incomplete", text=FIVE, word="limit of tokens"),
    Case("filter-5", "incomplete", text=FIVE, word="filter"),
    Case("refusal", "failed", text="I will not do that.", allow_retry=False, word="declined"),
)


def _said(played: Played) -> ErrorEvent | NoticeEvent:
    """The one event that tells why."""
    [told] = [event for event in played.events if isinstance(event, ErrorEvent | NoticeEvent)]
    return told


def _everything_kept(lab: Lab) -> bytes:
    folder = Path(str(lab.database.url.database)).parent
    return b"".join(path.read_bytes() for path in folder.glob("playground.db*"))


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.mode))
async def test_a_failure_ends_the_run_readably(lab: Lab, provider: str, case: Case) -> None:
    engine = await (lab.start(**IMPATIENT) if case.word in SILENCES else lab.start())
    played = await lab.finish(engine, lab.order(f"{provider}/{case.mode}"))
    told = _said(played)
    assert played.run.status == case.status
    assert case.word in str(told.message)
    assert (played.run.error, played.run.allow_retry) == (told.message, case.allow_retry)
    assert isinstance(told, NoticeEvent) or told.allow_retry == case.allow_retry
    assert len(lab.wire.calls) == case.calls
    assert played.text == case.text
    stored = await lab.stored(played.run.thread_id)
    assert stored.items == played.items
    assert not played.live.open_ids
    assert [item.type for item in stored.items] == ["user_message", *["assistant_message"] * bool(case.text)]
    seen = b"".join(frame.data for frame in played.frames)
    assert CANARY.encode() not in seen + _everything_kept(lab)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_failure_before_the_first_token_is_tried_again_unseen(lab: Lab, engine: Engine, provider: str) -> None:
    played = await lab.finish(engine, lab.order(f"{provider}/flaky-2"))
    assert (played.run.status, played.text, len(lab.wire.calls)) == ("completed", FIVE, 3)
    assert not [event for event in played.events if isinstance(event, ErrorEvent | NoticeEvent)]


@pytest.mark.parametrize("mode", ["hang", "hang-open", "stall-5"])
async def test_a_silent_providers_socket_is_closed(lab: Lab, mode: str) -> None:
    engine = await lab.start(**IMPATIENT)
    await lab.finish(engine, lab.order(mode))
    [call] = lab.wire.calls
    await call.over.wait()
    assert call.disconnected


@pytest.mark.parametrize("mode", ["echo", "words-200", "think-20-words-20", "tool:now:{}"])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_normal_end_is_completed(lab: Lab, engine: Engine, provider: str, mode: str) -> None:
    played = await lab.finish(engine, lab.order(f"{provider}/{mode}", agent="worker"))
    assert (played.run.status, played.run.error, played.run.allow_retry) == ("completed", None, False)
    assert (await lab.stored(played.run.thread_id)).items == played.items
    assert not played.live.open_ids


async def test_the_next_message_after_a_failure_is_answered(lab: Lab, engine: Engine) -> None:
    first = await lab.finish(engine, lab.order("cut-5"))
    second = await lab.finish(engine, lab.order("echo", "again", thread_id=first.run.thread_id))
    assert second.run.status == "completed"
    assert await lab.said(first.run.thread_id) == [
        ("user", "hello"),
        ("assistant", FIVE),
        ("user", "again"),
        ("assistant", "again"),
    ]


async def test_a_key_that_is_missing_is_named_before_anything_begins(lab: Lab) -> None:
    engine = await lab.start(openai_api_key=None)
    with pytest.raises(Exception, match="OPENAI_API_KEY"):
        await engine.submit(lab.order("openai/echo"))
    assert await lab.every_row() == []


@pytest.mark.parametrize(("tool", "status"), [("break_down", "completed"), ("explode", "failed")])
async def test_a_tools_secret_reaches_nobody(lab: Lab, engine: Engine, tool: str, status: RunStatus) -> None:
    played = await lab.finish(engine, lab.order(f"tool:{tool}:{{}}", agent="worker"))
    assert played.run.status == status
    [_, workflow, *_] = played.items
    assert workflow.type == "workflow"
    assert [task.status_indicator for task in workflow.workflow.tasks] == ["complete"]
    assert ("failed" if status == "completed" else "not finished") in workflow.model_dump_json()
    told = str([call.body for call in lab.wire.calls])
    assert SECRET not in told + played.text
    assert SECRET.encode() not in _everything_kept(lab) + b"".join(frame.data for frame in played.frames)
