"""A request's path as the log may tell it."""

import re

KEYS = re.compile(r"(/shared/|/gradio_api/heartbeat/)[^/.]+")
"""Names in a path that open what they name: whoever reads the log is not to have them."""


def told_path(path: str) -> str:
    """The path, without such names."""
    return KEYS.sub(r"\1[hidden]", path)
