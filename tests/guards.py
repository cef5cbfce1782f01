"""Agents with tools that strangers may not use, come by in every way that there is."""

from typing import Any

from agents import Agent, CodeInterpreterTool, HostedMCPTool, Runner, function_tool, handoff
from agents.mcp import MCPServerStreamableHttp
from pydantic import BaseModel

from playground.toolkit import safe, unsafe

RAN: list[str] = []
"""What the dangerous tool did."""


@unsafe
@function_tool
def wipe() -> str:
    """Wipe a disk."""
    RAN.append("wipe")
    return "wiped"


@function_tool
def stamp() -> str:
    """Stamp something."""
    return "stamped"


class Nothing(BaseModel):
    """No arguments."""


direct = Agent[Any](name="Direct", instructions="You wipe.", tools=[wipe, stamp])
handing = Agent[Any](name="Handing", instructions="Hand over.", handoffs=[direct])
handed = Agent[Any](name="Handed", instructions="Hand over.", handoffs=[handoff(direct)])
asking = Agent[Any](
    name="Asking", instructions="Ask.", tools=[direct.as_tool("ask", "Asks somebody who wipes.", parameters=Nothing)]
)


@function_tool
async def delegate() -> str:
    """Have it done by another run."""
    result = await Runner.run(direct, "Go on.")
    return str(result.final_output)


delegating = Agent[Any](name="Delegating", instructions="Delegate.", tools=[delegate])

hosted = Agent[Any](
    name="Hosted",
    instructions="Compute.",
    tools=[
        CodeInterpreterTool({"type": "code_interpreter", "container": {"type": "auto"}}),
        HostedMCPTool({"type": "mcp", "server_label": "x", "server_url": "https://mcp.example"}),
        stamp,
    ],
    mcp_servers=[MCPServerStreamableHttp({"url": "http://127.0.0.1:9/mcp"})],
)
asking_hosted = Agent[Any](
    name="AskingHosted",
    instructions="Ask.",
    tools=[hosted.as_tool("ask", "Asks somebody who computes.", parameters=Nothing)],
)
vouched = Agent[Any](
    name="Vouched",
    instructions="Compute.",
    tools=[safe(CodeInterpreterTool({"type": "code_interpreter", "container": {"type": "auto"}})), stamp],
)

NAMES = ("direct", "handing", "handed", "asking", "delegating", "hosted", "asking_hosted", "vouched")
