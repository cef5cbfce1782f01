"""Agents whose tools and guardrails start runs of their own."""

from typing import Any

from agents import (
    Agent,
    GuardrailFunctionOutput,
    ModelResponse,
    RunConfig,
    RunContextWrapper,
    Runner,
    Usage,
    function_tool,
    input_guardrail,
)
from agents.testing import ScriptedModel, assistant_message

helper = Agent[Any](name="Helper", instructions="Help.", model="gpt-never-asked")


@function_tool
async def ask(text: str) -> str:
    """Ask a helper."""
    return str((await Runner.run(helper, text)).final_output)


@function_tool
def ask_plainly(text: str) -> str:
    """Ask a helper, in a thread."""
    return str(Runner.run_sync(helper, text, run_config=RunConfig(model="gpt-never-asked")).final_output)


@function_tool
async def ask_own(text: str) -> str:
    """Ask on a model of the author's own."""
    model = ScriptedModel([ModelResponse([assistant_message("mine")], usage=Usage(), response_id=None)])
    return str((await Runner.run(helper, text, run_config=RunConfig(model=model))).final_output)


@input_guardrail
async def weighed(_context: RunContextWrapper[Any], _agent: Agent[Any], _input: Any) -> GuardrailFunctionOutput:
    """Asks a model whether to go on."""
    return GuardrailFunctionOutput(
        output_info=(await Runner.run(helper, "weigh")).final_output, tripwire_triggered=False
    )


asker = Agent[Any](name="Asker", instructions="Ask.", tools=[ask, ask_plainly, ask_own])
manager = Agent[Any](
    name="Manager", instructions="Manage.", tools=[helper.as_tool(tool_name="helper", tool_description="Helps.")]
)
careful = Agent[Any](name="Careful", instructions="Weigh.", input_guardrails=[weighed])
