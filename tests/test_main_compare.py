"""`compare` at the command line: what it prints, writes and sends, how it exits, and how it goes on."""

import asyncio
import json
import logging
import os
import pty
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from playground.__main__ import commands
from playground.compare.saving import comparison
from playground.quiet import SILENCE
from tests.wire import Wire, serve

ROOT = Path(__file__).parent.parent
KEY = "sk-made-up-0123456789"


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command sets up the process it runs in; here that is the test's."""
    for name in (*SILENCE, "OPENAI_AGENTS_DISABLE_TRACING"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
async def wire(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    """The fake provider, as OpenAI and as a compatible server."""
    async with serve() as wire:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", wire.base_url)
        monkeypatch.setenv("PLAYGROUND_COMPATIBLE_BASE_URL", wire.base_url)
        monkeypatch.setenv("PLAYGROUND_MODEL_RETRIES", "0")
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        yield wire


async def _compare(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, commands, ["compare", *arguments], stdin)


def _asked(wire: Wire) -> Counter[tuple[str, str]]:
    """How often each model got each message."""
    return Counter((call.model, _message(call.body)) for call in wire.calls if call.method == "POST")


def _message(body: dict[str, Any]) -> str:
    last = (body.get("messages") or body["input"])[-1]["content"]
    return last if isinstance(last, str) else str(last[-1]["text"])


def _exists(name: str) -> bool:
    return Path(name).exists()


def _write(name: str, text: str) -> None:
    Path(name).write_text(text)


def _append(name: str, text: str) -> None:
    with Path(name).open("a") as file:
        file.write(text)


def _lines() -> list[dict[str, Any]]:
    """What a batch has so far."""
    path = Path("o.jsonl")
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def _rows(output: str) -> dict[str, list[str]]:
    return {cells[0]: cells[1:] for line in output.splitlines() if (cells := re.split(r"\s{2,}", line.strip()))}


# -- one prompt -------------------------------------------------------------------------------------------------


async def test_all_models_are_asked_at_once_and_shown_side_by_side(wire: Wire) -> None:
    result = await _compare("Hello there", "--models", "compatible/echo,openai/words-3")
    assert result.exit_code == 0
    rows = _rows(result.stdout)
    assert rows["Model"][:2] == ["Status", "First token"]
    assert rows["compatible/echo"][0] == rows["openai/words-3"][0] == "Completed"
    assert "── compatible/echo ──\nHello there\n\n── openai/words-3 ──\nw0 w1 w2\n" in result.stdout
    assert _asked(wire) == {("echo", "Hello there"): 1, ("words-3", "Hello there"): 1}
    assert sorted(line.split(" in ")[0] for line in result.stderr.splitlines()) == [
        "compatible/echo: completed",
        "openai/words-3: completed",
    ]


@pytest.mark.usefixtures("wire")
async def test_the_best_is_marked_and_nothing_in_a_pipe_is_a_control_code() -> None:
    result = await _compare("a\x1b[31m\x07b\u202ec", "--models", "compatible/echo,openai/words-30")
    assert _rows(result.stdout)["compatible/echo"].count("1 *") == 1
    assert "a\\x1b[31m\\x07b\\u202ec" in result.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.output)


@pytest.mark.usefixtures("wire")
async def test_json_is_all_there_is_on_standard_output() -> None:
    result = await _compare("hi", "--models", "compatible/echo,openai/cut-2", "--json", "--repeat", "2")
    assert result.exit_code == 1
    found = comparison.read(result.stdout)
    assert found.title == "hi"
    assert [lane.model for lane in found.lanes] == ["compatible/echo", "openai/cut-2"]
    assert [[reply.run.status for reply in one.replies if reply.run] for one in found.rounds] == [
        ["completed", "failed"],
        ["completed", "failed"],
    ]
    assert "openai/cut-2" in result.stderr
    assert KEY not in result.output


@pytest.mark.usefixtures("wire")
async def test_the_page_is_written_as_a_file(tmp_path: Path) -> None:
    result = await _compare("hi", "--models", "compatible/echo", "--html", "out.html", "--no-answers", "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "──" not in result.stdout
    page = (tmp_path / "out.html").read_text()
    assert "compatible/echo" in page
    assert "<script" not in page


async def test_what_is_asked_again_and_again_is_grouped_by_what_was_said(wire: Wire) -> None:
    result = await _compare("hi", "--models", "compatible/echo", "--repeat", "3")
    assert result.exit_code == 0
    assert "── compatible/echo, 3 of 3 ──\nhi\n" in result.stdout
    assert {"Least", "Median", "Most"} <= set(result.stdout.split())
    assert _asked(wire) == {("echo", "hi"): 3}


async def test_settings_of_the_lane_reach_every_model(wire: Wire) -> None:
    settings = ("--instructions", "Repeat.", "--max-tokens", "77", "--temperature", "0.5")
    assert (await _compare("hi", "--models", "compatible/echo,compatible/words-3", *settings)).exit_code == 0
    bodies = [call.body for call in wire.calls if call.method == "POST"]
    assert [body["temperature"] for body in bodies] == [0.5, 0.5]
    assert [body.get("max_tokens") or body["max_completion_tokens"] for body in bodies] == [77, 77]
    assert ["Repeat." in str(body["messages"][0]) for body in bodies] == [True, True]


@pytest.mark.usefixtures("wire")
async def test_an_agent_of_ones_own_runs_its_tools() -> None:
    model = 'compatible/tool:stamp:{"text": "x"}'
    result = await _compare("hi", "--agent", "tests.staff:clerk", "--models", model)
    assert result.exit_code == 0
    assert "The tool said: stamped x" in result.stdout


async def test_the_prompt_may_come_from_standard_input(wire: Wire) -> None:
    result = await _compare("-", "--models", "compatible/echo", stdin="\ufeffgrößer\nals eins\n".encode())
    assert result.exit_code == 0
    assert _asked(wire) == {("echo", "größer\nals eins"): 1}


@pytest.mark.usefixtures("wire")
async def test_without_models_each_provider_that_is_set_answers_with_its_default() -> None:
    result = await _compare("hi")
    assert result.exit_code == 1  # the wire does not know OpenAI's model
    assert set(_rows(result.stdout)) >= {"openai/gpt-6.1-terra", "compatible/echo"}


@pytest.mark.usefixtures("wire")
async def test_the_conversations_are_one_visitors_and_kept(sqlite_url: str, tmp_path: Path) -> None:
    for _ in range(2):
        arguments = ("hi", "--models", "compatible/echo", "--database-url", sqlite_url)
        assert (await _compare(*arguments)).exit_code == 0
    assert (tmp_path / "playground.db").exists()
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("wire")
async def test_an_approval_that_nobody_can_give_is_told_of() -> None:
    model = 'compatible/tool:add_line:{"text": "milk"}'
    result = await _compare("hi", "--agent", "clerk", "--models", model)
    assert result.exit_code == 1
    assert "waits for an approval" in result.stderr


# -- wrong use --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Give a PROMPT, or a file of them"),
        (["hi", "--prompts", "p.txt", "--output", "o"], "Give a PROMPT, or a file of them"),
        ([" "], "The prompt is empty."),
        (["hi", "--models", "nope/x"], "The providers are openai/…"),
        (["hi", "--models", "echo"], "The providers are openai/…"),
        (["hi", "--models", "anthropic/claude-haiku-5-5"], "Set ANTHROPIC_API_KEY"),
        (["hi", "--models", "compatible/echo,google/x"], "Set GEMINI_API_KEY"),
        (["hi", "--models", "local/nothing"], "There is no local/nothing. Local models here: none"),
        (["hi", "--models", " , "], "--models names no model"),
        (["hi", "--models", "openai/a,openai/a"], "use --repeat"),
        (["hi", "--models", ",".join(f"openai/{n}" for n in range(9))], "At most 8 models"),
        (["hi", "--agent", "nobody"], "There is no agent named 'nobody'"),
        (["hi", "--agent", "nowhere:agent"], "there is no module 'nowhere'"),
        (["hi", "--temperature", "3"], "--temperature"),
        (["hi", "--instructions", "x" * 20_001], "--instructions: String should have at most"),
        (["x" * 100_001], "The prompt has more than 100,000 characters."),
        (["hi", "--repeat", "11"], "--repeat"),
        (["hi", "--output", "o"], "--output, --concurrency and --rate go with --prompts"),
        (["hi", "--html", "nowhere/x.html"], "nowhere/x.html cannot be written"),
        (["hi", "--database-url", "mysql://localhost/x"], "mysql is not supported"),
        (["--prompts", "p.txt"], "--prompts needs --output FILE"),
        (["--prompts", "p.txt", "--output", "o", "--json"], "--json and --html show one comparison"),
        (["--prompts", "none.txt", "--output", "o"], "none.txt: No such file"),
        (["--prompts", "p.txt", "--output", "p.txt"], "--output must not be the file of the prompts"),
        (["--prompts", "bad.csv", "--output", "o"], "bad.csv, line 3: there are 1 columns"),
        (["--prompts", "p.txt", "--output", "bad.csv"], "bad.csv, line 1: this is not a result"),
        (["--prompts", "p.txt", "--output", "o", "--models", "google/x"], "Set GEMINI_API_KEY"),
        (["--prompts", "p.txt", "--output", "o", "--rate", "openai"], "--rate: write openai=N"),
        (["--prompts", "p.txt", "--output", "o", "--rate", "openai=0"], "--rate: write openai=N"),
        (["--prompts", "p.txt", "--output", "o", "--rate", "nope=1"], "there is no provider named 'nope'"),
    ],
)
async def test_wrong_use_is_told_in_one_line_before_anything_is_sent(
    wire: Wire, arguments: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYGROUND_LOCAL_MODEL", "off")
    _write("p.txt", "one\ntwo\n")
    _write("bad.csv", "id,prompt\n1,hello\n2\n")
    result = await _compare(*arguments)
    assert result.exit_code == 2
    assert complaint in re.sub(r"\s+", " ", result.stderr)
    assert not _asked(wire)
    assert result.stdout == ""
    assert not _exists("o")
    assert KEY not in result.output


@pytest.mark.usefixtures("wire")
@pytest.mark.parametrize("url", ["postgresql://me:hunter22@127.0.0.1:1/x", "sqlite:////proc/nowhere/x.db"])
async def test_a_database_that_cannot_be_opened_is_told_in_one_line(url: str) -> None:
    result = await _compare("hi", "--models", "compatible/echo", "--database-url", url)
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "hunter22" not in result.output


# -- many prompts -----------------------------------------------------------------------------------------------


async def test_a_batch_is_summed_up_by_model_and_in_all(wire: Wire) -> None:
    _write("p.csv", "id,prompt\n7,one\n8,two\n")
    batch = ("--prompts", "p.csv", "--output", "o.jsonl", "--models", "compatible/echo,openai/cut-2", "--repeat", "2")
    result = await _compare(*batch)
    assert result.exit_code == 1
    rows = _rows(result.stdout)
    assert [rows[name][:3] for name in ("compatible/echo", "openai/cut-2", "all")] == [
        ["4", "0", "0"],
        ["0", "4", "0"],
        ["4", "4", "0"],
    ]
    assert "8 answers to get" in result.stderr
    assert "line 3, openai/cut-2: The answer from OpenAI broke off" in result.stderr
    assert {line["fields"]["id"] for line in _lines()} == {"7", "8"}
    again = await _compare(*batch, "--quiet")
    assert again.exit_code == 1
    assert _asked(wire) == {
        (model, prompt): count for model, count in (("echo", 2), ("cut-2", 4)) for prompt in ("one", "two")
    }


async def test_a_batch_that_is_done_asks_nobody(wire: Wire) -> None:
    _write("p.txt", "one\ntwo\n")
    batch = ("--prompts", "p.txt", "--output", "o.jsonl", "--models", "compatible/echo")
    assert (await _compare(*batch)).exit_code == 0
    before = _lines()
    result = await _compare(*batch)
    assert (result.exit_code, _lines()) == (0, before)
    assert "0 answers to get" in result.stderr
    assert _asked(wire).total() == 2


# -- a process of its own ---------------------------------------------------------------------------------------


@dataclass
class Started:
    """A command that runs."""

    process: asyncio.subprocess.Process
    out: str = ""
    err: str = ""

    async def over(self) -> int:
        """Its exit code, once it has ended."""
        out, err = await self.process.communicate()
        self.out, self.err = out.decode(), err.decode()
        assert self.process.returncode is not None
        return self.process.returncode


async def _start(*arguments: str) -> Started:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "playground", "compare", *arguments)
    return Started(await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe))


