"""What a client may offer its visitor: agents, models, limits. Asked once, before the first message."""

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.attachments.kinds import accepted
from playground.languages.catalogs import DEFAULT, TRANSLATED
from playground.models.transcription import configured
from playground.parts import Playground
from playground.roster.roster import AgentOffer
from playground.visitor import Visitor
from playground.web.asked import visitor_of
from playground.web.replies import json_reply

LANGUAGES = (DEFAULT, *TRANSLATED)
"""Those that our own words are there in."""


def routes(parts: Playground) -> list[BaseRoute]:
    """The route `/chatkit/options`."""

    async def options(request: Request) -> Response:
        return json_reply(await described(parts, visitor_of(request)))

    return [Route("/chatkit/options", options)]


async def described(parts: Playground, visitor: Visitor) -> dict[str, Any]:
    """Everything that the visitor can pick as it stands right now, as JSON."""
    choice, policy = await parts.offered.now(), parts.policy
    agents = choice.agents(visitor)
    told = await asyncio.to_thread(_instructions, parts, agents)
    return {
        "strict": policy.strict,
        "free_models": not policy.lists(visitor),
        "instructions": policy.instructions,
        "max_tokens": policy.max_output_tokens,
        "agents": [
            {
                "name": agent.name,
                "label": agent.label,
                "description": agent.description,
                "prompts": agent.prompts,
                **({"instructions": told[agent.name]} if told else {}),
            }
            for agent in agents
        ],
        "default_agent": choice.default_agent(visitor),
        "providers": [
            {
                "provider": offer.provider,
                "label": offer.label,
                "available": offer.available,
                "note": offer.note,
                "models": offer.models,
            }
            for offer in choice.offers(visitor)
        ],
        "default_model": choice.default_model(visitor),
        "attachments": _attachments(parts),
        "dictation": configured(parts.settings),
        "languages": LANGUAGES,
    }


def _instructions(parts: Playground, agents: Iterable[AgentOffer]) -> dict[str, str | None]:
    """What the agents are told, where that is shown."""
    return (
        {one.name: parts.roster.instructions(one.name) for one in agents}
        if parts.policy.instructions == "shown"
        else {}
    )


def _attachments(parts: Playground) -> dict[str, Any]:
    policy = parts.policy
    return {
        "enabled": policy.max_attachments > 0,
        "max_size": policy.max_attachment_bytes,
        "max_count": policy.max_attachments,
        "accept": accepted(strict=policy.strict),
    }
