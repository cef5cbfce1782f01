"""Values that the page's pure parts are tested with."""

from datetime import UTC, datetime
from typing import Any

from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageItem,
    InferenceOptions,
    Task,
    ThreadItem,
    UserMessageContent,
    UserMessageItem,
    UserMessageTextContent,
    Workflow,
    WorkflowItem,
)

from playground.client import ThreadView
from playground.records import RunRecord, Usage
from playground.transcript import replay

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def user(text: str, item_id: str = "msg_q") -> UserMessageItem:
    content: list[UserMessageContent] = [UserMessageTextContent(text=text)]
    return UserMessageItem(
        id=item_id, thread_id="thr", created_at=AT, content=content, inference_options=InferenceOptions()
    )


def answer(text: str, *notes: Annotation, item_id: str = "msg_a") -> AssistantMessageItem:
    content = [AssistantMessageContent(text=text, annotations=list(notes))]
    return AssistantMessageItem(id=item_id, thread_id="thr", created_at=AT, content=content)


def work(*tasks: Task, item_id: str = "wf") -> WorkflowItem:
    workflow = Workflow(type="custom", tasks=list(tasks))
    return WorkflowItem(id=item_id, thread_id="thr", created_at=AT, workflow=workflow)


def run(status: Any = "completed", **more: Any) -> RunRecord:
    given: dict[str, Any] = {
        "id": "run",
        "thread_id": "thr",
        "branch_id": "br",
        "visitor_id": "vis",
        "agent": "assistant",
        "model": "compatible/echo",
        "last_seq": 9,
        "created_at": AT,
        "usage": Usage(1240, 387),
        "first_token_ms": 400,
        "duration_ms": 4400,
        **more,
    }
    return RunRecord(status=status, **given)


def view(*items: ThreadItem, **more: Any) -> ThreadView:
    given: dict[str, Any] = {
        "runs": {},
        "live": None,
        "queued": (),
        "has_more": False,
        "branches": (),
        "feedback": {},
        **more,
    }
    return ThreadView(thread_id="thr", transcript=replay(items), **given)


def texts(message: dict[str, Any]) -> list[str]:
    return [part["text"] for part in message["content"]]
