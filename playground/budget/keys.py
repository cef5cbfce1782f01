"""Visitors' own keys: in this process's memory and nowhere else, until they are taken away or not used for a while."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agents import Model
from pydantic import SecretStr

from playground import logs
from playground.budget.own_model import OwnKeyed
from playground.errors import Forbidden, Malformed
from playground.models.clients import OWN_KEYS, Client
from playground.models.provider import Models
from playground.policy import Policy

IDLE_SECONDS = 12 * 3600.0
"""A key that no run used for so long is forgotten."""
MOST = 500
"""Keys that are held at once, for all visitors."""

# Loosely, but nothing that a line of the log is made of: what is taken for a key is hidden there.
_FORM = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])(?![a-z]{3}_)[A-Za-z0-9_.-]{20,400}")


@dataclass(slots=True)
class _Held:
    """One key. It is in no `repr`: a SecretStr shows stars."""

    key: SecretStr
    used_at: float
    client: Client | None = None
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def worth(self) -> tuple[bool, float]:
        """Of two the one to keep has more."""
        return self.client is not None, self.used_at


class OwnKeys:
    """One per process. A visitor has at most one key for each provider that is on offer."""

    def __init__(self, policy: Policy, models: Models, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.models = models
        self._clock = clock
        self._held: dict[tuple[str, str], _Held] = {}
        self.offered = tuple(name for name in OWN_KEYS if _offers(policy, name) and models.has(name))

    def held(self, visitor_id: str) -> tuple[str, ...]:
        """The providers that the visitor has a key for."""
        return tuple(provider for provider in self.offered if (visitor_id, provider) in self._held)

    def pays(self, visitor_id: str, model: str) -> bool:
        """Whether a run of the visitor's on this model, `provider/id`, goes on their own key."""
        return (visitor_id, model.partition("/")[0]) in self._held

    async def put(self, visitor_id: str, provider: str, key: str) -> None:
        """Keep a key, in place of an earlier one.

        The one that was used least lately goes where there is no room, first of all one that was never used: whoever
        brings many for nothing takes nobody's away. Raises Forbidden where none is taken, and Malformed.
        """
        if provider not in self.offered:
            raise Forbidden("Keys of your own for {provider} are not taken here.", provider=provider[:100])
        if not _FORM.fullmatch(key):
            raise Malformed("This does not look like a key. Copy it once more, all of it.")
        await self.forget(visitor_id, provider)
        if len(self._held) >= MOST:
            await self._drop([min(self._held, key=lambda name: self._held[name].worth)])
        self._held[visitor_id, provider] = _Held(SecretStr(key), self._clock())
        logs.learn(key)

    async def forget(self, visitor_id: str, provider: str | None = None) -> None:
        """Forget the visitor's key for a provider, or all of them; answers under way on it break off."""
        mine = [name for name in self._held if name[0] == visitor_id and provider in {None, name[1]}]
        await self._drop(mine)

    async def model(self, visitor_id: str, name: str) -> Model | None:
        """The model named `provider/id` on the visitor's own key; None if there is none. Raises as `Models.check`."""
        provider = name.partition("/")[0]
        held = self._held.get((visitor_id, provider))
        if held is None:
            return None
        held.used_at = self._clock()
        async with held.making:
            if held.client is None:
                held.client = await asyncio.to_thread(self.models.connect_as, provider, held.key)
            client = held.client
        if self._held.get((visitor_id, provider)) is not held:  # taken away meanwhile
            await client.aclose()
            return await self.model(visitor_id, name)
        return OwnKeyed(await asyncio.to_thread(self.models.model_on, client, name), provider)

    async def tidy(self) -> None:
        """Forget the keys that nobody used for long."""
        before = self._clock() - IDLE_SECONDS
        await self._drop([name for name, held in self._held.items() if held.used_at < before])

    async def aclose(self) -> None:
        """Forget everything."""
        await self._drop(list(self._held))

    async def _drop(self, names: list[tuple[str, str]]) -> None:
        gone = [self._held.pop(name) for name in names]  # all of them at once, before anything is waited for
        clients = [held.client for held in gone if held.client is not None]
        try:
            await asyncio.gather(*(client.aclose() for client in clients), return_exceptions=True)
        finally:
            for held in gone:
                logs.unlearn(held.key.get_secret_value())


def _offers(policy: Policy, provider: str) -> bool:
    named = policy.models is None or any(name.partition("/")[0] == provider for name in policy.models)
    return policy.own_keys and named