async def _reach(started: Started, wire: Wire, *, asked: int, lines: int) -> None:
    """Until models were asked so often, and the file has so many lines."""
    while _asked(wire).total() < asked or len(_lines()) < lines:
        assert started.process.returncode is None, (await started.process.communicate())[1].decode()
        await asyncio.sleep(0.02)


BATCH = ("--prompts", "p.txt", "--output", "o.jsonl", "--models", "compatible/echo,openai/flaky-1-stall")
"""Every other answer of the second model is not one: its connection stays open and silent."""


async def test_an_interrupted_batch_goes_on_where_it_stopped(wire: Wire) -> None:
    _write("p.txt", "one\ntwo\nthree\n")
    for asked, lines in ((6, 4), (8, 7)):
        started = await _start(*BATCH)
        await _reach(started, wire, asked=asked, lines=lines)
        started.process.send_signal(signal.SIGINT)
        assert await started.over() == 130
        assert "The same command goes on from o.jsonl" in started.err
        assert "Traceback" not in started.err
    assert await (await _start(*BATCH)).over() == 0
    lines_of = Counter((line["model"].partition("/")[2], line["prompt"]) for line in _lines())
    assert lines_of == _asked(wire)
    assert Counter(line["status"] for line in _lines()) == {"completed": 6, "cancelled": 3}
    assert [lines_of["echo", prompt] for prompt in ("one", "two", "three")] == [1, 1, 1]


