"""Turns → the steps of Google's Interactions API. What this model once sent goes back as it came."""

from collections.abc import Iterable
from typing import Any

from playground.models.google.media import Given, given, said
from playground.models.google.turns import Item, arguments_of, kind_of
from playground.models.history import origin_of
from playground.models.reading import Frame, inner


def steps_of(turns: Iterable[Item], origin: str) -> list[Frame]:
    """The steps, for the model whose full name is `origin`.

    Raises:
        UserError: content that Gemini does not read.
    """
    return [
        step for item in turns for step in _steps(item, inner(item, "provider_data"), own=origin_of(item) == origin)
    ]


def _steps(item: Item, data: Frame, *, own: bool) -> list[Frame]:
    """No steps for the thoughts and searches of other models, or for a thought that was broken off before its seal."""
    match kind_of(item):
        case "user":
            return [{"type": "user_input", "content": list(map(_content, given(item.get("content")) or [""]))}]
        case "assistant":
            content = [_content(text) for text in said(item.get("content"))]
            return [{"type": "model_output", "content": content}] if content else []
        case "reasoning":
            return [data["step"]] if own and inner(data, "step").get("signature") else []
        case "web_search_call":
            return data.get("steps") or [] if own else []
        case "function_call":
            call = {"type": "function_call", "id": item["call_id"], "name": item["name"]}
            return [{**(inner(data, "step") if own else {}), **call, "arguments": arguments_of(item)}]
        case _:
            result = {"call_id": item["call_id"], "name": item["name"], "result": _result(item.get("output"))}
            return [{"type": "function_result", **result}]


def _result(output: object) -> Any:
    """A text where that is all there is, else a list of contents."""
    found = given(output)
    texts = [one for one in found if isinstance(one, str)]
    return "\n".join(texts) if len(texts) == len(found) else list(map(_content, found))


def _content(one: Given) -> Frame:
    if isinstance(one, str):
        return {"type": "text", "text": one}
    place = {"data": one.data} if one.data else {"uri": one.uri}
    mime_type = {} if one.mime_type == "image/*" else {"mime_type": one.mime_type}
    return {"type": one.kind, **mime_type, **place}
