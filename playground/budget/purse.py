"""The owner's money: what a model call may cost is reserved before it is made, and settled after."""

from dataclasses import dataclass

from agents import Model

from playground.policy import Policy
from playground.store.database import Database


@dataclass(frozen=True, slots=True)
class Payer:
    """For whom a model is asked: whose budgets it touches. `own_key` where the visitor pays."""

    visitor_id: str
    link_id: str | None
    run_id: str | None
    model: str
    own_key: bool = False


class Purse:
    """One per process. `owner` names the process in reservations."""

    def __init__(self, database: Database, policy: Policy, *, owner: str = "") -> None:
        self._database = database
        self._policy = policy
        self._owner = owner

    def metered(self, model: Model, payer: Payer) -> Model:
        """The model, each of whose calls is reserved before and settled after."""
        return model

    async def tidy(self) -> None:
        """Settle what dead processes left reserved."""
