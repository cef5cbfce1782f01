"""What a client may offer its visitor: agents, models, limits. Asked once, before the first message."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground import catalog
from playground.attachments.kinds import ACCEPT
from playground.languages.catalogs import DEFAULT, TRANSLATED
from playground.models.transcription import configured
from playground.parts import Playground
from playground.web.replies import json_reply

LANGUAGES = (DEFAULT, *TRANSLATED)
"""Those that our own words are there in."""


def routes(parts: Playground) -> list[BaseRoute]:
    """The route `/chatkit/options`."""

    async def options(_request: Request) -> Response:
        return json_reply(await described(parts))

    return [Route("/chatkit/options", options)]


async def described(parts: Playground) -> dict[str, Any]:
    """Everything that can be picked as it stands right now, as JSON."""
    offers = await parts.offers()
    return {
        "agents": [
            {"name": agent.name, "label": agent.label, "description": agent.description, "prompts": agent.prompts}
            for agent in parts.roster.offers()
        ],
        "default_agent": parts.roster.default,
        "providers": [
            {
                "provider": offer.provider,
                "label": offer.label,
                "available": offer.available,
                "note": offer.note,
                "models": offer.models,
            }
            for offer in offers
        ],
        "default_model": catalog.default_model(offers),
        "attachments": _attachments(parts),
        "dictation": configured(parts.settings),
        "languages": LANGUAGES,
    }


def _attachments(parts: Playground) -> dict[str, Any]:
    settings = parts.settings
    return {
        "enabled": settings.max_attachments > 0,
        "max_size": settings.max_attachment_bytes,
        "max_count": settings.max_attachments,
        "accept": ACCEPT,
    }
