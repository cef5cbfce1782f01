"""Tools and hand-offs → functions as Gemini declares them, with their JSON schema as it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agents import FunctionTool, Handoff, Tool, WebSearchTool
from agents.exceptions import UserError

from playground.models.reading import Frame


def functions_of(tools: Iterable[Tool], handoffs: Iterable[Handoff[Any, Any]]) -> list[Frame]:
    """`name`, `description` and `schema` of everything that can be called.

    Raises:
        UserError: a tool that runs at another provider.
    """
    named = [(one.name, one.description, one.params_json_schema) for tool in tools for one in _function(tool)]
    named += [(one.tool_name, one.tool_description, one.input_json_schema) for one in handoffs]
    return [{"name": name, "description": about, "schema": _whole(schema)} for name, about, schema in named]


def searches(tools: Sequence[Tool]) -> bool:
    """Whether Google may be searched."""
    return any(isinstance(tool, WebSearchTool) for tool in tools)


def _function(tool: Tool) -> list[FunctionTool]:
    """The tool if it is a function; a search is none, but is known."""
    match tool:
        case FunctionTool():
            return [tool]
        case WebSearchTool() if tool.filters:
            raise UserError("Google's search cannot be kept to some web sites: leave the filters of WebSearchTool out.")
        case WebSearchTool():
            return []
        case _:
            raise UserError(f"Google's models cannot use {type(tool).__name__}: it runs at another provider.")


def _whole(schema: Mapping[str, Any]) -> Frame:
    """A tool of an MCP server may come with an empty schema, which is refused."""
    return {"type": "object", "properties": {}, **schema}
