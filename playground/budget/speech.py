"""Recordings that are turned into text: paid for as a model's calls are."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

from playground import prices
from playground.budget import words
from playground.budget.bound import CALL, Bound
from playground.budget.metered import refused
from playground.budget.payer import Payer
from playground.budget.till import Till, Unnoted
from playground.budget.usage import Told
from playground.errors import Unavailable
from playground.models.transcription import MOST_OUTPUT, Heard
from playground.store.budgets import Full

BYTES_A_SECOND = 125
"""Of the most tightly packed speech that is foreseen, 1 kbit/s; browsers record 30 to 130."""
MOST_SECONDS = 36_000
TOKENS_A_SECOND = 32
"""Google's count; OpenAI has 10."""


async def paid(till: Till, payer: Payer, size: int, ask: Callable[[], Awaitable[Heard]]) -> str:
    """What is said in a recording of so many bytes. Raises CapReached, Unavailable."""
    try:
        held = await till.hold(payer, most(payer.model, size) if till.asks_cap(payer) else None)
    except Full as full:
        raise words.refusal(full, datetime.now(UTC)) from None
    except Unnoted as error:
        raise Unavailable("The recording could not be paid for. Try again in a moment.") from error
    told: Told | None = None
    billed = True
    try:
        heard = await ask()
        told = took(payer.model, heard)
    except Exception as error:
        billed = not refused(error.__cause__ or error)
        raise
    finally:
        await till.settle(held, told, billed=billed)
    return heard.text


def most(model: str, size: int) -> Bound:
    """The most that a recording can take."""
    seconds = min(size / BYTES_A_SECOND, MOST_SECONDS)
    by_time = prices.sound(model, seconds)
    tokens = CALL + round(seconds * TOKENS_A_SECOND)
    if by_time is not None:
        return Bound(0, 0, counted=0, fees=by_time)
    return Bound(tokens, MOST_OUTPUT, counted=tokens + MOST_OUTPUT)


def took(model: str, heard: Heard) -> Told | None:
    """What a recording took; None if nobody told."""
    if not (heard.seconds or heard.input_tokens or heard.output_tokens):
        return None
    fees = prices.sound(model, heard.seconds) if heard.seconds else None
    return Told(heard.input_tokens, heard.output_tokens, fees=fees or Decimal(0))
