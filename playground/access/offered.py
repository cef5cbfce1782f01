"""What a visitor may pick right now: of all that there is, what the policy and the scope of their token leave."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from playground import catalog
from playground.catalog import Offer
from playground.policy import Policy
from playground.records import LaneSettings
from playground.roster.roster import AgentOffer, Roster
from playground.visitor import Visitor

ANYBODY = Visitor("")
"""Somebody of whom nothing is known: what is on offer to all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is at one moment: all agents and all models, of which each visitor is offered some."""

    policy: Policy
    roster: Roster
    everything: tuple[Offer, ...]

    def check(self, visitor: Visitor, *, agent: str | None = None, model: str | None = None) -> None:
        """Raise Forbidden for an agent or a model that this visitor is not offered."""
        if agent is not None:
            self.policy.check_agent(visitor, agent)
        if model is not None:
            self.policy.check_model(visitor, model, self._listed())

    def fits(self, visitor: Visitor, *, agent: str | None = None, model: str | None = None) -> bool:
        """Whether this visitor is offered the agent, and the model."""
        return (agent is None or self.policy.offers_agent(visitor, agent)) and (
            model is None or self.policy.offers_model(visitor, model, self._listed())
        )

    def check_settings(self, settings: LaneSettings | None) -> None:
        """Raise Forbidden for a setting that is not the visitor's to change."""
        if settings is not None:
            self.policy.check_settings(settings)

    def agents(self, visitor: Visitor = ANYBODY) -> tuple[AgentOffer, ...]:
        """The agents on offer."""
        return tuple(offer for offer in self.roster.offers() if self.policy.offers_agent(visitor, offer.name))

    def offers(self, visitor: Visitor = ANYBODY) -> tuple[Offer, ...]:
        """The providers on offer, each with its models on offer. Where any will do, all that is known."""
        lists = self.policy.lists(visitor)
        if not lists:
            return self.everything
        listed = self._listed()
        narrowed = (replace(offer, models=_with(offer, *lists)) for offer in self.everything)
        fitting = (
            replace(offer, models=tuple(one for one in offer.models if self.policy.offers_model(visitor, one, listed)))
            for offer in narrowed
        )
        return tuple(offer for offer in fitting if offer.models)

    def default_agent(self, visitor: Visitor = ANYBODY) -> str:
        """Who answers where nobody else is picked."""
        return next((offer.name for offer in self.agents(visitor)), self.roster.default)

    def default_model(self, visitor: Visitor = ANYBODY) -> str:
        """What answers where nothing else is picked; if nothing is on offer, something that will be refused."""
        return catalog.default_model(self.offers(visitor) or self.everything)

    def _listed(self) -> frozenset[str]:
        return frozenset(model for offer in self.everything for model in offer.models)


class Offered:
    """Asked before each run. `everything` are all providers and models, as they stand right now."""

    def __init__(self, policy: Policy, roster: Roster, everything: Callable[[], Awaitable[tuple[Offer, ...]]]) -> None:
        self.policy = policy
        self._roster = roster
        self._everything = everything

    async def now(self) -> Choice:
        """What can be picked."""
        return Choice(self.policy, self._roster, await self._everything())

    def default_agent(self, visitor: Visitor) -> str:
        """Who answers where nobody else is picked; for that nobody has to be asked which models there are."""
        return Choice(self.policy, self._roster, ()).default_agent(visitor)

    async def check(self, visitor: Visitor, agent: str | None, model: str | None) -> None:
        """Raise Forbidden for an agent or a model that this visitor is not offered."""
        if agent is not None:
            self.policy.check_agent(visitor, agent)
        if model is not None and self.policy.lists(visitor):  # else nobody has to be asked what there is
            (await self.now()).check(visitor, model=model)


def _with(offer: Offer, *lists: Iterable[str]) -> tuple[str, ...]:
    """The provider's own models, and those of it that are on offer by name."""
    named = (name for names in lists for name in names)
    more = (name for name in named if name.startswith(f"{offer.provider}/") and not name.endswith("/*"))
    return tuple(dict.fromkeys((*offer.models, *more)))
