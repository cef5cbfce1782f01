import asyncio
import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from playground import logs
from playground.settings import Settings

SECRET = "correct horse battery staple"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Logging belongs to the process; each test leaves it as it was."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def _events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    structlog.get_logger("playground.web").info("request", path="/a\nb", ms=3)
    (event,) = _events(stream)
    assert (event["event"], event["level"], event["path"], event["ms"]) == ("request", "info", "/a\nb", 3)
    assert event["logger"] == "playground.web"
    assert datetime.fromisoformat(event["timestamp"]).utcoffset() == timedelta(0)


def test_on_a_terminal_it_is_key_value() -> None:
    stream = Terminal()
    logs.configure("info", stream)
    structlog.get_logger().info("request", path="/a b\nc")
    assert stream.getvalue().count("\n") == 1
    assert "level=info event=request" in stream.getvalue()
    assert r'path="/a b\nc"' in stream.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["file", "terminal"])
def test_a_terminal_is_not_told_what_to_do(stream: io.StringIO) -> None:
    logs.configure("info", stream)
    structlog.get_logger().info("request", path="/\x1b]0;owned\x07", model="compatible/\x9b31m")
    logging.getLogger("x").warning("half\rof \x1b[31m it")
    assert all(char.isprintable() or char == "\n" for char in stream.getvalue())
    assert "owned" in stream.getvalue()


def test_the_standard_library_writes_the_same_way() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    logging.getLogger("playground.store").warning("waited %s s", 3, extra={"tries": 2})
    (event,) = _events(stream)
    assert (event["event"], event["level"], event["tries"]) == ("waited 3 s", "warning", 2)


def test_an_exception_stays_in_its_line() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    try:
        raise OSError("the disk is gone")
    except OSError:
        logging.getLogger("playground").exception("failed")
        structlog.get_logger().exception("failed")
    for event in _events(stream):
        assert "OSError: the disk is gone" in event["exception"]


def test_less_than_the_level_is_left_out() -> None:
    stream = io.StringIO()
    logs.configure("warning", stream)
    structlog.get_logger().info("quiet")
    logging.getLogger("playground").info("quiet")
    assert not stream.getvalue()


@pytest.mark.parametrize("name", ["httpx", "openai", "uvicorn.error", "gradio.queueing", "openai.agents"])
def test_libraries_are_not_heard_below_a_warning(name: str) -> None:
    stream = io.StringIO()
    logs.configure("debug", stream)
    logging.getLogger(name).info("request with a body")
    logging.getLogger(name).warning("heard")
    assert [event["event"] for event in _events(stream)] == ["heard"]


def test_connections_cut_at_the_shutdown_are_not_worth_a_line() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    try:
        raise asyncio.CancelledError
    except asyncio.CancelledError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    logging.getLogger("uvicorn.error").error("Cancel %s running task(s), timeout graceful shutdown exceeded", 1)
    assert not stream.getvalue()


def test_warnings_are_events() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    with warnings.catch_warnings(action="always"):
        warnings.warn("old", stacklevel=1)
    assert "old" in _events(stream)[0]["event"]


def test_configuring_again_does_not_write_twice() -> None:
    first, second = io.StringIO(), io.StringIO()
    logs.configure("info", first)
    logs.configure("info", second)
    structlog.get_logger().info("once")
    assert not first.getvalue()
    assert len(_events(second)) == 1


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_a_secret_is_never_written(stream: io.StringIO) -> None:
    logs.configure("debug", stream, secrets=[SECRET])
    structlog.get_logger().info("sent", headers={"x-key": SECRET}, also=[SECRET])
    logging.getLogger("playground").info("key %s", SECRET)
    try:
        raise ValueError(f"bad key {SECRET}")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().count(logs.HIDDEN) >= 4


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Incorrect API key: sk-proj-abcDEF123_456.", "Incorrect API key: [hidden]."),
        ("key sk-ant-api03-abcdefgh", "key [hidden]"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer [hidden]"),
        ("'authorization': 'bearer abcdefgh'", "'authorization': 'bearer [hidden]'"),
        ("AIzaSyA-1234567890123456789012345", "[hidden]"),
        ("postgresql+psycopg://me:hunter22@db/x", "postgresql+psycopg://me:[hidden]@db/x"),
    ],
)
def test_what_looks_like_a_key_is_hidden(line: str, kept: str) -> None:
    assert logs.redacted(line) == kept


@pytest.mark.parametrize(
    "line",
    ["risk-averse", "http://127.0.0.1:7860/gradio_api/queue", "the bearer of news", "a task-scheduler", "msk-1"],
)
def test_ordinary_words_are_kept(line: str) -> None:
    assert logs.redacted(line) == line


def test_the_secrets_of_the_settings_are_found() -> None:
    settings = Settings(openai_api_key=SecretStr("one-key"), compatible_api_key=SecretStr("another"))
    assert sorted(logs.secrets_of(settings)) == ["another", "one-key"]


def test_an_error_is_told_in_one_line_without_keys() -> None:
    assert logs.one_line(ValueError(f"no {SECRET} here\nbut there"), [SECRET]) == "no [hidden] here"
    assert logs.one_line(TimeoutError()) == "TimeoutError"
    assert not {"\x1b", "\x9b"} & set(logs.one_line(ValueError("\x1b[2J \x9b31m")))  # from a file, perhaps
