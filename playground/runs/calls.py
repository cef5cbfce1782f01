"""What is noted beside a run's tool calls: how long each took, and how it came to its result."""

from collections.abc import Callable, Iterable

from playground.runs.activity import REJECTED
from playground.runs.spelled import spell


class Calls:
    """The tool calls of a run, by their ids. `clock` answers seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started: dict[str, float] = {}
        self._failed: set[str] = set()
        self._rejected: frozenset[str] = frozenset()
        self._words: dict[str, str] = {}

    def start(self, call_id: str) -> None:
        """A tool begins to work."""
        self._started[call_id] = self._clock()

    def end(self, call_id: str) -> None:
        """A tool has answered; its step is ended when its output comes."""
        if call_id in self._started:
            self._started[call_id] = self._clock() - self._started[call_id]

    def fail(self, call_id: str) -> None:
        """The output that will come for this call is an error."""
        self._failed.add(call_id)

    def has_failed(self, call_id: str) -> bool:
        """Whether the call's output is an error."""
        return call_id in self._failed

    def say(self, call_id: str, word: str) -> None:
        """The output that will come for this call is not the tool's own; `word` says whose."""
        self._words[call_id] = word

    def reject(self, call_ids: Iterable[str]) -> None:
        """The visitor did not allow these calls, and no others."""
        self._rejected = frozenset(call_ids)

    def note(self, call_id: str) -> str:
        """What stands beside the name of a tool that has answered, such as `failed · 12 ms`."""
        rejected, failed = call_id in self._rejected, call_id in self._failed
        words = [REJECTED] if rejected else ["failed"] if failed else []
        if call_id in self._words:
            words.append(self._words[call_id])
        if call_id in self._started:
            words.append(spell(self._started[call_id]))
        return " · ".join(words)
