"""Items in which a run asks the visitor: a call for his browser, a form. What becomes of them. Pure."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from chatkit.types import (
    ClientToolCallItem,
    StructuredInput,
    StructuredInputAnswer,
    StructuredInputItem,
    StructuredInputMultipleChoice,
    StructuredInputSubmission,
    ThreadItem,
)

from playground import wire
from playground.ids import new_id
from playground.records import Ask
from playground.toolkit.asking import Asking

AskingItem = ClientToolCallItem | StructuredInputItem
Item = TypeVar("Item", bound=ThreadItem)


def asking_item(ask: Ask, tool: Asking, thread_id: str) -> AskingItem:
    """The item that puts a call before the visitor."""
    item_id, at = new_id("msg"), datetime.now(UTC)
    if ask.kind == "form":
        return StructuredInputItem(id=item_id, thread_id=thread_id, created_at=at, inputs=tool.asked(ask.arguments))
    return ClientToolCallItem(
        id=item_id,
        thread_id=thread_id,
        created_at=at,
        call_id=ask.call_id,
        name=ask.tool,
        arguments=_arguments(ask.arguments),
    )


def completed(item: ClientToolCallItem, output: Any) -> ClientToolCallItem:
    """The call with what the browser answered."""
    return item.model_copy(update={"status": "completed", "output": output})


def answered(item: StructuredInputItem, given: StructuredInputSubmission) -> StructuredInputItem:
    """The form as it was filled in.

    What is not answered is skipped, of a single choice the first value counts, and questions that were not asked are
    left out.
    """
    inputs = [asked.model_copy(update={"answer": _answer(asked, given)}) for asked in item.inputs]
    return item.model_copy(update={"status": given.status, "inputs": inputs})


def told(item: StructuredInputItem) -> list[dict[str, Any]]:
    """What the model is told of a form: its questions, each with its answers or skipped."""
    return [
        {"question": asked.question, "answers": asked.answer.values}
        if asked.answer is not None and not asked.answer.skipped
        else {"question": asked.question, "skipped": True}
        for asked in item.inputs
    ]


def given_up(item: Item) -> Item:
    """The item if nobody waits for it any more; one that is not pending as it is."""
    match item:
        case ClientToolCallItem(status="pending"):
            return item.model_copy(update={"status": "completed"})
        case StructuredInputItem(status="pending"):
            skipped = answered(item, StructuredInputSubmission(status="skipped"))
            return item.model_copy(update={"status": skipped.status, "inputs": skipped.inputs})
        case _:
            return item


def presented(asks: Sequence[Ask]) -> Ask | None:
    """The call that is before the visitor in an item right now."""
    return next((ask for ask in asks if ask.item_id is not None and ask.approved is None), None)


def _answer(asked: StructuredInput, given: StructuredInputSubmission) -> StructuredInputAnswer:
    """What was offered to choose from are suggestions: a UI takes another answer too."""
    answer = given.answers.get(asked.id)
    values = [value for value in answer.values if value.strip()] if answer else []
    if given.status == "skipped" or answer is None or answer.skipped or not values:
        return StructuredInputAnswer(skipped=True)
    if not isinstance(asked, StructuredInputMultipleChoice):
        return StructuredInputAnswer(values=values)
    return StructuredInputAnswer(values=list(dict.fromkeys(values if asked.multiple else values[:1])))


def _arguments(text: str) -> dict[str, Any]:
    """What the model wrote, if it is a JSON object."""
    try:
        return wire.as_object(wire.clean(json.loads(text or "{}"))) or {}
    except ValueError:
        return {}
