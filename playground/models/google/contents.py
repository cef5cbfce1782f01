"""Turns → the contents of Google's generateContent. What this model once sent goes back as it came.

A thought's signature is on the part that follows it, so every part keeps its own, and none are joined.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from playground.models.google.media import Given, Media, given, said
from playground.models.google.turns import Item, arguments_of, kind_of
from playground.models.history import origin_of
from playground.models.reading import Frame, inner

UNSIGNED = "skip_thought_signature_validator"
"""Stands for the signature of a thought that this model never had, by Google's own convention."""


def contents_of(turns: Iterable[Item], origin: str, *, signs: bool) -> list[Frame]:
    """The contents, for the model whose full name is `origin`: the user's and the model's in turn.

    `signs`: the model wants a signature with the first call of each step, and sees the media in results.

    Raises:
        UserError: content that Gemini does not read.
    """
    turns = list(turns)
    ids = {item["call_id"]: _wire_id(item, origin) for item in turns if kind_of(item) == "function_call"}
    contents: list[Frame] = []
    for item in turns:
        if kind_of(item) == "function_call_output":
            role, parts = "user", [_response(item, ids, sees=signs)]
        elif kind_of(item) == "user":
            role, parts = "user", list(map(_part, given(item.get("content")) or [""]))
        else:
            role, parts = "model", _made(item, inner(item, "provider_data"), own=origin_of(item) == origin)
        _append(contents, role, parts)
    if signs:
        for content in contents:
            _sign(content["parts"])
    return contents


def _append(contents: list[Frame], role: str, parts: list[Frame]) -> None:
    if contents and contents[-1]["role"] == role:
        contents[-1]["parts"] += parts
    elif parts:
        contents.append({"role": role, "parts": [*parts]})


def _made(item: Item, data: Frame, *, own: bool) -> list[Frame]:
    """The model's parts. The thoughts and searches of other models are sealed for who had them."""
    if own and data.get("parts"):
        return list(data["parts"])
    match kind_of(item):
        case "assistant":
            return [{"text": text} for text in said(item.get("content"))]
        case "function_call":
            return [{"functionCall": {"id": item["call_id"], "name": item["name"], "args": arguments_of(item)}}]
        case _:
            return []


def _wire_id(call: Item, origin: str) -> Any:
    """What the server knows a call by; nothing where it gave none itself."""
    parts = inner(call, "provider_data").get("parts") if origin_of(call) == origin else None
    return inner(parts[0], "functionCall").get("id") if parts else call["call_id"]


def _response(item: Item, ids: Mapping[str, Any], *, sees: bool) -> Frame:
    found = given(item.get("output"))
    media = [one for one in found if isinstance(one, Media)]
    told = (one if isinstance(one, str) else f"[{one.kind}: {one.uri or one.mime_type}]" for one in found)
    if sees:
        told = (one for one in found if isinstance(one, str))
    response: Frame = {"name": item["name"], "response": {"output": "\n".join(told)}}
    if wire_id := ids[item["call_id"]]:
        response["id"] = wire_id
    if media and sees:
        response["parts"] = list(map(_part, media))
    return {"functionResponse": response}


def _sign(parts: list[Frame]) -> None:
    for index, part in enumerate(parts):
        if "functionCall" in part:
            if not part.get("thoughtSignature"):
                parts[index] = {**part, "thoughtSignature": UNSIGNED}
            return


def _part(one: Given) -> Frame:
    if isinstance(one, str):
        return {"text": one}
    if one.data:
        return {"inlineData": {"mimeType": one.mime_type, "data": one.data}}
    mime_type = {} if one.mime_type == "image/*" else {"mimeType": one.mime_type}
    return {"fileData": {**mime_type, "fileUri": one.uri}}
