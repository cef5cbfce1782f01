"""A model that a visitor's own key pays for: what the provider says of the key is told to its holder."""

from collections.abc import AsyncIterator
from typing import Any

from agents import Model, ModelResponse
from agents.items import TResponseStreamEvent
from typing_extensions import override

from playground.catalog import provider_label
from playground.errors import ProviderError
from playground.languages.say import say
from playground.models.reasons import reason_of


class OwnKeyed(Model):
    """The model `of` a client on a visitor's own key. Raises ProviderError where the key is refused or has no credit.

    Raised from nothing: the provider's own words quote the key.
    """

    def __init__(self, of: Model, provider: str) -> None:
        self._of = of
        self._provider = provider

    @override
    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        try:
            return await self._of.get_response(*args, **kwargs)
        except Exception as error:
            told = self._told(error)
            if told is None:
                raise
        raise told

    @override
    async def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[TResponseStreamEvent]:
        try:
            async for event in self._of.stream_response(*args, **kwargs):
                yield event
        except Exception as error:
            told = self._told(error)
            if told is None:
                raise
        else:
            return
        raise told

    @override
    def get_retry_advice(self, request: Any) -> Any:
        return self._of.get_retry_advice(request)

    def _told(self, error: Exception) -> ProviderError | None:
        label, reason = provider_label(self._provider), reason_of(error)
        match reason:
            case "auth":
                said = say("Your key was refused by {provider}. Check it, or take it away.", provider=label)
            case "quota":
                said = say(
                    "Your account at {provider} has no credit left. Top it up, or take your key away.", provider=label
                )
            case _:
                return None
        return ProviderError(said, provider=self._provider, kind=reason, allow_retry=True)
