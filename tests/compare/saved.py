"""A comparison with some of everything in it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from playground.compare.answers import Answer, Source, Sources
from playground.compare.parts import Note, Part, Step, Thought, ToolCall
from playground.compare.saving.comparison import Comparison, Reply, Round, SavedLane, SavedRun
from playground.records import LaneSettings, RunStatus, TurnUsage, Usage

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MODELS = ("openai/gpt-6-mini", "anthropic/claude-sonnet-5", "gemini/gemini-4-flash", "local/qwen")

CODE = "Use a `dict`:\n\n```python\ndef count(words: list[str]) -> dict[str, int]:\n    return Counter(words)\n```\n"
TABLE = "| City | Degrees | Wind |\n|---|--:|:-:|\n| Oslo | **4.5** | 3 m/s |\n| Rome | 17 | calm |\n"


def run(model: str, status: RunStatus = "completed", *, slow: int = 1, round_: int = 0) -> SavedRun:
    """A run that took `slow` times as long as another."""
    return SavedRun(
        agent="assistant",
        model=model,
        status=status,
        created_at=AT + timedelta(minutes=round_),
        usage=Usage(1240 * slow, 387 + slow, 900, 120 * (slow - 1), 2),
        first_token_ms=320 * slow,
        duration_ms=4_100 * slow,
        tool_calls=1,
        cost=Decimal("0.0012") * slow,
        turns=(TurnUsage(model, 620 * slow, 200), TurnUsage(model, 620 * slow, 187 + slow, cost=Decimal("0.0004"))),
        notes=("Temperature is not supported by this model; it was left out.",) if slow == 2 else (),
        error="The provider closed the connection before the answer was complete." if status == "failed" else None,
    )


def tool(*, failed: bool = False, shared: bool = False) -> ToolCall:
    """A call of a tool."""
    note = "failed · 12 ms" if failed else "shared" if shared else "12 ms"
    result = "No such city." if failed else '{\n  "degrees": 4.5\n}'
    return ToolCall(
        name="weather", arguments='{\n  "city": "Oslo"\n}', result=result, failed=failed, shared=shared, note=note
    )


def comparison(answer: str = "", title: str = "Weather in Oslo, and what to wear") -> Comparison:
    """Four lanes, two rounds; every answer ends with `answer`."""
    said: list[list[Part]] = [
        [Thought(text="The *user* wants the weather."), tool(), Answer(text=f"It is **4.5 °C**.\n\n{TABLE}\n{answer}")],
        [
            tool(shared=True),
            Answer(text=f"Cold: take a coat.\n\n- a hat\n- gloves\n  - warm ones\n\n> Brr.\n\n{answer}"),
        ],
        [tool(failed=True), Answer(text=f"I could not find out. {answer}")],
        [
            Step(title="Hand-off → desk"),
            Answer(text=f"About 4 °C [as told][1].\n\n[1]: https://met.example\n\n{answer}"),
        ],
    ]
    said[3].append(Sources(sources=(Source(title="Met office", url="https://met.example/oslo"), Source(title="Notes"))))
    statuses: tuple[RunStatus, ...] = ("completed", "completed", "failed", "cancelled")
    first = tuple(
        Reply(lane=lane, parts=tuple(parts), run=run(MODELS[lane], statuses[lane], slow=lane + 1))
        for lane, parts in enumerate(said)
    )
    second = tuple(
        Reply(lane=lane, parts=(Answer(text=f"{CODE}{answer}"),), run=run(MODELS[lane], slow=4 - lane, round_=1))
        for lane in (0, 1, 3)
    )
    return Comparison(
        title=title,
        made_at=AT,
        same_world=True,
        lanes=tuple(
            SavedLane(
                name=model, agent="assistant", model=model, settings=LaneSettings(temperature=0.2 if lane else None)
            )
            for lane, model in enumerate(MODELS)
        ),
        rounds=(
            Round(prompt=f"What is the weather in **Oslo**?\nAnd what do I wear? {answer}", replies=first),
            Round(prompt="How do I count words in Python?", replies=second),
            Round(prompt="One more thing", replies=(Reply(lane=2, parts=(Note(text="Nobody answered."),)),)),
        ),
    )
