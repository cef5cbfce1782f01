"""A page with OpenAI's own ChatKit element. Its script comes from its maker: the one page that needs the internet."""

import re
from asyncio import to_thread
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.languages.catalogs import DEFAULT
from playground.languages.say import say, spoken
from playground.parts import Playground
from playground.toolkit.unsafe import tools_of
from playground.web.asked import visitor_of
from playground.web.options import described

MAKER = "https://cdn.platform.openai.com"

# The element's script and its frame are its maker's, who is also asked whether it may run here. Nothing else.
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {MAKER}",
        f"frame-src {MAKER}",
        "connect-src 'self' https://api.openai.com",
        "style-src 'self' 'unsafe-inline'",  # the element's own, inside of it
        "img-src 'self' data: blob:",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "strict-origin-when-cross-origin",  # its maker's list of allowed hosts goes by ours
    "Cache-Control": "no-store",
}

PAGE = Template((Path(__file__).parent / "official.html").read_text(encoding="utf-8"))

LOCALES = {"de": "de-DE", "fr": "fr-FR", "es": "es-ES", "zh": "zh-CN", "ur": "ur"}
"""The element's names for our languages; in any other, and in English, it goes by the browser's."""
RIGHT_TO_LEFT = frozenset({"ur"})

NOBODY: Mapping[str, Any] = {"label": "", "description": "", "prompts": ()}
"""Where no agent is on offer."""

MOST_PROMPTS = 6
MOST_TOOLS = 30
MOST_MODELS = 60
THREAD = re.compile(r"thr_[0-9A-Za-z]{1,60}")


def routes(parts: Playground) -> list[BaseRoute]:
    """The route `/chatkit/ui`."""

    async def shown(request: Request) -> Response:
        given = await described(parts, visitor_of(request))
        tools = await to_thread(_tools, parts, given["default_agent"])
        thread = request.query_params.get("thread", "")
        key = parts.settings.chatkit_domain_key
        options = element_options(given, key=key, tools=tools, language=spoken(), thread=thread)
        headers = HEADERS | _microphone(granted="dictation" in options["composer"])
        return Response(_drawn(options), 200, headers, media_type="text/html")

    return [Route("/chatkit/ui", shown, methods=["GET"])]


def element_options(
    given: Mapping[str, Any], *, key: str, tools: Sequence[str], language: str = DEFAULT, thread: str = ""
) -> dict[str, Any]:
    """The element's options, as far as they are data. It throws on any name that it does not know.

    `given` is what `/chatkit/options` answers; `tools` are names of the default agent's, `thread` the one to begin in.
    """
    agent = next((one for one in given["agents"] if one["name"] == given["default_agent"]), NOBODY)
    attachments = given["attachments"]["enabled"]
    api = {"url": "/chatkit", "domainKey": key}
    locale = {"locale": LOCALES[language]} if language in LOCALES else {}
    return {
        "api": {**api, "uploadStrategy": {"type": "two_phase"}} if attachments else api,
        **locale,
        "frameTitle": agent["label"],
        "initialThread": thread if THREAD.fullmatch(thread) else None,
        "header": {"enabled": True},
        "history": {"enabled": True, "showDelete": True, "showRename": True},
        "startScreen": {
            "greeting": agent["description"],
            "prompts": [
                {"label": prompt, "prompt": prompt, "icon": "sparkle"} for prompt in agent["prompts"][:MOST_PROMPTS]
            ],
        },
        "threadItemActions": {"feedback": True, "retry": True},
        "composer": _composer(given, tools),
        "disclaimer": {"text": say("Models make mistakes. Check what matters.")},
        "thread": {"autoScroll": True},
    }


def _composer(given: Mapping[str, Any], tools: Sequence[str]) -> dict[str, Any]:
    limits = given["attachments"]
    composer: dict[str, Any] = {
        "models": _models(given),
        "tools": [{"id": name, "label": name, "icon": "bolt"} for name in tools[:MOST_TOOLS]],
    }
    if limits["enabled"]:
        composer["attachments"] = {
            "enabled": True,
            "maxSize": limits["max_size"],
            "maxCount": limits["max_count"],
            "accept": limits["accept"],
        }
    if given["dictation"]:
        composer["dictation"] = {"enabled": True}
    return composer


def _models(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every model that can be asked; of a provider that cannot, one entry that says why."""
    found: list[dict[str, Any]] = []
    for provider in given["providers"]:
        if not provider["available"]:
            note = {"description": provider["note"]} if provider["note"] else {}
            found.append({"id": provider["provider"], "label": provider["label"], **note, "disabled": True})
            continue
        for name in provider["models"]:
            chosen = {"default": True} if name == given["default_model"] else {}
            found.append({"id": name, "label": name.partition("/")[2], "description": provider["label"], **chosen})
    return found[:MOST_MODELS]


def _tools(parts: Playground, agent: str) -> list[str]:
    return [tool.name for tool in tools_of(parts.roster.get(agent).build(), parts.policy.unsafe_tools)]


def _microphone(*, granted: bool) -> dict[str, str]:
    where = f'(self "{MAKER}")' if granted else "()"
    return {"Permissions-Policy": f"camera=(), geolocation=(), microphone={where}"}


def _drawn(options: Mapping[str, Any]) -> str:
    data = orjson.dumps(options).decode().replace("<", "\\u003c")  # nothing in it can end the element that it is in
    language = spoken()
    return PAGE.substitute(
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        title=escape(options["frameTitle"]),
        options=data,
        away=escape(
            say("OpenAI's chat element could not be loaded: it comes from its maker's server, over the internet.")
        ),
        instead=escape(say("Open the chat that is part of this server instead.")),
        noscript=escape(say("This page needs JavaScript.")),
    )
