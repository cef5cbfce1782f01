"""Colours and type of the page: system fonts, so that nothing is fetched."""

from pathlib import Path

from gradio.themes import Base, colors, sizes

UI = Path(__file__).parent
STYLES = (UI / "style.css", UI / "board.css")
SCRIPTS = (UI / "links.js", UI / "leave.js")
PAGE = "page.css"
"""The style of a comparison that is a page by itself."""
LOOKS = sorted(path for path in (UI.parent / "compare" / "drawing" / "templates").glob("*.css") if path.name != PAGE)
"""The styles of what a comparison is looked at with."""

# The icon is inline: nothing is fetched.
_ICON = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect
 width='32' height='32' rx='8' fill='%234f46e5'/%3E%3Cpath d='M9 11h14v9H15l-4 4v-4H9z' fill='white'/%3E%3C/svg%3E">
"""
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace")


def theme() -> Base:
    """Gradio's base theme in calm greys and one accent; the rest is in `STYLES`."""
    return Base(
        primary_hue=colors.indigo,
        secondary_hue=colors.indigo,
        neutral_hue=colors.zinc,
        radius_size=sizes.radius_lg,
        font=SANS,
        font_mono=MONO,
    )


def head() -> str:
    """What goes into the page's `<head>`: the icon, the style, and what looks after links and refusals.

    The style is not given to Gradio as its `css`: it would put every rule below its own container, and ours also
    speak of `<body>`. What comparisons look like is, to weigh more than what Gradio says of all elements.
    """
    looks = "\n".join(path.read_text(encoding="utf-8") for path in LOOKS)
    style = "\n".join(path.read_text(encoding="utf-8") for path in STYLES) + f".gradio-container {{ {looks} }}"
    scripts = "".join(f'<script type="module">{path.read_text(encoding="utf-8")}</script>' for path in SCRIPTS)
    return f"{_ICON}<style>{style}</style>{scripts}"
