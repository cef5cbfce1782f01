"""What an answer of Anthropic's tells besides words, in the terms of Responses."""

from typing import Any, cast

from openai.types.responses import ResponseFunctionWebSearch, ResponseUsage
from openai.types.responses.response_function_web_search import ActionSearch, ActionSearchSource
from openai.types.responses.response_output_text import AnnotationURLCitation
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

from playground.models.anthropic.content import Block
from playground.models.items import new_id
from playground.models.reading import Frame, inner

_DECLINED = "Claude declined to answer"


def refusal_of(details: Frame) -> str:
    """Why it declined, as far as it says."""
    if explanation := details.get("explanation"):
        return str(explanation)
    category = details.get("category")
    return f"{_DECLINED} ({str(category).replace('_', ' ')})." if category else f"{_DECLINED}."


def source_of(citation: Block, length: int) -> AnnotationURLCitation:
    """A page that a text block of `length` characters rests on, all of it."""
    url = str(citation["url"])
    return AnnotationURLCitation(
        type="url_citation", url=url, title=str(citation.get("title") or url), start_index=0, end_index=length
    )


def search_of(origin: str, use: Block, result: Block) -> ResponseFunctionWebSearch:
    """A search the provider made; its blocks stay with it, for `origin` to read again."""
    found: Any = result.get("content")
    hits = cast("list[Block]", found) if isinstance(found, list) else []
    query = str(inner(use, "input").get("query") or "")
    item = ResponseFunctionWebSearch(
        id=new_id("ws"),
        type="web_search_call",
        status="completed" if isinstance(found, list) else "failed",
        action=ActionSearch(
            type="search",
            query=query,
            queries=[query],
            sources=[ActionSearchSource(type="url", url=str(hit["url"])) for hit in hits if hit.get("url")],
        ),
    )
    return item.model_copy(update={"provider_data": {"model": origin, "blocks": [use, result]}})


def usage_of(told: list[Frame]) -> ResponseUsage:
    """All messages together. What was read from the cache or written to it counts as input here, not there."""
    read, written = _sum(told, "cache_read_input_tokens"), _sum(told, "cache_creation_input_tokens")
    given, made = _sum(told, "input_tokens") + read + written, _sum(told, "output_tokens")
    thought = _sum([inner(usage, "output_tokens_details") for usage in told], "thinking_tokens")
    return ResponseUsage(
        input_tokens=given,
        input_tokens_details=InputTokensDetails(cached_tokens=read, cache_write_tokens=written),
        output_tokens=made,
        output_tokens_details=OutputTokensDetails(reasoning_tokens=thought),
        total_tokens=given + made,
    )


def _sum(usages: list[Frame], name: str) -> int:
    return sum(usage.get(name) or 0 for usage in usages)
