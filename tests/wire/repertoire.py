"""What the fake provider does, read off the model id: any client can pick a behaviour.

| model id | behaviour |
| --- | --- |
| `echo` | the last user text, word by word |
| `words-200`, `words-200@100` | `w0 w1 …`, as fast as it goes or at so many a second |
| `think-20-…` | `t0 t1 …` as thoughts, then any of the others |
| `sealed-…` | a thought without words, then any of the others |
| `parts-3` | three texts of five words, one after another |
| `search` | a search that the provider makes, then five words and their source |
| `say:TEXT` | the text |
| `tool:NAME:ARGS` | calls NAME with ARGS (sent as they stand), then says `The tool said: OUTPUT` |
| `tool-echo:NAME` | calls NAME with the last user text as its `text`, then says that text |
| `loop:NAME:ARGS` | calls NAME in every turn, for ever |
| `json:NAME:ARGS` | calls NAME, then says `{"said": "OUTPUT"}` |
| `tools:{"a": {…}, "b": {…}}` | calls several tools in one turn, then answers as `tool:` does |
| `two-tools` | calls the first two tools that are offered (one twice if alone) with `{}`, then answers |
| `hand-off` | calls the hand-off that is offered, else says 5 words |
| `hang`, `hang-open` | no reply at all; a reply that opens and stays empty |
| `stall-5` | 5 words, then silence with the connection open |
| `cut-5` | 5 words, then a clean end with no finish |
| `drop-5` | 5 words, then the socket is aborted |
| `length-5`, `filter-5` | 5 words, ended by the token limit or the content filter |
| `badjson-5` | 5 words, then a frame that is not JSON |
| `inerror-5`, `failed-5`, `overloaded-5` | 5 words, then an error inside the stream |
| `status-429`, `status-429-retry-after-2` | an HTTP error whose body holds the canary |
| `too-long` | the HTTP error for a prompt that does not fit |
| `flaky-2`, `flaky-1-429`, `flaky-1-overloaded` | fails so many times (500, or as told), then says 5 words |
| `slow-first-2` | waits so many seconds, then says 5 words |
| `refusal` | refuses |
| `raw:[…]` | sends each element of the list as a frame: objects as JSON, strings as they stand |
| `without:a.b` | a 400 that names `a.b` if the request has it, else `echo` |
| `gpt-6-…`, `claude-sonnet-5-5-…`, `gemini-3.8-flash-…` | any of these, under a name that has its maker's abilities |
| `generate-only:…` | any of these, but not by the Interactions API |

An unknown id is a 404, as at a real provider. Every word is numbered, so a lost or doubled one is seen.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, cast

from tests.wire.plans import Asked, Ending, Part, Plan, call, say, words

_Build: TypeAlias = Callable[[re.Match[str], Asked], Plan]

_ENDINGS: Mapping[str, Ending] = {
    "stall": "silence",
    "cut": "cut",
    "drop": "drop",
    "length": "length",
    "filter": "filter",
    "badjson": "badjson",
    "inerror": "error",
    "failed": "failed",
    "overloaded": "overloaded",
}


def plan_for(model: str, asked: Asked) -> Plan:
    """The answer that `model` stands for."""
    for pattern, build in _BUILDERS:
        if match := re.fullmatch(pattern, model, re.DOTALL):
            return build(match, asked)
    return Plan(status=404)


def _spoken(text: str) -> Part:
    return say(re.findall(r"\s*\S+|\s+$", text))


def _answer(asked: Asked) -> Plan:
    return Plan((_spoken("The tool said: " + " | ".join(asked.tool_outputs)),))


def _numbered(match: re.Match[str], _: Asked) -> Plan:
    return Plan((say(words(int(match[1]))),), rate=float(match[2] or 0))


def _thinking(match: re.Match[str], asked: Asked) -> Plan:
    plan = plan_for(match[2], asked)
    return replace(plan, parts=(Part("think", words(int(match[1]), "t")), *plan.parts))


def _sealed(match: re.Match[str], asked: Asked) -> Plan:
    plan = plan_for(match[1], asked)
    return replace(plan, parts=(Part("seal", ()), *plan.parts))


def _parts(match: re.Match[str], _: Asked) -> Plan:
    return Plan((say(words(5)),) * int(match[1]))


def _search(_: re.Match[str], asked: Asked) -> Plan:
    return Plan((Part("search", (asked.user_text,)), say(words(5), sourced=True)))


def _said(match: re.Match[str], _: Asked) -> Plan:
    return Plan((_spoken(match[1]),))


def _broken(match: re.Match[str], _: Asked) -> Plan:
    count = int(match[2])
    return Plan((say(words(count)),) if count else (), ending=_ENDINGS[match[1]])


def _tool(match: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs and match[1] == "json":
        return Plan((_spoken(json.dumps({"said": " | ".join(asked.tool_outputs)})),))
    if asked.tool_outputs and match[1] == "tool":
        return _answer(asked)
    return Plan((call(match[2], match[3]),))


def _tool_echo(match: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs:
        return _echo(match, asked)
    return Plan((call(match[1], json.dumps({"text": asked.user_text})),))


def _tools(match: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs:
        return _answer(asked)
    wanted: dict[str, Any] = json.loads(match[1])
    return Plan(tuple(call(name, json.dumps(args)) for name, args in wanted.items()))


def _two_tools(_: re.Match[str], asked: Asked) -> Plan:
    if asked.tool_outputs or not asked.tools:
        return _answer(asked)
    return Plan(tuple(call(name, "{}") for name in (asked.tools * 2)[:2]))


def _hand_off(_: re.Match[str], asked: Asked) -> Plan:
    offered = next((name for name in asked.tools if name.startswith("transfer_to_")), None)
    return Plan((call(offered, "{}"),)) if offered else _FIVE


def _status(match: re.Match[str], _: Asked) -> Plan:
    return Plan(status=int(match[1]), retry_after=float(match[2]) if match[2] else None)


def _echo(_: re.Match[str], asked: Asked) -> Plan:
    return Plan((_spoken(asked.user_text),))


def _flaky(match: re.Match[str], asked: Asked) -> Plan:
    failing = match[2] or "500"
    how = plan_for(f"status-{failing}" if failing[0].isdigit() else f"{failing}-0", asked)
    return replace(_FIVE, flaky=int(match[1]), failing=how)


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


_FIVE = Plan((say(words(5)),))


def _fixed(plan: Plan) -> _Build:
    def build(_match: re.Match[str], _asked: Asked) -> Plan:
        return plan

    return build


_BUILDERS: tuple[tuple[str, _Build], ...] = (
    (r"echo", _echo),
    (r"words-(\d+)(?:@([\d.]+))?", _numbered),
    (r"think-(\d+)-(.*)", _thinking),
    (r"sealed-(.*)", _sealed),
    (r"parts-(\d+)", _parts),
    (r"search", _search),
    (r"say:(.*)", _said),
    (r"tool-echo:(.*)", _tool_echo),
    (r"(tool|loop|json):([^:]+):(.*)", _tool),
    (r"tools:(.*)", _tools),
    (r"two-tools", _two_tools),
    (r"hand-off", _hand_off),
    (r"hang", _fixed(Plan(ending="silence", mute=True))),
    (r"hang-open", _fixed(Plan(ending="silence"))),
    (rf"({'|'.join(_ENDINGS)})-(\d+)", _broken),
    (r"status-(\d{3})(?:-retry-after-([\d.]+))?", _status),
    (r"too-long", _fixed(Plan(status=400, too_long=True, complaint="prompt is too long: 250000 tokens"))),
    (r"flaky-(\d+)(?:-(.*))?", _flaky),
    (r"slow-first-([\d.]+)", _slow),
    (r"raw:(.*)", _raw),
    (r"without:(.*)", _without),
    (r"(?:gpt-6|claude-[a-z]+-\d-\d|gemini-[\d.]+-[a-z]+)-(.*)", _disguised),
    (r"generate-only:(.*)", _disguised),
    (r"refusal", _fixed(Plan((Part("refuse", ("I will ", "not ", "do that.")),)))),
)
