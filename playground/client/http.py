"""A ChatKit client over HTTP, for programs of your own: typed requests in, typed events out.

It works with any ChatKit server. With a playground nothing is lost or doubled when the network fails: requests carry
a key, and answers are read on from where they were.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self
from uuid import uuid4

import chatkit.types as ck
import httpx2
import orjson
from chatkit.actions import Action
from pydantic import TypeAdapter

from playground import wire
from playground.client.extension import Extension
from playground.client.heard import Answer
from playground.client.line import Line
from playground.records import LaneSettings

ATTACHMENT: TypeAdapter[ck.Attachment] = TypeAdapter(ck.Attachment)
HARMLESS = (
    ck.ThreadsGetByIdReq,
    ck.ThreadsListReq,
    ck.ItemsListReq,
    ck.ThreadsUpdateReq,
    ck.ItemsFeedbackReq,
    ck.InputTranscribeReq,
)
"""Requests that may be served twice."""
SILENCE = 60.0
"""Seconds without a heartbeat after which a playground's connection is taken for lost."""


class Remote(Extension):
    """A server's ChatKit endpoint, asked in the name of one visitor: that of the `cookies`, or of the `headers`.

    `url` is the endpoint's, such as `http://127.0.0.1:7860/chatkit`. `attempts` bounds the tries at a connection, one
    after the other. Use it as a context, or close it. Methods raise VisitorError: what the server refused, in its own
    words, or Unavailable when it could not be reached.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        attempts: int = 6,
        timeout: float = 30,
        silence: float = SILENCE,
    ) -> None:
        # the silence of a stream is counted by its reader
        patience = httpx2.Timeout(timeout, read=None)
        self._http = httpx2.AsyncClient(headers=headers, cookies=dict(cookies or {}), timeout=patience)
        self._line = Line(url, self._http, attempts=attempts)
        self._silence = silence

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    @property
    def cookies(self) -> dict[str, str]:
        """Who the server takes this client for; give them to the next one to be the same visitor."""
        return dict(self._http.cookies)

    async def open(self, request: ck.StreamingReq, *, key: str | None = None) -> Answer:
        """Any request that is answered with events. What is sent twice under one `key` is served once."""
        await self._line.greet()
        headers = {"Idempotency-Key": key or uuid4().hex, "Accept": "text/event-stream", **JSON}
        response = await self._line.stream("POST", again=bool(self._line.ours), content=_body(request), headers=headers)
        return Answer(self._line, response, silence=self._silence)

    async def ask(self, request: ck.NonStreamingReq) -> Any:
        """Any other request; its reply as JSON, with all that the types do not know."""
        return await self._line.post(again=isinstance(request, HARMLESS), content=_body(request), headers=JSON)

    async def send(
        self,
        message: str | ck.UserMessageInput,
        *,
        thread_id: str | None = None,
        model: str | None = None,
        attachments: Sequence[str] = (),
        key: str | None = None,
        **extras: Any,
    ) -> Answer:
        """A message in a thread, or in a new one. `extras` are a playground's: see `Extras`."""
        given = _message(message, model, attachments)
        metadata = {name: _plain(value) for name, value in extras.items()}
        if thread_id is None:
            return await self.open(
                ck.ThreadsCreateReq(params=ck.ThreadCreateParams(input=given), metadata=metadata), key=key
            )
        params = ck.ThreadAddUserMessageParams(thread_id=thread_id, input=given)
        return await self.open(ck.ThreadsAddUserMessageReq(params=params, metadata=metadata), key=key)

    async def retry(self, thread_id: str, item_id: str, *, key: str | None = None, **extras: Any) -> Answer:
        """A visitor's message answered again."""
        metadata = {name: _plain(value) for name, value in extras.items()}
        params = ck.ThreadRetryAfterItemParams(thread_id=thread_id, item_id=item_id)
        return await self.open(ck.ThreadsRetryAfterItemReq(params=params, metadata=metadata), key=key)

    async def output(self, thread_id: str, result: Any, *, key: str | None = None) -> Answer:
        """The result of the client tool that the thread waits for, as JSON; the agent goes on."""
        params = ck.ThreadAddClientToolOutputParams(thread_id=thread_id, result=result)
        return await self.open(ck.ThreadsAddClientToolOutputReq(params=params), key=key)

    async def answer(
        self, thread_id: str, item_id: str, given: ck.StructuredInputSubmission, *, key: str | None = None
    ) -> Answer:
        """The answers to a form that the thread waits for; the agent goes on."""
        params = ck.ThreadAddStructuredInputParams(thread_id=thread_id, item_id=item_id, input=given)
        return await self.open(ck.ThreadsAddStructuredInputReq(params=params), key=key)

    async def act(
        self, thread_id: str, kind: str, payload: Any = None, *, item_id: str | None = None, key: str | None = None
    ) -> Answer:
        """An action of a widget, or of none."""
        return await self.open(ck.ThreadsCustomActionReq(params=_action(thread_id, kind, payload, item_id)), key=key)

    async def act_now(
        self, thread_id: str, kind: str, payload: Any = None, *, item_id: str | None = None
    ) -> ck.ThreadItem | None:
        """An action that is answered at once, beside whatever runs; the item that it changed."""
        request = ck.ThreadsSyncCustomActionReq(params=_action(thread_id, kind, payload, item_id))
        changed = (await self.ask(request)).get("updated_item")
        return wire.item(changed) if changed is not None else None

    async def thread(self, thread_id: str) -> ck.Thread:
        """A thread with its first items."""
        params = ck.ThreadGetByIdParams(thread_id=thread_id)
        found = await self.ask(ck.ThreadsGetByIdReq(params=params))
        thread = ck.Thread.model_validate({**found, "items": {"data": []}})
        return thread.model_copy(update={"items": _page(found["items"])})

    async def threads(
        self, *, limit: int | None = None, after: str | None = None, order: Literal["asc", "desc"] = "desc"
    ) -> ck.Page[ck.Thread]:
        """The visitor's threads, a page of them."""
        params = ck.ThreadListParams(limit=limit, order=order, after=after)
        return ck.Page[ck.Thread].model_validate(await self.ask(ck.ThreadsListReq(params=params)))

    async def items(
        self,
        thread_id: str,
        *,
        limit: int | None = None,
        after: str | None = None,
        order: Literal["asc", "desc"] = "desc",
    ) -> ck.Page[ck.ThreadItem]:
        """A thread's items, a page of them."""
        params = ck.ItemsListParams(thread_id=thread_id, limit=limit, order=order, after=after)
        return _page(await self.ask(ck.ItemsListReq(params=params)))

    async def rename(self, thread_id: str, title: str) -> None:
        """Give a thread a title."""
        await self.ask(ck.ThreadsUpdateReq(params=ck.ThreadUpdateParams(thread_id=thread_id, title=title)))

    async def delete(self, thread_id: str) -> None:
        """Delete a thread with all that is in it."""
        await self.ask(ck.ThreadsDeleteReq(params=ck.ThreadDeleteParams(thread_id=thread_id)))

    async def rate(self, thread_id: str, item_ids: Sequence[str], kind: ck.FeedbackKind) -> None:
        """A thumb on items."""
        params = ck.ItemFeedbackParams(thread_id=thread_id, item_ids=list(item_ids), kind=kind)
        await self.ask(ck.ItemsFeedbackReq(params=params))

    async def upload(self, name: str, mime_type: str, data: bytes) -> ck.Attachment:
        """A file for a message to come: its `id` goes into `attachments`."""
        params = ck.AttachmentCreateParams(name=name, size=len(data), mime_type=mime_type)
        attachment = ATTACHMENT.validate_python(await self.ask(ck.AttachmentsCreateReq(params=params)))
        if (target := attachment.upload_descriptor) is not None:
            body = {"files": {"file": (name, data, mime_type)}} if target.method == "POST" else {"content": data}
            await self._line.upload(str(target.url), target.method, headers=target.headers, **body)
        return attachment.model_copy(update={"upload_descriptor": None})

    async def forget(self, attachment_id: str) -> None:
        """Delete a file that no message has."""
        await self.ask(ck.AttachmentsDeleteReq(params=ck.AttachmentDeleteParams(attachment_id=attachment_id)))

    async def transcribe(self, audio: bytes, mime_type: str) -> str:
        """The words of a recording."""
        params = ck.InputTranscribeParams(audio_base64=b64encode(audio).decode(), mime_type=mime_type)
        return ck.TranscriptionResult.model_validate(await self.ask(ck.InputTranscribeReq(params=params))).text