async def test_a_killed_batch_goes_on_where_it_stopped(wire: Wire) -> None:
    _write("p.txt", "one\n")
    started = await _start(*BATCH)
    await _reach(started, wire, asked=2, lines=1)
    started.process.kill()
    assert await started.over() == -signal.SIGKILL
    _append("o.jsonl", '{"fingerprint":"0123456789')  # what a write leaves that was cut off
    assert await (await _start(*BATCH)).over() == 0
    assert [line["status"] for line in _lines()] == ["completed"] * 2
    assert _asked(wire) == {("echo", "one"): 1, ("flaky-1-stall", "one"): 2}


async def test_ctrl_c_stops_a_comparison_and_shows_what_there_is(wire: Wire) -> None:
    started = await _start("hi", "--models", "compatible/echo,openai/stall-5")
    await wire.seen(1)
    assert started.process.stderr is not None
    line = await started.process.stderr.readline()
    assert line.startswith(b"compatible/echo: completed")
    started.process.send_signal(signal.SIGINT)
    assert await started.over() == 130
    rows = _rows(started.out)
    assert (rows["compatible/echo"][0], rows["openai/stall-5"][0]) == ("Completed", "Stopped")
    assert len(wire.disconnects) == 1


def test_a_second_ctrl_c_ends_it_at_once() -> None:
    code = (
        "import asyncio, os, signal\n"
        "from playground.commands.interrupts import Interrupts\n"
        "async def main():\n"
        "    async def stop():\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await asyncio.Event().wait()\n"
        "    with Interrupts(stop, lambda: print('last', flush=True)):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (result.returncode, result.stdout, result.stderr) == (130, "last\n", "")


@pytest.mark.usefixtures("wire")
async def test_a_terminal_shows_each_model_while_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "playground", "compare", "hi", "--models", "compatible/echo,openai/words-30@30")
    process = await asyncio.create_subprocess_exec(*command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = await asyncio.to_thread(_read_all, ours)
    assert await process.wait() == 0
    live, _, final = seen.rpartition("\x1b[2K")
    assert "Answering" in live
    assert "\x1b[?25h" in live + final  # the cursor is back
    assert "Completed" in final
    assert "── openai/words-30@30 ──" in final


def _read_all(terminal: int) -> str:
    data = b""
    while True:
        try:
            more = os.read(terminal, 65_536)
        except OSError:  # nobody holds its other end any more
            more = b""
        if not more:
            os.close(terminal)
            return data.decode()
        data += more
