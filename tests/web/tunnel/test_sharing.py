"""The link is kept open, and whoever asks is told where it is."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from playground.settings import Settings
from playground.web.tunnel.link import Link
from playground.web.tunnel.program import Program
from playground.web.tunnel.sharing import LOST, Sharing, shared
from tests.web.tunnel.conftest import Installed


class Terminal:
    """What was said."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self.notes: list[str] = []

    async def until(self, met: Callable[[], object]) -> None:
        """Waits for it."""
        async with asyncio.timeout(20):
            while not met():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def kept(
    find: Callable[[], Program], link: Link, manner: str = "well", port: int = 9
) -> AsyncGenerator[Terminal]:
    terminal = Terminal()
    listening = asyncio.Event()
    listening.set()
    settings = Settings(share=True, share_server=f"{manner}.test:7000", share_server_protocol="http")
    sharing = Sharing(
        settings,
        link,
        ("127.0.0.1", port),
        told=terminal.links.append,
        failed=terminal.notes.append,
        find=find,
        pause=0.01,
    )
    async with shared(sharing, listening):
        yield terminal


async def test_a_lost_link_is_replaced_and_both_are_told(installed: Installed) -> None:
    link = Link()
    async with kept(lambda: installed.program, link) as terminal:
        await terminal.until(lambda: link.url)
        first = link.url
        os.kill(installed.starts[0]["pid"], 9)
        await terminal.until(lambda: len(terminal.links) == 2)
        assert terminal.links == [first, link.url]
        assert terminal.notes == [LOST]
        assert link.note == ""
        names = [start["arguments"][start["arguments"].index("-n") + 1] for start in installed.starts]
        assert len(set(names)) == 2
    assert link.url is None


async def test_the_tunnel_ends_with_the_server(installed: Installed) -> None:
    link = Link("https://demo.test")
    async with kept(lambda: installed.program, link) as terminal:
        await terminal.until(lambda: terminal.links)
        assert link.url == terminal.links[0]
    assert link.url == "https://demo.test"
    try:
        os.kill(installed.starts[0]["pid"], 0)
    except ProcessLookupError:
        return
    raise AssertionError("it is still there")


async def test_what_fails_again_and_again_is_told_once(installed: Installed) -> None:
    link = Link()
    async with kept(lambda: installed.program, link, "refuse") as terminal:
        await terminal.until(lambda: len(installed.starts) >= 4)
        told = "There is no public link yet. The share server did not take us in. It is tried again."
        assert terminal.notes == [link.note] == [told]
        assert terminal.links == []


async def test_a_changed_program_is_not_tried_again(installed: Installed) -> None:
    link = Link()
    right = installed.program
    with installed.path.open("ab") as file:
        file.write(b"# more\n")
    async with kept(lambda: right, link) as terminal:
        await terminal.until(lambda: link.note)
        await asyncio.sleep(0.1)
        assert len(terminal.notes) == 1
        assert "is not the one that Gradio publishes" in link.note
    assert installed.starts == []


async def test_one_changed_while_it_ran_is_not_started_anew(installed: Installed) -> None:
    link = Link()
    right = installed.program
    async with kept(lambda: right, link) as terminal:
        await terminal.until(lambda: link.url)
        with installed.path.open("ab") as file:
            file.write(b"# more\n")
        os.kill(installed.starts[0]["pid"], 9)
        await terminal.until(lambda: len(terminal.notes) == 2)
        assert "was not started" in terminal.notes[1]
    assert len(installed.starts) == 1


async def test_what_nobody_thought_of_does_not_end_the_playground() -> None:
    def broken() -> Program:
        raise RuntimeError("what?")

    async with kept(broken, Link()) as terminal:
        await asyncio.sleep(0.1)
    assert terminal.links == terminal.notes == []


def test_the_link_is_a_picture_too() -> None:
    assert "<svg " in Link("https://demo.test").qr()
    assert Link().qr() == ""
