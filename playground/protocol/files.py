"""A message's files: found and checked before anything of it is kept."""

from collections.abc import Sequence
from dataclasses import replace

from playground.attachments.attachments import Attachments
from playground.runs.order import Order
from playground.visitor import Visitor


async def with_files(order: Order, attachments: Attachments, ids: Sequence[str]) -> Order:
    """The order, its message with its files. Raises VisitorError for files that cannot be sent."""
    if not ids or order.item is None:
        return order
    files = await attachments.sendable(Visitor(order.visitor_id), ids)
    placed = [file.model_copy(update={"thread_id": order.thread_id}) for file in files]
    return replace(order, item=order.item.model_copy(update={"attachments": placed}))
