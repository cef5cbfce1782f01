"""What stands in for the tunnel's program: passes bytes on from a port of its own, and says what the real one says.

The share server's name tells how it goes: `refuse`, `die`, `mute`, `noisy`, `twice`, or anything else for well.
What it was started with is added to `started.jsonl` beside it.
"""

import json
import os
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

Address = tuple[str, int]


def say(text: str) -> None:
    """A line as the real one logs it."""
    sys.stdout.write(f"2026/11/23 04:00:00 [I] [proxy_manager.go:159] {text}\n")
    sys.stdout.flush()


def pump(one: socket.socket, other: socket.socket) -> None:
    """Passes on what one side says, until it has no more to say."""
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def forward(listening: socket.socket, to: Address) -> None:
    """Joins each connection with one to our server."""
    while True:
        visitor, _ = listening.accept()
        try:
            server = socket.create_connection(to)
        except OSError:
            visitor.close()
            continue
        threading.Thread(target=pump, args=(visitor, server), daemon=True).start()
        threading.Thread(target=pump, args=(server, visitor), daemon=True).start()


def main(arguments: list[str]) -> None:
    """Does as its server's name says."""
    here = Path(sys.argv[0]).parent
    with (here / "started.jsonl").open("a") as file:
        file.write(json.dumps({"pid": os.getpid(), "arguments": arguments, "environment": dict(os.environ)}) + "\n")
    manner = arguments[arguments.index("--server_addr") + 1].partition(".")[0]
    to = (arguments[arguments.index("-i") + 1], int(arguments[arguments.index("-l") + 1]))
    if manner == "refuse":
        say("login to server failed: \x1b[31mnot you")
        sys.exit(1)
    if manner == "die":
        sys.exit(3)
    if manner == "mute":
        time.sleep(60)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        say(f"[x] start proxy success: {url}")
        if manner == "noisy":
            for _ in range(4000):
                say("x" * 500)
        if manner == "twice":
            say(f"[x] start proxy success: {url.replace('127.0.0.1', 'again.share.test')},https://other.test")
        forward(listening, to)


if __name__ == "__main__":
    main(sys.argv[1:])
