"""What a browser makes of HTML, as far as the tests look at it."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from typing_extensions import override

_FLOW = {"p", "blockquote", "pre", "hr", "ol", "ul", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
_PHRASES = {"a", "br", "code", "em", "s", "strong"}
ALLOWED = _FLOW | _PHRASES | {"table", "thead", "tbody", "tr", "th", "td"}
LINK = {"target": "_blank", "rel": "noopener noreferrer nofollow"}


class Read(HTMLParser):
    """The elements with their attributes, the text, and how deep elements stand in each other."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.other: list[str] = []
        self.text = ""
        self.depth = 0
        self._open = 0
        self.feed(markup)
        self.close()

    def tags(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each element of that name."""
        return [attributes for tag, attributes in self.elements if tag == name]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "hr"}:
            self._open += 1
            self.depth = max(self.depth, self._open)

    @override
    def handle_endtag(self, tag: str) -> None:
        self._open -= 1

    @override
    def handle_data(self, data: str) -> None:
        self.text += data

    @override
    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    @override
    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    @override
    def handle_pi(self, data: str) -> None:
        self.other.append(data)


def unsafe(markup: str) -> list[str]:
    """What stands in it that is not on the short list of what may."""
    read = Read(markup)
    return read.other + [
        f"<{tag} {attributes}>" for tag, attributes in read.elements if tag not in ALLOWED or _odd(tag, attributes)
    ]


def _odd(tag: str, attributes: dict[str, str | None]) -> bool:
    match tag:
        case "a":
            rest = {name: value for name, value in attributes.items() if name != "href"}
            return rest != LINK or urlsplit(attributes["href"] or "").scheme not in {"http", "https", "mailto"}
        case "code":
            return bool(attributes) and not (list(attributes) == ["class"] and _language(attributes["class"]))
        case "ol":
            return not set(attributes) <= {"start"} or not str(attributes.get("start", "1")).isdigit()
        case "th" | "td":
            return not set(attributes) <= {"align"} or attributes.get("align", "left") not in {
                "left",
                "center",
                "right",
            }
        case _:
            return bool(attributes)


def _language(value: str | None) -> bool:
    return value is not None and value.startswith("language-") and len(value.split()) == 1
