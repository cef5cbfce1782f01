"""What a run watches while the agent works: tools that begin and end, fail, or are called too often."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from agents import Agent, FunctionTool, RunContextWrapper, RunHooks, Tool
from agents.run_config import CallModelData, CallModelInputFilter, ModelInputData, ToolErrorFormatterArgs
from agents.tool import default_tool_timeout_error_message
from agents.tool_context import ToolContext

from playground import wire
from playground.errors import LimitReached
from playground.runs.calls import Calls
from playground.telemetry.work import ToolSpan
from playground.toolkit.asking import Asking

logger = logging.getLogger(__name__)


class ToolWatch(RunHooks[Any]):
    """Notes what becomes of `calls`, and raises LimitReached after `most` of them, the `earlier` ones included."""

    def __init__(self, calls: Calls, *, most: int) -> None:
        self._calls = calls
        self._most = most
        self.calls = 0
        self.earlier = 0
        self._spans: dict[str, ToolSpan] = {}

    async def on_tool_start(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool) -> None:
        """Count the call and note its time."""
        if self.earlier + self.calls == self._most:
            raise LimitReached(
                "The agent called tools more than {most} times, so the run was stopped.",
                most=self._most,
                allow_retry=True,
            )
        self.calls += 1
        if isinstance(context, ToolContext) and not isinstance(tool, Asking):  # what takes time there is the visitor
            self._calls.start(context.tool_call_id)
            self._spans[context.tool_call_id] = ToolSpan(tool.name, context.tool_call_id)

    async def on_tool_end(self, context: RunContextWrapper[Any], agent: Agent[Any], tool: Tool, result: object) -> None:
        """Note the time."""
        if not isinstance(context, ToolContext):
            return
        self._calls.end(context.tool_call_id)
        late = _late(tool, result)
        if late:
            self._calls.fail(context.tool_call_id)
        self._end(context.tool_call_id, "timeout" if late else None)

    def on_tool_error(self, error: ToolErrorFormatterArgs[Any]) -> str | None:
        """Mark the call as failed. Only the exception's kind is told: its words may hold anything, a key too."""
        if error.kind == "approval_rejected":
            return "The user did not allow this call. Do not make it again unless the user asks for it."
        self._calls.fail(error.call_id)
        if error.kind != "tool_exception":
            return None
        kind = type(error.error).__name__
        self._end(error.call_id, kind)
        logger.warning("tool failed", extra={"tool": error.tool_name, "error_type": kind})
        logger.debug("tool failed", exc_info=error.error)
        return failure(error.tool_name, kind)

    def close(self) -> None:
        """No call comes back any more."""
        for call_id in list(self._spans):
            self._end(call_id, "cancelled")

    def _end(self, call_id: str, failure: str | None) -> None:
        if (span := self._spans.pop(call_id, None)) is not None:
            span.end(failure)


def failure(tool: str, kind: str) -> str:
    """What a model is told of a tool that failed."""
    return f"The tool {tool} failed with {kind}. Do not call it again with the same arguments."


def _late(tool: Tool, result: object) -> bool:
    """Whether the result is the SDK's word for a tool that did not come back in time."""
    if not isinstance(tool, FunctionTool) or tool.timeout_seconds is None:
        return False
    return result == default_tool_timeout_error_message(tool_name=tool.name, timeout_seconds=tool.timeout_seconds)


Fill = Callable[[Sequence[Any]], Awaitable[list[Any]]]
"""Puts into a request what its items only name."""


def input_filter(
    agent: Agent[Any], *, instructions: str | None, result_bytes: int, fill: Fill | None = None
) -> CallModelInputFilter:
    """What is sent to the model: `agent`'s instructions replaced if asked, tool results cut to `result_bytes`."""

    async def keep(data: CallModelData[Any]) -> ModelInputData:
        given = data.model_data
        replaced = instructions if instructions is not None and data.agent is agent else given.instructions
        told: list[Any] = [cut_result(item, result_bytes) for item in given.input]
        return ModelInputData(input=await fill(told) if fill else told, instructions=replaced)

    return keep


def cut_result(item: Any, limit: int) -> Any:
    """A tool's output item, whole characters only and no longer than `limit` bytes; any other item as it is."""
    fields = wire.as_object(item)
    if fields is None or fields.get("type") != "function_call_output":
        return item
    output = wire.clean(fields.get("output"))
    if isinstance(output, str) and len(output) * 4 > limit and len(output.encode()) > limit:
        kept = output.encode()[:limit].decode(errors="ignore")
        output = f"{kept}\n[cut: the result was longer than {limit} bytes]"
    return {**fields, "output": output}