JSON = {"Content-Type": "application/json"}


def _body(request: ck.StreamingReq | ck.NonStreamingReq) -> bytes:
    # nulls stay: the result of a client tool may be one
    return orjson.dumps(wire.clean(request.model_dump(mode="json", by_alias=True)))


def _message(message: str | ck.UserMessageInput, model: str | None, attachments: Sequence[str]) -> ck.UserMessageInput:
    if isinstance(message, ck.UserMessageInput):
        return message
    return ck.UserMessageInput(
        content=[ck.UserMessageTextContent(text=message)],
        attachments=list(attachments),
        inference_options=ck.InferenceOptions(model=model),
    )


def _page(value: dict[str, Any]) -> ck.Page[ck.ThreadItem]:
    # item by item, so that widgets keep what the SDK's types do not know
    items = [wire.item(one) for one in value.get("data", ())]
    return ck.Page(data=items, has_more=value.get("has_more", False), after=value.get("after"))


def _plain(value: Any) -> Any:
    return value.model_dump(exclude_none=True) if isinstance(value, LaneSettings) else value


def _action(thread_id: str, kind: str, payload: Any, item_id: str | None) -> ck.ThreadCustomActionParams:
    return ck.ThreadCustomActionParams(thread_id=thread_id, item_id=item_id, action=Action(type=kind, payload=payload))
