"""Searches that Google made, and the places it cites, as Responses has them."""

from collections.abc import Iterable, Iterator
from typing import Any

from openai.types.responses import ResponseFunctionWebSearch
from openai.types.responses.response_function_web_search import ActionSearch
from openai.types.responses.response_output_text import AnnotationURLCitation

from playground.models.items import Annotation, new_id
from playground.models.reading import Frame, inner


def search_item(origin: str, queries: Iterable[Any], **data: Any) -> ResponseFunctionWebSearch:
    """A search that is over. `data` goes into its `provider_data`, beside the model."""
    asked = [str(query) for query in queries]
    action = ActionSearch(type="search", query=", ".join(asked), queries=asked)
    item = ResponseFunctionWebSearch(id=new_id("ws"), action=action, status="completed", type="web_search_call")
    return item.model_copy(update={"provider_data": {"model": origin, **data}})


def citations(annotations: Iterable[Frame], text: str) -> Iterator[Annotation]:
    """What an interaction cites in `text`: web pages, and places on the map that have one."""
    for told in annotations:
        if url := told.get("url"):
            yield _citation(
                text, told, "start_index", "end_index", url=url, title=told.get("title") or told.get("name")
            )


def grounds(metadata: Frame, text: str) -> Iterator[Annotation]:
    """What generateContent cites in `text`."""
    chunks: list[Frame] = metadata.get("groundingChunks") or []
    supports: list[Frame] = metadata.get("groundingSupports") or []
    for support in supports:
        indices: list[int] = support.get("groundingChunkIndices") or []
        for index in indices:
            page = (inner(chunks[index], "web") or inner(chunks[index], "maps")) if index < len(chunks) else {}
            if uri := page.get("uri"):
                place = inner(support, "segment")
                yield _citation(text, place, "startIndex", "endIndex", url=uri, title=page.get("title"))


def _citation(text: str, place: Frame, start: str, end: str, **page: Any) -> Annotation:
    return AnnotationURLCitation(
        type="url_citation",
        url=str(page["url"]),
        title=str(page["title"] or page["url"]),
        start_index=_characters(text, place.get(start) or 0),
        end_index=_characters(text, place.get(end)),
    )


def _characters(text: str, at: int | None) -> int:
    """Google counts bytes, Responses characters."""
    return len(text) if at is None else len(text.encode("utf-8", "replace")[:at].decode("utf-8", "ignore"))
