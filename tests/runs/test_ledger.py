"""What a run's turns took."""

from decimal import Decimal
from typing import Any

import pytest
from agents import RawResponsesStreamEvent, Usage
from openai.types.responses import Response, ResponseCompletedEvent, ResponseCreatedEvent, ResponseUsage
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

from playground.models.answer import new_response
from playground.prices import cost
from playground.records import TurnUsage
from playground.runs.ledger import Account, Ledger
from playground.store.spend import turns_of

PRICED = "anthropic/claude-sonnet-5-5"


def told(given: int, made: int) -> ResponseUsage:
    """A turn's usage, a tenth of it cached, a tenth newly cached, a tenth thought."""
    cache = InputTokensDetails(cached_tokens=given // 10, cache_write_tokens=given // 10)
    thought = OutputTokensDetails(reasoning_tokens=made // 10)
    return ResponseUsage(
        input_tokens=given,
        input_tokens_details=cache,
        output_tokens=made,
        output_tokens_details=thought,
        total_tokens=given + made,
    )


class Played:
    """A ledger, and the SDK's count beside it."""

    def __init__(self, model: str, earlier: dict[str, Any] | None = None, spent: Usage | None = None) -> None:
        self.ledger = Ledger(model, earlier)
        self.spent = spent or Usage()
        self.turns = 0
        self.ledger.begin(self.spent)

    def began(self) -> None:
        self.turns += 1
        response = new_response("m")
        self.ledger.feed(
            RawResponsesStreamEvent(ResponseCreatedEvent(response=response, sequence_number=0, type="response.created"))
        )

    def turn(self, usage: ResponseUsage | None) -> None:
        self.began()
        response: Response = new_response("m").model_copy(update={"usage": usage})
        self.ledger.feed(
            RawResponsesStreamEvent(
                ResponseCompletedEvent(response=response, sequence_number=1, type="response.completed")
            )
        )
        if usage is not None:
            self.count(usage)

    def count(self, usage: ResponseUsage) -> None:
        self.spent.add(
            Usage(
                requests=1,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                total_tokens=usage.total_tokens,
                input_tokens_details=usage.input_tokens_details,
                output_tokens_details=usage.output_tokens_details,
            )
        )

    def account(self) -> Account:
        return self.ledger.account(self.spent, turns=self.turns, tool_calls=self.turns - 1)


def test_each_turn_is_kept_and_the_run_is_their_sum() -> None:
    played = Played(PRICED)
    played.turn(told(1000, 100))
    played.turn(told(2000, 50))
    account = played.account()
    first, second = turns_of(account.usage)
    assert first == TurnUsage(PRICED, 1000, 100, 100, 100, 10, cost(PRICED, first))
    assert (second.input_tokens, second.output_tokens) == (2000, 50)
    assert account.cost is not None
    assert account.cost == (first.cost or 0) + (second.cost or 0) > 0
    sums = {name: count for name, count in account.usage.items() if name != "by_turn"}
    assert sums == {
        "turns": 2,
        "tool_calls": 1,
        "input_tokens": 3000,
        "output_tokens": 150,
        "cached_tokens": 300,
        "cache_write_tokens": 300,
        "reasoning_tokens": 15,
    }


def test_a_run_without_a_turn_cost_nothing() -> None:
    ledger = Ledger(PRICED)
    assert ledger.account(None, turns=0, tool_calls=0).cost == 0
    assert turns_of(Played(PRICED).account().usage) == ()


@pytest.mark.parametrize(("model", "expected"), [(PRICED, None), ("compatible/x", None), ("local/tiny", 0)])
def test_the_cost_of_a_turn_that_was_cut_off_is_not_known_unless_all_is_free(model: str, expected: int | None) -> None:
    played = Played(model)
    played.turn(told(1000, 100))
    played.began()
    account = played.account()
    assert account.cost == expected
    assert account.usage["input_tokens"] == 1000
    assert len(turns_of(account.usage)) == 1


@pytest.mark.parametrize("usage", [None, told(0, 0)], ids=["none", "zeros"])
def test_the_cost_of_a_turn_that_told_no_usage_is_not_known(usage: ResponseUsage | None) -> None:
    played = Played(PRICED)
    played.turn(usage)
    played.turn(told(1000, 100))
    account = played.account()
    assert account.cost is None
    assert [turn.cost is None for turn in turns_of(account.usage)] == [False]


def test_a_try_that_failed_and_was_made_again_counts_once() -> None:
    played = Played(PRICED)
    played.began()
    played.turn(told(1000, 100))
    assert played.account().cost is not None


def test_the_turns_of_an_agent_that_is_used_as_a_tool_count() -> None:
    played = Played(PRICED)
    played.turn(told(1000, 100))
    played.count(told(500, 10))
    assert [turn.input_tokens for turn in turns_of(played.account().usage)] == [1000, 500]


def test_turns_after_a_pause_are_priced_by_the_model_that_took_them() -> None:
    before = Played(PRICED)
    before.turn(told(1000, 100))
    paused = before.account()
    after = Played("openai/gpt-6-luna", paused.usage, before.spent)
    after.turn(told(1000, 100))
    account = after.account()
    first, second = turns_of(account.usage)
    assert [first.model, second.model] == [PRICED, "openai/gpt-6-luna"]
    assert first.cost == paused.cost
    assert second.cost is not None
    assert account.cost == (first.cost or Decimal(0)) + second.cost
    assert (account.usage["turns"], account.usage["input_tokens"]) == (2, 2000)


def test_what_was_not_known_before_a_pause_is_not_known_after_it() -> None:
    before = Played(PRICED)
    before.turn(None)
    after = Played("local/tiny", before.account().usage, before.spent)
    after.turn(told(10, 10))
    assert after.account().cost is None


def test_one_turn_of_unknown_price_makes_the_whole_unknown() -> None:
    before = Played(PRICED)
    before.turn(told(1000, 100))
    after = Played("compatible/x", before.account().usage, before.spent)
    after.turn(told(1000, 100))
    account = after.account()
    assert account.cost is None
    assert [turn.cost is None for turn in turns_of(account.usage)] == [False, True]


def test_a_turn_that_cannot_have_taken_what_it_says_costs_nobody_knows_what() -> None:
    played = Played(PRICED)
    played.turn(told(10**40, 5))
    assert played.account().cost is None
