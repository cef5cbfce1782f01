"""The file of a batch: what survives, what is mended, and what is left alone."""

import resource
import signal
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from playground.compare.terminal.results import Result, Results, ResultsError
from playground.records import RunStatus

PATH = Path("out.jsonl")


def _result(fingerprint: str, *, status: RunStatus | None = "completed", error: str | None = None) -> Result:
    return Result(
        fingerprint=fingerprint,
        line=1,
        prompt="größer",
        fields={"id": "7"},
        agent="assistant",
        model="compatible/echo",
        status=status,
        error=error,
        cost=Decimal("0.0012"),
        at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def _kept(*results: Result) -> bytes:
    held = Results.open(PATH)
    for result in results:
        held.add(result)
    held.close()
    return PATH.read_bytes()


def test_what_was_added_is_there_when_the_file_is_opened_again() -> None:
    data = _kept(_result("a"), _result("b", status="failed"), _result("b"))
    assert data.count(b"\n") == 3
    held = Results.open(PATH)
    assert held.last == {"a": _result("a"), "b": _result("b")}
    held.close()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_last_line_that_was_cut_off_is_taken_away(cut: int) -> None:
    first = _kept(_result("a"))
    whole = _kept(_result("b"))
    PATH.write_bytes(whole[: len(first) + cut])
    assert _kept(_result("c")).splitlines(keepends=True)[:1] == [first]
    held = Results.open(PATH)
    assert list(held.last) == ["a", "c"]
    held.close()


def test_a_last_line_that_only_lacks_its_end_is_kept() -> None:
    PATH.write_bytes(_kept(_result("a"))[:-1])
    assert len(_kept(_result("b")).splitlines()) == 2


@pytest.mark.parametrize("data", [b"my notes", b"my notes\n", b'{"prompt": "one"}\n', b'{"fingerprint":"a"}\n', b"\n"])
def test_a_file_of_something_else_is_refused_and_left_as_it_is(data: bytes) -> None:
    PATH.write_bytes(data)
    with pytest.raises(ResultsError, match=r"out\.jsonl, line 1: this is not a result"):
        Results.open(PATH)
    assert PATH.read_bytes() == data


def test_a_second_command_cannot_write_to_the_same_file() -> None:
    held = Results.open(PATH)
    with pytest.raises(ResultsError, match="another command"):
        Results.open(PATH)
    held.close()
    Results.open(PATH).close()


def test_a_full_disk_is_told_and_leaves_only_whole_lines() -> None:
    before = _kept(_result("a"))
    held = Results.open(PATH)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    earlier = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match=r"out\.jsonl: "):
            held.add(_result("b"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, earlier)
    held.close()
    assert PATH.read_bytes() == before


def test_a_file_to_which_nothing_was_added_is_not_left_behind() -> None:
    assert not _kept_nothing()
    PATH.write_bytes(_kept(_result("a")))
    assert _kept_nothing()


def _kept_nothing() -> bool:
    Results.open(PATH).close()
    return PATH.exists()


@pytest.mark.parametrize("path", [Path("/dev/null"), Path(), Path("nowhere/out.jsonl")])
def test_what_is_no_file_is_refused(path: Path) -> None:
    with pytest.raises(ResultsError):
        Results.open(path)


@pytest.mark.parametrize(
    ("status", "error", "answered", "failed"),
    [
        ("completed", None, True, False),
        ("incomplete", None, True, False),
        ("cancelled", None, False, False),
        ("cancelled", "It waits.", False, True),
        ("failed", "No.", False, True),
        (None, "No.", False, True),
    ],
)
def test_what_was_stopped_did_not_fail(
    status: RunStatus | None, error: str | None, answered: bool, failed: bool
) -> None:
    result = _result("a", status=status, error=error)
    assert (result.answered, result.failed) == (answered, failed)
