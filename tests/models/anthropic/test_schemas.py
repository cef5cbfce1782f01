from typing import Any

import pytest
from agents import function_tool
from pydantic import BaseModel, TypeAdapter

from playground.models.anthropic.schemas import loose, strict


class Point(BaseModel):
    x: int
    note: str | None = None


class Path(BaseModel):
    points: list[Point]


def schema(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema()


def test_a_closed_schema_is_enforced() -> None:
    enforced = strict(schema(Path))
    assert enforced
    assert enforced["additionalProperties"] is False
    assert enforced["$defs"]["Point"]["properties"]["x"] == {"type": "integer", "title": "X"}


def test_the_schema_of_an_ordinary_tool_is_enforced() -> None:
    @function_tool
    def add(a: int, unit: str | None = None) -> str:
        """Adds."""
        return f"{a}{unit}"

    enforced = strict(add.params_json_schema)
    assert enforced
    assert enforced["required"] == ["a", "unit"]


class Tree(BaseModel):
    children: "list[Tree]"


@pytest.mark.parametrize(
    "open_schema",
    [
        schema(dict[str, str]),
        schema(dict[str, Any]),
        schema(list[dict[str, int]]),
        schema(tuple[int, str]),
        schema(Any),
        schema(Tree),
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {"anyOf": [{"type": "null"}, {"type": "object"}]}}},
        {"type": "object", "properties": {"a": {"$ref": "#"}}},
        {"type": "object", "properties": {"a": True}},
        {"type": "object", "properties": {"a": {"type": "array", "items": True}}},
        {"type": "object", "properties": {"a": {"$ref": "#/definitions/A"}}, "definitions": {"A": {"type": "string"}}},
        {"type": "object", "properties": {}, "patternProperties": {"^x": {"type": "string"}}},
    ],
)
def test_a_schema_that_would_lose_its_meaning_is_not(open_schema: dict[str, Any]) -> None:
    assert strict(open_schema) is None


def test_a_property_may_be_named_like_a_keyword() -> None:
    odd = {"type": "object", "properties": {"prefixItems": {"type": "string"}, "$ref": {"type": "string"}}}
    enforced = strict(odd)
    assert enforced
    assert set(enforced["properties"]) == {"prefixItems", "$ref"}


def test_a_tool_without_parameters_is_still_an_object() -> None:
    assert loose({}) == {"type": "object", "properties": {}}
    assert loose({"type": "object", "additionalProperties": True})["additionalProperties"] is True
