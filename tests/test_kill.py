"""A server that is killed while it answers, and started again. More of it: `python -m benchmarks.kill`."""

from pathlib import Path

from benchmarks.kill import crashes


async def test_a_killed_server_keeps_questions_and_what_was_said_and_goes_on(tmp_path: Path) -> None:
    outcomes = [one async for some in crashes(3, streams=2, seed=3, page=False, folder=tmp_path) for one in some]
    assert len(outcomes) == 6
    assert [one for one in outcomes if one.wrong] == []
