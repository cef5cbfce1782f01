"""The suite's own eye on frames sees what it is there for."""

import pytest

from playground.runs.live import Frame
from tests.frames import fault, frames_checked

GOOD = b'{"type":"notice","level":"info","message":"All is well."}'


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"unheard.of"}',
        b'{"type":"error","code":"other","allow_retry":false}',
        GOOD + b"\n",
        b'{"level":"info","type":"notice","message":"In another order."}',
        b'{"type":"thread.item.added","item":{"id":"i","thread_id":"t","created_at":"2026-01-02T03:04:05Z",'
        b'"type":"sdk_hidden_context","content":"secret"}}',
    ],
    ids=["unknown", "code", "line", "order", "hidden"],
)
def test_what_no_ui_may_see_is_noticed(data: bytes) -> None:
    assert fault(data) is not None


def test_a_good_one_passes() -> None:
    with frames_checked() as faults:
        frame = Frame(1, GOOD)
    assert faults == []
    assert (frame.seq, frame.data) == (1, GOOD)
