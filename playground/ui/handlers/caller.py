"""What a board's act comes with: who asks, and a form that what the browser sent has to fit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from playground.client import Client
from playground.ui.handlers.desk import Desk
from playground.ui.state import Shown

Id = Annotated[str, Field(min_length=1, max_length=80)]
Text = Annotated[str, Field(max_length=1_000_000)]
"""A message; how long one may be is the protocol's to say."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The visitor's client, and the page that was clicked on."""

    desk: Desk
    client: Client
    page: str = ""


class Said(BaseModel):
    """What every act says. Whether the visitor may touch what it names is for the client to say."""

    model_config = ConfigDict(frozen=True, strict=True)

    tab: Id


class OfLane(Said):
    """An act on one lane."""

    lane: Id


class OfItem(OfLane):
    """An act on an item of a lane's thread."""

    item: Id


Acts = Mapping[str, tuple[type[Said], Callable[[Caller, Any], Awaitable[Shown]]]]
"""Name → form and handler; the handler takes what the form made."""
