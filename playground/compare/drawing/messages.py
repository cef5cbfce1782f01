"""What a visitor said, as blocks of safe HTML: text, a quote, files. Pure."""

from urllib.parse import quote

from chatkit.types import Attachment, UserMessageItem

from playground.compare.drawing.blocks import Block, Turn, note_block
from playground.compare.drawing.markdown import escaped
from playground.records import RunRecord


def message_block(item: UserMessageItem, turn: Turn) -> Block:
    """A visitor's message."""
    text = "".join(part.text for part in item.content)
    quoted = f'<blockquote class="quote">{escaped(item.quoted_text)}</blockquote>' if item.quoted_text else ""
    said = f'<div class="said">{escaped(text)}</div>' if text.strip() else ""
    files = "".join(map(file_link, item.attachments))
    shown = f'{quoted}{said}<div class="files">{files}</div>' if files else quoted + said
    ids = tuple(one.id for one in item.attachments)
    return Block(item.id, "user", shown, item=item.id, text=text, versions=turn.versions, files=ids).of(turn)


def attachment_address(attachment: Attachment) -> str:
    """Where the page's own visitor finds a file, from the page's address on."""
    return f"chatkit/attachments/{quote(attachment.id, safe='')}"


def file_link(attachment: Attachment) -> str:
    """A link to a file, with a picture of it if it is one."""
    name, address = escaped(attachment.name), attachment_address(attachment)
    inner = name
    if attachment.type == "image":
        inner = f'<img src="{address}" alt="{name}" title="{name}" loading="lazy">'
    return f'<a class="file {attachment.type}" href="{address}" target="_blank" rel="noopener">{inner}</a>'


def queued_blocks(run: RunRecord) -> tuple[Block, Block]:
    """A message that waits to be sent."""
    turn = Turn(run.id, run.round)
    said = Block(run.id, "user", f'<div class="said">{escaped(run.input_text)}</div>', text=run.input_text)
    waits = note_block(f"{run.id}.waits", "info", "Waiting: this is sent when the answer above is finished.")
    return said.of(turn), waits.of(turn)
