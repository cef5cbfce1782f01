"""The examples of docs/python-client.md do what it says."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from playground.client.http import Remote
from tests.stack import stack

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs" / "python-client.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:7860/chatkit"


@pytest.mark.parametrize(
    ("example", "said"),
    [(EXAMPLES[0], "What is a thread?"), (EXAMPLES[1], "completed\nWhat is my name?\n['user_message', 'assistant_m")],
    ids=["ask", "talk"],
)
async def test_an_example_runs_as_a_program(sqlite_url: str, example: str, said: str) -> None:
    async with stack(sqlite_url) as served:
        code = example.replace(ADDRESS, f"{served.client.base_url}/chatkit").replace("remote.send(", "echoed(remote, ")
        done = await run(ECHOED + code)
    assert said in done


ECHOED = """
async def echoed(remote, text, **more):
    return await remote.send(text, model="compatible/echo", **more)

"""
"""The default model of a server without keys is a local one, which takes its time."""


async def run(program: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


def test_every_method_is_named() -> None:
    methods = [name for name in dir(Remote) if not name.startswith("_") and name != "aclose"]
    assert [name for name in methods if f"`{name}" not in DOCUMENT and f"remote.{name}" not in DOCUMENT] == []
