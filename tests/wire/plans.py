"""What the fake provider does, read off the model id: any client can pick a behaviour.

| model id | behaviour |
| --- | --- |
| `echo` | the last user text, word by word |
| `words-200`, `words-200@100` | `w0 w1 …`, as fast as it goes or at so many a second |
| `think-20-words-20`, `…@100` | `t0 t1 …` as thoughts, then words |
| `tool:NAME:ARGS` | calls NAME with ARGS (sent as they stand), then says `The tool said: OUTPUT` |
| `loop:NAME:ARGS` | calls NAME in every turn, for ever |
| `tools:{"a": {…}, "b": {…}}` | calls several tools in one turn, then answers as `tool:` does |
| `two-tools` | calls the first two tools that are offered (one twice if alone) with `{}`, then answers |
| `hang`, `hang-open` | no reply at all; a reply that opens and stays empty |
| `stall-5` | 5 words, then silence with the connection open |
| `cut-5` | 5 words, then a clean end with no finish |
| `drop-5` | 5 words, then the socket is aborted |
| `length-5`, `filter-5` | 5 words, ended by the token limit or the content filter |
| `badjson-5` | 5 words, then a frame that is not JSON |
| `inerror-5`, `failed-5` | 5 words, then an error inside the stream |
| `status-429`, `status-429-retry-after-2` | an HTTP error whose body holds the canary |
| `flaky-2` | fails with 500 so many times, then says 5 words |
| `slow-first-2` | waits so many seconds, then says 5 words |
| `refusal` | refuses |
| `raw:[…]` | sends each element of the list as a frame: objects as JSON, strings as they stand |
| `without:a.b` | a 400 that names `a.b` if the request has it, else `echo` |
| `gpt-6-…` | any of these, under a name that passes for a reasoning model |

An unknown id is a 404, as at a real provider. Every word is numbered, so a lost or doubled one is seen.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, cast

CANARY = "sk-canary-4f1d6c0e9b"
"""In every error body; must never reach a visitor."""

Kind = Literal["think", "say", "call", "refuse"]
Ending = Literal["stop", "length", "filter", "silence", "cut", "drop", "badjson", "error", "failed"]

_Build: TypeAlias = "Callable[[re.Match[str], Asked], Plan]"

_ENDINGS: Mapping[str, Ending] = {
    "stall": "silence",
    "cut": "cut",
    "drop": "drop",
    "length": "length",
    "filter": "filter",
    "badjson": "badjson",
    "inerror": "error",
    "failed": "failed",
}


@dataclass(frozen=True)
class Part:
    """One output item, in the pieces it is streamed in. `name` is the tool's."""

    kind: Kind
    pieces: tuple[str, ...]
    name: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


@dataclass(frozen=True)
class Plan:
    """A whole answer. `rate` is pieces per second (0: no pauses), `delay` seconds before the first."""

    parts: tuple[Part, ...] = ()
    ending: Ending = "stop"
    rate: float = 0
    delay: float = 0
    status: int = 200
    retry_after: float | None = None
    mute: bool = False
    flaky: int = 0
    param: str | None = None
    """The field an error blames."""
    frames: tuple[str, ...] = ()
    """Sent as they are, instead of anything else."""


@dataclass(frozen=True)
class Asked:
    """A request, whatever its dialect: all of it, the last user text, tool outputs after it, tools on offer."""

    body: dict[str, Any]

    user_text: str
    tool_outputs: tuple[str, ...]
    tools: tuple[str, ...]


def plan_for(model: str, asked: Asked) -> Plan:
    """The answer that `model` stands for."""
    for pattern, build in _BUILDERS:
        if match := re.fullmatch(pattern, model, re.DOTALL):
            return build(match, asked)
    return Plan(status=404)


def words(count: int, letter: str = "w") -> tuple[str, ...]:
    """`w0`, ` w1`, ` w2` …"""
    return tuple(f"{letter}{i}" if i == 0 else f" {letter}{i}" for i in range(count))


