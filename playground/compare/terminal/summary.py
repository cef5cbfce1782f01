"""What a batch came to, by model and in all. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from playground import prices
from playground.compare.terminal.batch import Job
from playground.compare.terminal.results import Result


@dataclass(frozen=True, slots=True)
class Sum:
    """The newest results of some jobs. `missing` were not asked, or were stopped.

    The median is in milliseconds, over the whole answers; None if there is none. Tokens and cost (US dollars, None if
    any of it is not known) are those of all runs, failed ones too.
    """

    name: str
    answered: int
    failed: int
    missing: int
    median_ms: float | None
    input_tokens: int
    output_tokens: int
    cost: Decimal | None


def summed(jobs: Sequence[Job], last: Mapping[str, Result]) -> tuple[Sum, ...]:
    """A sum for each model in the jobs' order and, if there are several, one of all."""
    models = list(dict.fromkeys(job.model for job in jobs))
    sums = [_sum(model, [job for job in jobs if job.model == model], last) for model in models]
    return (*sums, *([_sum("all", jobs, last)] if len(sums) > 1 else []))


def failures(jobs: Sequence[Job], last: Mapping[str, Result]) -> tuple[Result, ...]:
    """The results of the jobs that failed."""
    found = [last[job.fingerprint] for job in jobs if job.fingerprint in last]
    return tuple(result for result in found if result.failed)


def _sum(name: str, jobs: Sequence[Job], last: Mapping[str, Result]) -> Sum:
    results = [last[job.fingerprint] for job in jobs if job.fingerprint in last]
    answered = [result for result in results if result.answered]
    failed = [result for result in results if result.failed]
    times = [result.duration_ms for result in answered if result.duration_ms is not None]
    return Sum(
        name=name,
        answered=len(answered),
        failed=len(failed),
        missing=len(jobs) - len(answered) - len(failed),
        median_ms=median(times) if times else None,
        input_tokens=sum(result.usage.input_tokens for result in results),
        output_tokens=sum(result.usage.output_tokens for result in results),
        cost=prices.total([_cost(result) for result in results]),
    )


def _cost(result: Result) -> Decimal | None:
    """Nothing, for what never reached a model."""
    usage = result.usage
    took = usage.turns or usage.input_tokens or usage.output_tokens
    return result.cost if result.cost is not None or took else prices.FREE
