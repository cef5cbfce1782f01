"""How many tokens a call can take at most, before it is made. Pure.

Text: no tokenizer makes more tokens of a text than it has bytes. Pictures: what their provider documents as the most
for one. A file that the provider unpacks, and what tools bring that it runs itself: the model's whole context.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from agents import FunctionTool, ModelSettings

from playground import prices, wire
from playground.budget.usage import FEES

CALL = 1_500
"""Tokens that a provider may add to a call: roles, the frame of tools. Anthropic's for tools are the most, 700."""
ITEM = 16
"""And to each item and each tool."""
CONTEXT = 1_050_000
"""Of a model whose context is not known."""
PICTURES: Mapping[str, int] = {"openai": 16_384, "anthropic": 5_000, "google": 8_192}
"""Tokens of one picture: 10,000 patches at 1.62; 4,784; 32 tiles of 258."""
ANY_PICTURE = 16_384
LITTLE = {"gpt-4o-mini": 48_169}
"""Models that count a picture's tiles many times over."""
FILE_COUNT = 50_000
"""What a file counts against a cap in tokens, where its money is held at the whole context."""
BYTES_PER_SOUND_TOKEN = 8
"""Sound of 6 kbit/s has 23 bytes for each of Google's 32 tokens a second."""
HOSTED_USES = 5
"""Uses that a call is held for of each tool that the provider runs itself."""
ANY_FEE = Decimal("0.035")
"""US dollars for one use of such a tool that is not in FEES."""
_HEAVY = frozenset({"input_image", "input_file", "input_audio", "computer_screenshot"})
_TEXTS = ("data:text/", "data:application/json", "data:application/xml", "data:application/yaml")


@dataclass(frozen=True, slots=True)
class Bound:
    """The most tokens of one call. `counted` goes against a cap in tokens: it guesses where `input` is the worst.

    `fees` in US dollars are a guess, of how often the provider's own tools are used.
    """

    input: int
    output: int
    counted: int
    fees: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Call:
    """What the SDK passes to a model."""

    system: str | None
    history: Any
    settings: ModelSettings
    tools: Sequence[Any]
    schema: Any
    handoffs: Sequence[Any]
    remembered: bool = False


def bound(model: str, call: Call, *, most_output: int) -> Bound:
    """The most that `model` can take for a call."""
    context = _context(model)
    light, heavy = _sorted(call.history)
    hosted = [tool for tool in call.tools if not isinstance(tool, FunctionTool)]
    text = _size([call.system, *light, *_offered(call), call.settings.extra_args, call.settings.extra_body])
    pieces = len(light) + len(call.tools) + len(call.handoffs)
    known = CALL + text + ITEM * pieces + sum(_weight(model, part) for part in heavy)
    unknown = sum(map(_is_file, heavy)) + bool(hosted) + call.remembered
    most = context if unknown else min(known, context)
    answers = 2 if prices.is_free(model) else 1  # a local model is asked twice, once for its tool
    return Bound(
        input=most * answers,
        output=most_output * answers,
        counted=(min(known + FILE_COUNT * unknown, context) + most_output) * answers,
        fees=sum((HOSTED_USES * FEES.get(f"{tool.name}_call", ANY_FEE) for tool in hosted), Decimal(0)),
    )


def again(before: Bound) -> Bound:
    """Of a further request for the same answer: it is told what was said so far."""
    room = before.input + before.output
    return Bound(room, before.output, before.counted + before.output, before.fees)


def _context(model: str) -> int:
    price = prices.price(model)
    return price.context if price is not None and price.context else CONTEXT


def _sorted(history: Any) -> tuple[list[Any], list[dict[str, Any]]]:
    """Texts, and what else there is."""
    light, heavy = list[Any](), list[dict[str, Any]]()
    for part in _parts(history):
        fields = wire.as_object(part)
        if fields is not None and fields.get("type") in _HEAVY:
            heavy.append(fields)
        else:
            light.append(part)
    return light, heavy


def _parts(history: Any) -> Iterator[Any]:
    """Items, with the parts of a message or of a tool's result one by one, and the rest of the item by itself."""
    if not isinstance(history, list):
        yield history
        return
    for item in wire.as_list(history) or ():
        fields = wire.as_object(item) or {}
        inner = {name: wire.as_list(fields.get(name)) for name in ("content", "output")}
        lists = {name: parts for name, parts in inner.items() if parts is not None}
        output = wire.as_object(fields.get("output"))
        if not fields:
            yield item
        elif output is not None and output.get("type") in _HEAVY:
            yield output
        else:
            yield {name: value for name, value in fields.items() if name not in lists}
        for parts in lists.values():
            yield from parts


def _offered(call: Call) -> Iterator[Any]:
    for tool in call.tools:
        fields = ("name", "description", "params_json_schema")
        yield [getattr(tool, name, None) for name in fields] if isinstance(tool, FunctionTool) else repr(tool)
    for handoff in call.handoffs:
        yield [handoff.tool_name, handoff.tool_description, handoff.input_json_schema]
    if call.schema is not None and not call.schema.is_plain_text():
        yield call.schema.json_schema()


def _weight(model: str, part: Mapping[str, Any]) -> int:
    """Tokens of a part that is no text; 0 of a file that nobody can look into."""
    data = str(part.get("file_data") or "")
    if part["type"] == "input_audio":
        sound = wire.as_object(part.get("input_audio")) or {}
        return len(str(sound.get("data") or "")) // BYTES_PER_SOUND_TOKEN + ITEM
    if part["type"] == "input_file" and not _is_picture(part):
        return len(data) if data.startswith(_TEXTS) else 0
    provider, _, name = model.partition("/")
    little = next((tokens for prefix, tokens in LITTLE.items() if name.startswith(prefix)), None)
    return little or PICTURES.get(provider, ANY_PICTURE)


def _is_file(part: Mapping[str, Any]) -> bool:
    return part["type"] == "input_file" and not (
        _is_picture(part) or str(part.get("file_data") or "").startswith(_TEXTS)
    )


def _is_picture(part: Mapping[str, Any]) -> bool:
    return str(part.get("file_data") or "").startswith("data:image/")


def _size(value: Any) -> int:
    """Bytes of all its texts, with their signs."""
    try:
        return len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
    except TypeError:  # half a character, or numbers that are too large
        return len(json.dumps(value, default=str))
