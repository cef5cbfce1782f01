"""JSON schemas: what Anthropic can hold a model to, and what it can only be asked for."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

import anthropic

Schema: TypeAlias = dict[str, Any]

_INNER = ("items", "additionalProperties")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties", "$defs")


def strict(schema: Mapping[str, Any]) -> Schema | None:
    """The schema in the form that Anthropic enforces; None if it would then mean something else.

    An object of any keys would become one of no keys, a tuple a list of anything; a recursive schema is refused, and
    definitions are found in `$defs` only.
    """
    if _is_open(dict(schema)) or _recurs(dict(schema)) or not all(map(_is_found, _refs(dict(schema)))):
        return None
    try:
        return anthropic.transform_schema(dict(schema))
    except (ValueError, AssertionError, TypeError):  # a part without a type, or just `true`: anything may stand there
        return None


def loose(schema: Mapping[str, Any]) -> Schema:
    """The schema of a tool as it is; the one thing that must be there is that it is an object."""
    return {"properties": {}, **schema, "type": "object"}


def _is_open(schema: Schema) -> bool:
    keyless = schema.get("type") == "object" and not schema.get("properties") and not _closed(schema)
    return (
        keyless
        or bool(schema.get("additionalProperties"))
        or any(name in schema for name in ("patternProperties", "prefixItems"))
        or isinstance(schema.get("type"), list)
        or any(map(_is_open, _children(schema)))
    )


def _closed(schema: Schema) -> bool:
    return schema.get("additionalProperties") is False or "properties" in schema


def _children(schema: Schema) -> Iterator[Schema]:
    inner = [schema.get(name) for name in _INNER]
    for name in _LISTS:
        inner += schema.get(name) or ()
    for name in _MAPS:
        inner += (schema.get(name) or {}).values()
    return (cast("Schema", child) for child in inner if isinstance(child, dict))


def _recurs(schema: Schema) -> bool:
    """Whether a definition leads back to itself."""
    bodies: Schema = schema.get("$defs") or {}
    named = {f"#/$defs/{name}": set(_refs(body)) for name, body in bodies.items()}
    for start, seen in named.items():
        ahead, reached = list(seen), set[str]()
        while ahead:
            if (ref := ahead.pop()) not in reached:
                reached.add(ref)
                ahead += named.get(ref, ())
        if start in reached:
            return True
    return False


def _is_found(ref: str) -> bool:
    return ref.startswith("#/$defs/")


def _refs(schema: Schema) -> Iterator[str]:
    if isinstance(ref := schema.get("$ref"), str):
        yield ref
    for child in _children(schema):
        yield from _refs(child)
