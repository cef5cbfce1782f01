"""What a run is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chatkit.types import UserMessageItem

from playground.languages.catalogs import DEFAULT
from playground.languages.say import spoken
from playground.records import LaneSettings, StandIn
from playground.toolkit.actions import Pressed
from playground.visitor import Scope, Visitor

Fork = Literal["none", "retry", "edit"]


@dataclass(frozen=True, slots=True)
class Order:
    """One request for an answer.

    `item` is the visitor's new message; a retry has none. `fork_at` is the user message that a retry answers again,
    or that an edit replaces. `detached` runs go on without readers. `key` and `key_hash` make the order idempotent.
    Orders of one `round` answer the same message in several lanes. Runs of one `world` share the results of their
    tools; `stand_ins` are results that the visitor made up. An order without a message or a fork goes on `behind` the
    thread's last item, with what `answers` a message. One with an action that was `pressed` begins with its handler.
    The visitor came by the invite link `link_id`, with the session token `token_id`. Our own words in the run are in
    the `language` of who asked.
    """

    visitor_id: str
    thread_id: str
    agent: str
    model: str
    item: UserMessageItem | None
    link_id: str | None = None
    token_id: str | None = None
    scope: Scope = Scope()  # noqa: RUF009 - frozen
    settings: LaneSettings = LaneSettings()  # noqa: RUF009 - frozen
    tool_choice: str | None = None
    new_thread: bool = False
    fork: Fork = "none"
    fork_at: str | None = None
    detached: bool = False
    key: str | None = None
    key_hash: str | None = None
    round: str | None = None
    world: str | None = None
    stand_ins: tuple[StandIn, ...] = ()
    answers: str | None = None
    behind: str | None = None
    pressed: Pressed | None = None
    language: str = field(default_factory=spoken)

    @property
    def visitor(self) -> Visitor:
        """Who asks."""
        return Visitor(self.visitor_id, link=self.link_id, token=self.token_id, scope=self.scope)

    @property
    def text(self) -> str:
        """What the visitor wrote."""
        if self.item is None:
            return ""
        return " ".join(part.text for part in self.item.content)

    def stored(self) -> dict[str, Any]:
        """What the run's row keeps of it."""
        kept: dict[str, Any] = {
            "settings": self.settings.model_dump(exclude_none=True),
            "detached": self.detached,
            "answers": self.item.id if self.item else self.answers or self.fork_at,
        }
        more = {
            "tool_choice": self.tool_choice,
            "link": self.link_id,
            "token": self.token_id,
            "round": self.round,
            "world": self.world,
            "language": self.language if self.language != DEFAULT else None,
            "behind": self.behind,
            "stand_ins": [one.model_dump() for one in self.stand_ins],
            "pressed": {"type": self.pressed.type, "item_id": self.pressed.item_id} if self.pressed else None,
        }
        return kept | {name: value for name, value in more.items() if value}


def language_of(stored: Mapping[str, Any]) -> str:
    """The language of who asked, of an order as it was stored."""
    return str(stored.get("language", DEFAULT))
