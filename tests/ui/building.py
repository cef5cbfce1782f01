"""Building the page in a test."""

import asyncio
import gc
import warnings
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def built(make: Callable[[], T]) -> T:
    """What `make` builds. Gradio makes event loops on the way and drops them open; they end here, unheard."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        made = make()
        asyncio.set_event_loop(None)
        gc.collect()
    return made
