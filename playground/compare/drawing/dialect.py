"""Which Markdown is read, and which HTML comes out of it. Pure.

Markup in the text stays text. What the parser makes goes through a cleaner with a list of what is let through: no
style, no name, no form, no frame, and nothing that a browser would load. Links lead out, in a window of their own.
"""

import html
import re
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, link
from markdown_it.token import Token

DEEPEST = 16
"""Levels of quotes and lists in each other, and of emphasis; what lies deeper is shown flat."""

WIDEST = 10_000
"""Characters of one paragraph that are read as Markdown: rules look far ahead, from each of its marks."""

MOST_BRACKETS = 1_000
"""Brackets in it: from each one the whole rest is looked through."""

MOST_EMPTY_CELLS = 2_000
"""Cells of a table that nobody wrote, but that its head asks for: a row of one letter may be one of a thousand."""

# The parser's own bound is what takes a second of the processor. Its module goes by the name of a function in it.
vars(import_module("markdown_it.rules_block.table"))["MAX_AUTOCOMPLETED_CELLS"] = MOST_EMPTY_CELLS

SCHEMES = frozenset({"http", "https", "mailto"})

References = dict[str, dict[str, Any]]
"""Where links like `[this]` lead, by label: `href`, `title`, and `map`, the lines of the definition."""


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block: its tokens and its lines, from `start` up to `end`."""

    tokens: list[Token]
    start: int
    end: int


def parsed(text: str, references: References) -> list[Block]:
    """The blocks of a text. `references` are those known from before; those found in the text are added."""
    env: MutableMapping[str, Any] = {"references": references}
    found: list[Block] = []
    tokens: list[Token] = []
    for token in _PARSER.parse(text, env):
        tokens.append(token)
        if token.level == 0 and token.nesting <= 0:
            start, end = tokens[0].map or (0, 0)
            found.append(Block(tokens, start, end))
            tokens = []
    return found


def drawn(tokens: list[Token]) -> str:
    """The safe HTML of a block."""
    for token in tokens:
        _tidy(token)
    return _CLEANER.clean(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def literal(text: str) -> str:
    """A block that shows the text as it is written."""
    return f"<pre>{html.escape(text)}</pre>"


# -- reading ----------------------------------------------------------------------------------------------------


def _flat(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    """What lies too deep, as plain text: the parser would drop it."""
    if silent or state.level < DEEPEST:
        return False
    lines = state.getLines(start, end, state.blkIndent, False)  # noqa: FBT003 - the parser's signature
    state.push("paragraph_open", "p", 1)
    state.push("text", "", 0).content = lines.strip()
    state.push("paragraph_close", "p", -1)
    state.line = end
    return True


def _wide(state: StateCore) -> None:
    """A paragraph too wide to be read, as plain text."""
    for token in state.tokens:
        if token.type == "inline" and (len(token.content) > WIDEST or token.content.count("[") > MOST_BRACKETS):
            token.children, token.content = [Token("text", "", 0, content=token.content)], ""


def _image(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    """An image is never loaded: it is a link with the words that stand for it."""
    if not state.src.startswith("![", state.pos):
        return False
    state.pos += 1
    if link(state, silent):
        return True
    state.pos -= 1
    return False


def _leads_out(url: str) -> bool:
    scheme, colon, _ = url.partition(":")
    return bool(colon) and scheme.lower() in SCHEMES


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name
        """Whether it may be a link; else it is text."""
        return _leads_out(url)


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "breaks": True, "xhtmlOut": False, "maxNesting": DEEPEST + 4})
    parser.enable(["table", "strikethrough"])
    parser.block.ruler.before("table", "flat", _flat)
    parser.core.ruler.before("inline", "wide", _wide)
    parser.inline.ruler.at("image", _image)
    return parser


_PARSER = _parser()


# -- drawing ----------------------------------------------------------------------------------------------------

_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,40}")
_ALIGNED = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}


def _tidy(token: Token) -> None:
    if token.children:
        token.children = list(_shallow(token.children))
    elif token.type == "fence":
        language = _LANGUAGE.match(token.info.strip())
        token.info = language[0] if language else ""
    elif token.type in {"th_open", "td_open"} and (style := token.attrs.pop("style", None)):
        token.attrs["align"] = _ALIGNED[str(style)]


def _shallow(tokens: Iterable[Token]) -> Iterator[Token]:
    """Emphasis as deep as anybody means it, no link in a link, and no link without words."""
    kept: list[bool] = []
    links = 0
    last: Token | None = None
    for token in tokens:
        if token.nesting > 0:
            kept.append(len(kept) < DEEPEST and not (token.type == "link_open" and links))
            links += token.type == "link_open"
        if token.nesting == 0 or kept[-1]:
            if token.type == "link_close" and last is not None and last.type == "link_open":
                yield Token("text", "", 0, content=str(last.attrs["href"]))
            yield token
            last = token
        if token.nesting < 0:
            kept.pop()
            links -= token.type == "link_close"


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if value.startswith("language-") and " " not in value else None
    return value


_FLOW = {"p", "blockquote", "pre", "hr", "ol", "ul", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
_PHRASES = {"a", "br", "code", "em", "s", "strong"}
_TABLE = {"table", "thead", "tbody", "tr", "th", "td"}

_CLEANER = nh3.Cleaner(
    tags=_FLOW | _PHRASES | _TABLE,
    attributes={"*": set(), "a": {"href"}, "code": {"class"}, "ol": {"start"}},
    attribute_filter=_attribute,
    tag_attribute_values={tag: {"align": set(_ALIGNED.values())} for tag in ("th", "td")},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes=set(SCHEMES),
    url_relative="deny",
)
