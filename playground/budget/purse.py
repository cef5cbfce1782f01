"""The owner's money: what a model call may cost is held before it is made, and settled after."""

import os
import socket

from agents import Model

from playground.budget.metered import Metered
from playground.budget.payer import Payer
from playground.budget.till import Till
from playground.policy import Policy
from playground.store.database import Database

LONGEST_ANSWER = 8_192
"""Tokens, of an answer on a link that has a cap where nothing else is bounded."""


class Purse:
    """One per process, which `owner` names in reservations."""

    def __init__(self, database: Database, policy: Policy, *, owner: str | None = None) -> None:
        self._policy = policy
        self.till = Till(database, policy, owner or f"{socket.gethostname()}-{os.getpid()}")

    def metered(self, model: Model, payer: Payer) -> Model:
        """The model, each of whose calls is held before and settled after."""
        most = self._policy.max_output_tokens
        if most is None and self.till.asks_cap(payer):
            most = LONGEST_ANSWER
        return Metered(model, payer, self.till, most_output=most)

    async def tidy(self) -> None:
        """Settle what could not be settled before, and what dead processes left behind."""
        await self.till.tidy()

    async def close(self) -> None:
        """Let what is being written be written."""
        await self.till.close()
