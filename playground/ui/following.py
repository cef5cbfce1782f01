"""Folds the events of one run as they come."""

import asyncio
import logging
from collections.abc import AsyncIterator

from chatkit.types import ClientEffectEvent

from playground.client import Numbered
from playground.transcript import Transcript, apply
from playground.ui.state import Effect

logger = logging.getLogger(__name__)


class Following:
    """One run, in a task of its own. `transcript` is what a reader sees by now, `effects` what his UI is to do.

    The first `known` events tell what `start` shows already; only with the last of them is it ahead again.
    """

    def __init__(
        self, run_id: str, events: AsyncIterator[Numbered], start: Transcript, woken: asyncio.Event, *, known: int = 0
    ) -> None:
        self.run_id = run_id
        self.transcript = start
        self.failed = False
        self.effects: list[Effect] = []
        self._known = known
        self._woken = woken
        self._task = asyncio.create_task(self._fold(events))

    @property
    def over(self) -> bool:
        """Whether no more events come."""
        return self._task.done()

    async def _fold(self, events: AsyncIterator[Numbered]) -> None:
        folded = self.transcript
        try:
            async for numbered in events:
                folded = apply(folded, numbered.event)
                if isinstance(numbered.event, ClientEffectEvent):
                    self.effects.append(effect(self.run_id, numbered.seq, numbered.event))
                if numbered.seq >= self._known:
                    self.transcript = folded
                    self._woken.set()
        except Exception:
            logger.exception("following run %s ended early", self.run_id)
            self.failed = True
        finally:
            self._woken.set()

    async def end(self) -> None:
        """Waits until no more events come."""
        await asyncio.wait([self._task])

    async def aclose(self) -> None:
        """Stops following; the run goes on."""
        self._task.cancel()
        # Not awaited itself: its cancellation must not be mistaken for one's own, which has to go through.
        await asyncio.wait([self._task])


def effect(run_id: str, seq: int, event: ClientEffectEvent) -> Effect:
    """An effect by the place that it has in its run."""
    return Effect(f"{run_id}:{seq}", event.name, event.data)
