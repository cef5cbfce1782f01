"""HTML of ours, and what stands in which of its elements."""

from typing_extensions import override

from tests.compare.reading import Read


class Drawn(Read):
    """Also knows the text inside each element."""

    def __init__(self, markup: str) -> None:
        self._at: list[tuple[str, list[str]]] = []
        self._found: list[tuple[str, list[str]]] = []
        super().__init__(markup)

    def inside(self, name: str) -> list[str]:
        """The text of each element of that name, with single spaces."""
        return [" ".join("".join(texts).split()) for tag, texts in self._found if tag == name]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self._at.append((tag, []))
        self._found.append(self._at[-1])

    @override
    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        assert self._at.pop()[0] == tag

    @override
    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        for _, texts in self._at:
            texts.append(data)
