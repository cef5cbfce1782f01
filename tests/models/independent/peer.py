"""llmock as the tests see it: what it is to do next, and what it saw."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2


@dataclass(frozen=True)
class Dialect:
    """How one of our models meets it.

    model: full name. path: of the requests that ask a model. before: chunks of a streamed answer before its first word.
    """

    model: str
    path: str
    before: int

    @property
    def provider(self) -> str:
        return self.model.partition("/")[0]


DIALECTS = {
    "responses": Dialect("openai/gpt-4.1-mini", "/v1/responses", before=4),
    "chat": Dialect("compatible/words", "/v1/chat/completions", before=1),
    "messages": Dialect("anthropic/claude-haiku-4-5", "/anthropic/v1/messages", before=3),
    "generate": Dialect("google/gemini-3-flash", "/gemini/v1beta/models/*:streamGenerateContent", before=0),
}


def _messages(question: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}], "max_tokens": 1000}


_PLAIN: Mapping[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "openai": ("/v1/responses", lambda question: {"input": question}),
    "compatible": ("/v1/chat/completions", _messages),
    "anthropic": ("/anthropic/v1/messages", _messages),
    "google": (
        "/gemini/v1beta/models/gemini-3-flash:generateContent",
        lambda question: {"contents": [{"role": "user", "parts": [{"text": question}]}]},
    ),
}


def _told(reply: Any) -> tuple[str, int, int]:
    match reply:
        case {"output": [{"content": [{"text": text}]}]} | {"content": [{"text": text}]}:
            return text, reply["usage"]["input_tokens"], reply["usage"]["output_tokens"]
        case {"choices": [{"message": {"content": text}}], "usage": usage}:
            return text, usage["prompt_tokens"], usage["completion_tokens"]
        case {"candidates": [{"content": {"parts": [{"text": text}]}}], "usageMetadata": usage}:
            return text, usage["promptTokenCount"], usage["candidatesTokenCount"]
        case _:
            raise ValueError(reply)


class Peer:
    """Its control at `address`, for the requests of one dialect."""

    def __init__(self, http: httpx2.AsyncClient, address: str, dialect: Dialect) -> None:
        self._http = http
        self._address = address
        self.dialect = dialect

    async def post(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        """Its reply to a request that is not made by one of our models."""
        return await self._http.post(self._address + path, json=body)

    async def control(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What it has to say of itself; with a body, after it was told that."""
        url = f"{self._address}/_llmock/{path}"
        reply = await (self._http.get(url) if body is None else self._http.post(url, json=body))
        told: dict[str, Any] = reply.raise_for_status().json()
        return told

    async def will(self, *behaviors: dict[str, Any]) -> None:
        """What it is to do with the next requests, in this order."""
        match = {"path": self.dialect.path}
        await self.control("scenario", {"behaviors": [{**one, "match": match} for one in behaviors]})

    async def will_say(self, *texts: str) -> None:
        """The texts of the next answers."""
        await self.will(*({"type": "reply", "text": text} for text in texts))

    async def will_call(self, calls: dict[str, dict[str, Any]], then: str) -> None:
        """Calls tools, by name and arguments, and says something once their results are there."""
        told = [{"name": name, "arguments": arguments} for name, arguments in calls.items()]
        await self.will({"type": "reply", "tool_calls": told}, {"type": "reply", "text": then})

    async def will_break(self, kind: str, after_words: int) -> None:
        """Breaks the next stream after so many words: disconnect, truncate, malformed, or a stall without end."""
        after = self.dialect.before + after_words
        await self.will({"type": "stream_fault", "kind": kind, "after_chunks": after, "stall_seconds": 600})

    async def at_once(self, question: str) -> tuple[str, int, int]:
        """What it says to `question` without streaming, and its tokens in and out."""
        _, body = _PLAIN[self.dialect.provider]
        return _told((await self.say(body(question))).json())

    async def say(self, body: dict[str, Any]) -> httpx2.Response:
        """Its reply to `body` without streaming."""
        path, _ = _PLAIN[self.dialect.provider]
        return await self.post(path, {"model": self.dialect.model.partition("/")[2], **body})

    async def taken(self) -> None:
        """Returns once every request that it was told of has come."""
        while (await self.control("scenario"))["pending"]:
            await asyncio.sleep(0.02)

    async def seen(self) -> list[dict[str, Any]]:
        """The requests of this dialect that are over, oldest first."""
        every = (await self.control("requests"))["requests"]
        return [one for one in every if self._is_own(one["path"])]

    async def gave_up_on(self) -> dict[str, Any]:
        """The first request that it could not answer to the end, as soon as it knows."""
        while True:
            for one in await self.seen():
                if not one["completed"]:
                    return one
            await asyncio.sleep(0.02)

    async def verdict(self) -> list[str]:
        """What it finds wrong with how it was asked in this dialect."""
        findings: list[dict[str, Any]] = (await self.control("verdict"))["findings"]
        return [finding["code"] for finding in findings if self._is_own(finding["path"])]

    def _is_own(self, path: str) -> bool:
        return path.endswith(self.dialect.path.rpartition("*")[2])
