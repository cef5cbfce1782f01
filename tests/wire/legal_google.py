"""What the real Google refuses in a request: the first thing wrong with it, in words, or nothing. Pure."""

import base64
import re
from collections.abc import Iterator
from typing import Any, cast

from tests.wire.dialects import Json, is_seal, steps_of
from tests.wire.legal import pairs

_SKIP = "skip_thought_signature_validator"
_SKIPS = {_SKIP, base64.b64encode(_SKIP.encode()).decode()}
_CONTENT = {"text", "image", "document", "audio", "video"}


# ---- Interactions


def interactions(body: Json, model: str) -> Iterator[str]:
    """`POST /v1/interactions`."""
    steps = steps_of(body.get("input"))
    if not steps or steps[0].get("type") != "user_input":
        yield "input: the first step must be a user_input"
    for at, step in enumerate(steps):
        yield from (f"input[{at}]: {wrong}" for wrong in _step(step, model))
    yield from _rounds(steps)


def _rounds(steps: list[Json]) -> Iterator[str]:
    """Every call has its result before the user or the model says anything more."""
    waiting: list[str] = []
    for at, step in enumerate(steps):
        if step["type"] == "function_call":
            waiting.append(step["id"])
        elif step["type"] == "function_result":
            if step.get("call_id") not in waiting:
                yield f"input[{at}]: function_result for {step.get('call_id')}, which was not called"
            else:
                waiting.remove(step["call_id"])
        elif step["type"] in {"user_input", "model_output"} and waiting and steps[at - 1]["type"] == "function_result":
            yield f"input[{at}]: no function_result for {waiting}"
    if waiting:
        yield f"input: no function_result for {waiting}"
    searched = [step for step in steps if step["type"].startswith("google_search")]
    yield from pairs(
        (step["id"] for step in searched if step["type"] == "google_search_call"),
        (step["call_id"] for step in searched if step["type"] == "google_search_result"),
        "google_search_result",
    )


def _step(step: Json, model: str) -> Iterator[str]:
    match step.get("type"):
        case "user_input" | "model_output":
            yield from _contents(step.get("content"))
        case "function_call" | "function_result" as kind:
            yield from _call(step) if kind == "function_call" else _result(step)
        case "thought" | "google_search_call" | "google_search_result" as kind:
            if not is_seal(model, step.get("signature"), _thought(step) if kind == "thought" else None):
                yield f"{kind}: invalid signature"
        case kind:
            yield f"unknown step {kind}"


def _call(step: Json) -> Iterator[str]:
    if not isinstance(step.get("arguments"), dict) or not step.get("name") or not step.get("id"):
        yield "function_call: needs an id, a name and an object of arguments"


def _result(step: Json) -> Iterator[str]:
    if isinstance(step.get("result"), list):
        yield from _contents(step["result"])
    elif not isinstance(step.get("result"), (str, dict)):
        yield "function_result: needs a result"


def _thought(step: Json) -> str:
    return "".join(part.get("text", "") for part in step.get("summary") or ())


def _contents(contents: Any) -> Iterator[str]:
    if not isinstance(contents, list) or not contents:
        yield "content: must not be empty"
        return
    parts = cast("list[Json]", contents)
    for part in parts:
        if part.get("type") not in _CONTENT:
            yield f"content: unknown type {part.get('type')}"
        elif part["type"] == "text" and not isinstance(part.get("text"), str):
            yield "content: no text"
        elif part["type"] != "text" and bool(part.get("data")) == bool(part.get("uri")):
            yield f"{part['type']}: either data or a uri"
        elif part.get("data") and not part.get("mime_type"):
            yield f"{part['type']}: data without a mime_type"


# ---- generateContent


def generate(body: Json, model: str) -> Iterator[str]:
    """`POST /v1/models/MODEL:streamGenerateContent`."""
    contents: list[Json] = body.get("contents") or []
    if not contents or contents[0].get("role", "user") != "user":
        yield "contents: must begin with the user"
    for at, content in enumerate(contents):
        parts: list[Json] = content.get("parts") or []
        before: Json = contents[at - 1] if at else {"parts": []}
        if at and content.get("role") == before.get("role"):
            yield f"contents[{at}]: roles must alternate"
        if not parts:
            yield f"contents[{at}]: parts must not be empty"
        for part in parts:
            yield from (f"contents[{at}]: {wrong}" for wrong in _part(part, content.get("role", "user"), model))
        yield from (f"contents[{at}]: {wrong}" for wrong in _answered(before["parts"], parts))
    if contents and any("functionCall" in part for part in contents[-1]["parts"]):
        yield "contents: the last calls have no response"
    if re.search(r"gemini-[3-9]", model):
        yield from _unsigned(contents)


def _part(part: Json, role: str, model: str) -> Iterator[str]:
    kinds = part.keys() & {"text", "inlineData", "fileData", "functionCall", "functionResponse"}
    if len(kinds) != 1:
        yield f"part.data: exactly one of its kinds, not {sorted(part)}"
    if ("functionCall" in part) != (role == "model") and kinds & {"functionCall", "functionResponse"}:
        yield f"a {kinds} part does not belong to the {role}"
    inline = part.get("inlineData")
    if inline is not None and not ((inline.get("mimeType") or inline.get("mime_type")) and inline.get("data")):
        yield "inlineData: needs mimeType and data"  # Google's own client spells it the one way or the other
    signature = part.get("thoughtSignature")
    if signature is not None and signature not in _SKIPS and not is_seal(model, signature):
        yield "Thought signature is not valid"


def _answered(before: list[Json], parts: list[Json]) -> Iterator[str]:
    """As many responses as calls, for the same functions, before anything else."""
    called = [part["functionCall"]["name"] for part in before if "functionCall" in part]
    responses = [part["functionResponse"] for part in parts if "functionResponse" in part]
    if sorted(called) != sorted(response["name"] for response in responses):
        yield "the number of function response parts must equal that of the function call parts"
    ids = [part["functionCall"].get("id") for part in before if "functionCall" in part]
    given = [response.get("id") for response in responses]
    if any(ids) and sorted(map(str, ids)) != sorted(map(str, given)):
        yield f"function responses for {given}, calls were {ids}"
    yield from ("response: needs an object" for one in responses if not isinstance(one.get("response"), dict))


def _unsigned(contents: list[Json]) -> Iterator[str]:
    """In the turn that goes on, each step's first call carries the signature of its thought."""
    texts = [
        content.get("role") != "model" and any("text" in part for part in content["parts"]) for content in contents
    ]
    start = len(texts) - texts[::-1].index(True) if True in texts else 0
    for content in contents[start:]:
        calls = [part for part in content["parts"] if "functionCall" in part]
        if calls and "thoughtSignature" not in calls[0]:
            yield "Function call is missing a thought_signature in functionCall parts"
