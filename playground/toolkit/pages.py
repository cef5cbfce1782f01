"""A tool that reads pages of the web, and what of a page is for reading."""

from collections.abc import Collection
from html.parser import HTMLParser

from agents import FunctionTool, function_tool
from typing_extensions import override

from playground.toolkit.fetch import Fetched, Fetcher, FetchError
from playground.toolkit.showing import cite

MOST_CHARACTERS = 20_000
"""That a model is told of a page."""

_UNREAD = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object"})
_INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "q", "s", "small", "span", "strong", "sub", "sup", "u"})


def page_reader(*, hosts: Collection[str] | None = None, fetcher: Fetcher | None = None) -> FunctionTool:
    """A tool that reads public pages: of any site, or only of `hosts` and what is below them.

    It is safe to offer to strangers; what stands on a page is still somebody else's word to your model.
    """
    reader = fetcher or Fetcher(hosts=hosts)

    @function_tool
    async def read_page(url: str) -> str:
        """Read a page of the public web, as text.

        Args:
            url: Its whole address, beginning with https:// or http://.
        """
        try:
            page = await reader.fetch(url)
        except FetchError as error:
            return str(error)
        title, text = readable(page)
        cite(title or page.url, page.url)
        more = "\n[The page goes on.]" if page.cut or len(text) > MOST_CHARACTERS else ""
        status = "" if page.status < 400 else f"[The site answered with status {page.status}.]\n"
        return f"{status}{title}\n{page.url}\n\n{text[:MOST_CHARACTERS]}{more}".strip()

    return read_page


def readable(page: Fetched) -> tuple[str, str]:
    """A page's title and its words: of HTML what a reader sees, of any other text all."""
    if page.media_type not in {"text/html", "application/xhtml+xml"}:
        return "", page.text
    words = _Words()
    words.feed(page.text)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.text).splitlines())
    return " ".join("".join(words.title).split())[:200], "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    """The text of a page, with a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title: list[str] = []
        self.text: list[str] = []
        self._unread: list[str] = []
        self._in_title = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread.append(tag)
        elif tag == "title":
            self._in_title = True
        elif tag not in _INLINE:
            self.text.append("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in self._unread:
            del self._unread[self._unread.index(tag) :]
        elif tag == "title":
            self._in_title = False
        elif tag not in _INLINE:
            self.text.append("\n")

    @override
    def handle_data(self, data: str) -> None:
        if not self._unread:
            (self.title if self._in_title else self.text).append(data.replace("\n", " "))