def _say(pieces: Sequence[str]) -> Part:
    return Part("say", tuple(pieces))


def _spoken(text: str) -> Part:
    return _say(re.findall(r"\s*\S+|\s+$", text))


def _call(name: str, arguments: str) -> Part:
    return Part("call", tuple(arguments[i : i + 8] for i in range(0, len(arguments), 8)), name)


def _answer(asked: Asked) -> Plan:
    return Plan((_spoken("The tool said: " + " | ".join(asked.tool_outputs)),))


def _numbered(match: re.Match[str], _: Asked) -> Plan:
    thoughts, count, rate = match.group("think"), match.group("words"), match.group("rate")
    parts = (Part("think", words(int(thoughts), "t")),) if thoughts else ()
    return Plan((*parts, _say(words(int(count)))), rate=float(rate or 0))


def _broken(match: re.Match[str], _: Asked) -> Plan:
    return Plan((_say(words(int(match[2]))),), ending=_ENDINGS[match[1]])


def _tool(match: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs and match[1] == "tool":
        return _answer(asked)
    return Plan((_call(match[2], match[3]),))


def _tools(match: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs:
        return _answer(asked)
    wanted: dict[str, Any] = json.loads(match[1])
    return Plan(tuple(_call(name, json.dumps(args)) for name, args in wanted.items()))


def _two_tools(_: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs or not asked.tools:
        return _answer(asked)
    return Plan(tuple(_call(name, "{}") for name in (asked.tools * 2)[:2]))


def _status(match: re.Match[str], _: Asked) -> Plan:
    return Plan(status=int(match[1]), retry_after=float(match[2]) if match[2] else None)


def _echo(_: re.Match[str], asked: Asked) -> Plan:
    return Plan((_spoken(asked.user_text),))


def _flaky(match: re.Match[str], _: Asked) -> Plan:
    return replace(_FIVE, flaky=int(match[1]))


def _slow(match: re.Match[str], _: Asked) -> Plan:
    return replace(_FIVE, delay=float(match[1]))


def _raw(match: re.Match[str], _: Asked) -> Plan:
    frames: list[Any] = json.loads(match[1])
    return Plan(frames=tuple(frame if isinstance(frame, str) else json.dumps(frame) for frame in frames))


def _without(match: re.Match[str], asked: Asked) -> Plan:
    value: Any = asked.body
    for name in match[1].split("."):
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return Plan(status=400, param=match[1]) if value is not None else _echo(match, asked)


def _disguised(match: re.Match[str], asked: Asked) -> Plan:
    return plan_for(match[1], asked)


_FIVE = Plan((_say(words(5)),))


def _fixed(plan: Plan) -> _Build:
    def build(_match: re.Match[str], _asked: Asked) -> Plan:
        return plan

    return build


_BUILDERS: tuple[tuple[str, _Build], ...] = (
    (r"echo", _echo),
    (r"(?:think-(?P<think>\d+)-)?words-(?P<words>\d+)(?:@(?P<rate>[\d.]+))?", _numbered),
    (r"(tool|loop):([^:]+):(.*)", _tool),
    (r"tools:(.*)", _tools),
    (r"two-tools", _two_tools),
    (r"hang", _fixed(Plan(ending="silence", mute=True))),
    (r"hang-open", _fixed(Plan(ending="silence"))),
    (rf"({'|'.join(_ENDINGS)})-(\d+)", _broken),
    (r"status-(\d{3})(?:-retry-after-([\d.]+))?", _status),
    (r"flaky-(\d+)", _flaky),
    (r"slow-first-([\d.]+)", _slow),
    (r"raw:(.*)", _raw),
    (r"without:(.*)", _without),
    (r"gpt-6-(.*)", _disguised),
    (r"refusal", _fixed(Plan((Part("refuse", ("I will ", "not ", "do that.")),)))),
)
