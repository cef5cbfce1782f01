"""The page with OpenAI's element: what it is told, and what the page may load."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from playground.web.official import POLICY, element_options
from tests.stack import Stack, stack

Json = dict[str, Any]

GIVEN: Json = {
    "agents": [
        {"name": "other", "label": "Other", "description": "", "prompts": []},
        {"name": "helper", "label": "Helper", "description": "Helps.", "prompts": ["Hello", "Help"]},
    ],
    "default_agent": "helper",
    "providers": [
        {"provider": "openai", "label": "OpenAI", "available": True, "note": "", "models": ["openai/a", "openai/b"]},
        {"provider": "google", "label": "Google", "available": False, "note": "Set GEMINI_API_KEY.", "models": []},
    ],
    "default_model": "openai/b",
    "attachments": {"enabled": True, "max_size": 7, "max_count": 2, "accept": {"image/png": [".png"]}},
    "dictation": False,
}

# The names that the element knows, as its types list them. It throws on any other.
KNOWN = {
    "": {
        "api", "locale", "theme", "frameTitle", "initialThread", "onClientTool", "header", "history", "startScreen",
        "threadItemActions", "composer", "disclaimer", "entities", "commands", "widgets", "thread",
    },
    "api": {"url", "fetch", "domainKey", "uploadStrategy"},
    "header": {"enabled", "title", "leftAction", "rightAction"},
    "history": {"enabled", "showDelete", "showRename"},
    "startScreen": {"greeting", "prompts"},
    "startScreen.prompts": {"label", "prompt", "icon"},
    "threadItemActions": {"feedback", "retry"},
    "composer": {"placeholder", "attachments", "tools", "models", "dictation"},
    "composer.attachments": {"enabled", "maxSize", "maxCount", "accept"},
    "composer.tools": {"id", "label", "icon", "shortLabel", "placeholderOverride", "pinned", "persistent"},
    "composer.models": {"id", "label", "description", "disabled", "default"},
    "composer.dictation": {"enabled"},
    "disclaimer": {"text", "highContrast"},
    "thread": {"autoScroll"},
}  # fmt: skip


def options(changes: Json | None = None, *, language: str = "en", thread: str = "") -> Json:
    """What the element is given."""
    given = {**GIVEN, **(changes or {})}
    return element_options(given, key="domain_pk", tools=["look_up"], language=language, thread=thread)


def unknown(value: Any, where: str = "") -> list[str]:
    """Names that the element does not know."""
    if isinstance(value, list):
        return [name for one in value for name in unknown(one, where)]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, dict) or where not in KNOWN:
        return []
    strange = [f"{where}.{name}" for name in value if name not in KNOWN[where]]  # pyright: ignore[reportUnknownVariableType]
    return strange + [
        name
        for inside in value  # pyright: ignore[reportUnknownVariableType]
        for name in unknown(value[inside], f"{where}.{inside}".lstrip("."))
    ]


def test_the_element_knows_every_name() -> None:
    assert unknown(options({"dictation": True}, language="de", thread="thr_1")) == []


def test_models_are_those_that_can_be_asked_and_a_word_on_those_that_cannot() -> None:
    assert options()["composer"]["models"] == [
        {"id": "openai/a", "label": "a", "description": "OpenAI"},
        {"id": "openai/b", "label": "b", "description": "OpenAI", "default": True},
        {"id": "google", "label": "Google", "description": "Set GEMINI_API_KEY.", "disabled": True},
    ]


def test_the_agent_that_answers_gives_its_prompts_and_tools() -> None:
    given = options()
    assert [prompt["prompt"] for prompt in given["startScreen"]["prompts"]] == ["Hello", "Help"]
    assert (given["startScreen"]["greeting"], given["frameTitle"]) == ("Helps.", "Helper")
    assert [tool["id"] for tool in given["composer"]["tools"]] == ["look_up"]


def test_files_have_the_servers_limits_or_there_are_none() -> None:
    given = options()
    assert given["api"]["uploadStrategy"] == {"type": "two_phase"}
    limits = {"enabled": True, "maxSize": 7, "maxCount": 2, "accept": {"image/png": [".png"]}}
    assert given["composer"]["attachments"] == limits
    without = options({"attachments": {**GIVEN["attachments"], "enabled": False}})
    assert "attachments" not in without["composer"]
    assert without["api"] == {"url": "/chatkit", "domainKey": "domain_pk"}


def test_one_can_dictate_only_where_somebody_listens() -> None:
    assert "dictation" not in options()["composer"]
    assert options({"dictation": True})["composer"]["dictation"] == {"enabled": True}


@pytest.mark.parametrize(("thread", "begun"), [("thr_ab1", "thr_ab1"), ("", None), ("x", None), ("thr_<", None)])
def test_it_begins_in_the_thread_of_the_address(thread: str, begun: str | None) -> None:
    assert options(thread=thread)["initialThread"] == begun


@pytest.mark.parametrize(("language", "locale"), [("de", "de-DE"), ("zh", "zh-CN"), ("en", None)])
def test_it_speaks_our_languages_and_goes_by_the_browser_in_others(language: str, locale: str | None) -> None:
    assert options(language=language).get("locale") == locale


def test_the_page_loads_from_its_maker_and_nobody_else() -> None:
    hosts = set(re.findall(r"https?://\S+?(?=[\s;]|$)", POLICY))
    assert hosts == {"https://cdn.platform.openai.com", "https://api.openai.com"}
    assert "script-src 'self' https://cdn.platform.openai.com;" in POLICY
    assert "*" not in POLICY


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, chatkit_domain_key="domain_pk_mine") as site:
        yield site


async def test_the_page_holds_the_options_and_its_own_policy(site: Stack) -> None:
    answer = await site.client.get("/chatkit/ui", params={"thread": "thr_1"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    found = re.search(r'id="options">(.*?)</script>', answer.text)
    assert found is not None
    told = json.loads(found[1])
    assert (told["api"]["domainKey"], told["initialThread"]) == ("domain_pk_mine", "thr_1")
    assert unknown(told) == []


async def test_nothing_in_the_address_becomes_part_of_the_page(site: Stack) -> None:
    answer = await site.client.get("/chatkit/ui", params={"thread": "thr_1</script><script>alert(1)"})
    assert "alert(1)" not in answer.text
