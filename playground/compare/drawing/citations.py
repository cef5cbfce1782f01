"""An answer with its sources numbered in the text. Pure."""

from playground.compare.answers import Answer, Mark, Source
from playground.compare.drawing.markdown import plain

FENCE = "```"


def marked(answer: Answer) -> str:
    """The answer's Markdown with a mark such as [1] behind what a source was given for; none inside of code."""
    text, shown, last = answer.text, list[str](), 0
    for mark in sorted(answer.marks, key=lambda one: (one.at, one.number)):
        at = max(last, _behind_word(text, mark.at))
        if text.count(FENCE, 0, at) % 2:
            continue
        shown += [text[last:at], _sign(mark)]
        last = at
    return "".join([*shown, text[last:]])


def _behind_word(text: str, at: int) -> int:
    at = min(at, len(text))
    while 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum():
        at += 1
    return at


def _sign(mark: Mark) -> str:
    sign = f"\\[{mark.number}\\]"
    return f" [{sign}](<{address(mark.url)}>)" if mark.url else f" {sign}"


def address(url: str) -> str:
    """A URL as it may stand between the angle brackets of a Markdown link."""
    return "".join(f"%{ord(char):02X}" if char in "<>\\" or char.isspace() else char for char in url)


def source_line(source: Source) -> str:
    """A source as Markdown: a link where there is something to open."""
    title = plain(source.title) or plain(source.url)
    about = f" · {plain(source.about)}" if source.about else ""
    return (f"[{title}](<{address(source.url)}>)" if source.url else title) + about
