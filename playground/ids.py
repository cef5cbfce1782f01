"""Names for things: a prefix that says what it is, then 128 random bits that nobody guesses."""

import secrets
from typing import Literal

Kind = Literal[
    "thr",
    "brn",
    "msg",
    "wfl",
    "tsk",
    "run",
    "tab",
    "vis",
    "lan",
    "rnd",
    "vot",
    "shr",
    "scr",
    "drv",
    "atc",
    "wid",
    "img",
    "ses",
    "lnk",
    "cal",
]


def new_id(kind: Kind) -> str:
    """A name such as `thr_6f2c…`, unique for ever."""
    return f"{kind}_{secrets.token_hex(16)}"
