"""A script: the playground with somebody at the door who writes down whom it calls, as JSON lines in `$WATCHED`."""

import json
import os
import sys
from typing import Any

CALLS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
notes = os.open(os.environ["WATCHED"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook of Python's: no code of the process gets around it, whatever library it is in."""
    if event in CALLS:
        whom = arguments[1] if event in {"socket.connect", "socket.sendto"} else arguments[0]
        os.write(notes, (json.dumps([event, whom], default=repr) + "\n").encode())


sys.addaudithook(note)

from playground.__main__ import commands  # noqa: E402 - whom it calls when it is imported counts as well

commands(sys.argv[1:], prog_name="playground")
