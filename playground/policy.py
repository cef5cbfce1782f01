"""What visitors may do here: the settings, with the defaults of a playground that strangers come to. Pure."""

from collections.abc import Collection, Container
from dataclasses import dataclass
from decimal import Decimal

from playground.catalog import CURATED, missing
from playground.errors import Forbidden
from playground.records import LaneSettings
from playground.settings import Instructions, Settings, UnsafeTools
from playground.visitor import Visitor

CHEAP = {provider: models[1] for provider, models in CURATED.items()}
"""What strangers are offered where the owner names no models: the cheap one of each provider."""

MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent: money in US dollars, a day is one of UTC. None is no bound."""

    total: Decimal | None = None
    day: Decimal | None = None
    visitor_day: Decimal | None = None
    link: Decimal | None = None
    visitor_tokens: int | None = None
    visitor_messages: int | None = None
    visitor_runs: int | None = None
    runs: int | None = None

    @property
    def money(self) -> bool:
        """Whether there is a cap in money."""
        return any(cap is not None for cap in (self.total, self.day, self.visitor_day, self.link))

    @property
    def metered(self) -> bool:
        """Whether each call has to be let through by a cap."""
        return self.money or self.visitor_tokens is not None


STRANGERS = Caps(
    total=Decimal(10),
    day=Decimal(5),
    visitor_day=Decimal("0.50"),
    link=Decimal(2),
    visitor_tokens=500_000,
    visitor_messages=200,
    visitor_runs=4,
    runs=16,
)
"""Where strangers come and the owner sets nothing else."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for every visitor. `agents` and `models` are None where any will do.

    A model written `provider/*` stands for all that the provider lists by itself, and not for whatever is typed. Files
    are bounded each, in a message, by visitor and day, and in all.
    """

    strict: bool
    caps: Caps
    unknown_price: Decimal
    max_output_tokens: int | None
    agents: tuple[str, ...] | None
    models: tuple[str, ...] | None
    unsafe_tools: UnsafeTools
    instructions: Instructions
    own_keys: bool
    max_attachment_bytes: int
    max_attachments: int
    visitor_attachment_bytes: int | None
    attachment_bytes: int | None

    def check_agent(self, visitor: Visitor, agent: str) -> None:
        """Raise Forbidden for an agent that this visitor is not offered."""
        if not self.offers_agent(visitor, agent):
            raise Forbidden("The agent {agent} is not on offer here. Pick another one.", agent=agent[:100])

    def check_model(self, visitor: Visitor, model: str, listed: Container[str]) -> None:
        """Raise Forbidden for a model that this visitor is not offered. `listed` is all that providers list."""
        if not self.offers_model(visitor, model, listed):
            raise Forbidden("The model {model} is not on offer here. Pick another one.", model=model[:100])

    def check_settings(self, settings: LaneSettings) -> None:
        """Raise Forbidden for a setting that is not the visitor's to change."""
        if settings.instructions is not None and self.instructions != "editable":
            raise Forbidden("The instructions of the agents here cannot be changed.")

    def offers_agent(self, visitor: Visitor, agent: str) -> bool:
        """Whether this visitor may ask the agent."""
        return all(names is None or agent in names for names in (self.agents, visitor.scope.agents))

    def offers_model(self, visitor: Visitor, model: str, listed: Container[str]) -> bool:
        """Whether this visitor may ask the model."""
        return all(_names(names, model, listed) for names in self.lists(visitor))

    def lists(self, visitor: Visitor) -> tuple[Collection[str], ...]:
        """The lists that a model has to be on, all of them; none where any model will do."""
        return tuple(names for names in (self.models, visitor.scope.models) if names is not None)

    def kept(self, settings: LaneSettings) -> LaneSettings:
        """The settings as far as they hold: they may be older than the policy."""
        most = self.max_output_tokens
        told = settings.instructions if self.instructions == "editable" else None
        tokens = settings.max_tokens if most is None or settings.max_tokens is None else min(settings.max_tokens, most)
        return settings.model_copy(update={"instructions": told, "max_tokens": tokens})


def policy_of(settings: Settings) -> Policy:
    """The settings as they are meant: stricter by default where strangers come."""
    strict = settings.share or settings.public
    least = STRANGERS if strict else Caps()
    caps = Caps(
        total=_first(settings.cap_total, least.total),
        day=_first(settings.cap_day, least.day),
        visitor_day=_first(settings.cap_visitor_day, least.visitor_day),
        link=_first(settings.cap_link, least.link),
        visitor_tokens=settings.max_visitor_tokens or least.visitor_tokens,
        visitor_messages=settings.max_visitor_messages or least.visitor_messages,
        visitor_runs=settings.max_visitor_runs or least.visitor_runs,
        runs=settings.max_runs or least.runs,
    )
    return Policy(
        strict=strict,
        caps=caps,
        unknown_price=settings.unknown_price,
        max_output_tokens=settings.max_output_tokens or (2048 if strict else 8192 if caps.metered else None),
        agents=settings.offered_agents or None,
        models=settings.offered_models or (_offered(settings) if strict else None),
        unsafe_tools=settings.unsafe_tools or ("off" if strict else "on"),
        instructions=settings.instructions or ("hidden" if strict else "editable"),
        own_keys=settings.own_keys,
        max_attachment_bytes=_least(settings.max_attachment_bytes, 5 * MEGABYTE if strict else None),
        max_attachments=_least(settings.max_attachments, 3 if strict else None),
        visitor_attachment_bytes=50 * MEGABYTE if strict else None,
        attachment_bytes=settings.max_kept_bytes or (2_000 * MEGABYTE if strict else None),
    )


def _offered(settings: Settings) -> tuple[str, ...]:
    remote = tuple(f"{provider}/{model}" for provider, model in CHEAP.items() if not missing(settings, provider))
    listing = () if missing(settings, "compatible") else ("compatible/*",)
    return (*remote, *listing, "local/*")


def _first(value: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if value is None else value


def _least(value: int, bound: int | None) -> int:
    return value if bound is None else min(value, bound)


def _names(names: Collection[str], model: str, listed: Container[str]) -> bool:
    """Whether a list names the model, or all that its provider lists, the model among them."""
    if model.endswith("/*"):  # itself it is nobody's name
        return False
    return model in names or (f"{model.partition('/')[0]}/*" in names and model in listed)
