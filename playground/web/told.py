"""A request's path as the log may tell it."""

import re

KEYS = re.compile(r"(/shared/|/gradio_api/heartbeat/)[^/.]+")
"""Names in a path that open what they name: whoever reads the log is not to have them."""

LONGEST = 500
"""Characters. A path may have as many as a head has room for, and the log goes to a disk."""


def told_path(path: str) -> str:
    """The path, without such names, and not all of it if it is very long."""
    return KEYS.sub(r"\1[hidden]", path[:LONGEST])
