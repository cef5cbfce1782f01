"""HTML from the templates in `templates/`: for the live page, for shared pages and for files."""

from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from playground.compare.drawing.markdown import rendered
from playground.spelling import money, seconds, speed


def fragment(template: str, **values: Any) -> str:
    """The HTML of a template in `templates/`. A value is text, and escaped, unless it is Markup.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not given.
    """
    return environment.get_template(template).render(values)


def _markdown(text: str) -> Markup:
    return Markup(rendered(text))  # noqa: S704 - cleaned of all that is not for reading


_TEMPLATES = Path(__file__).with_name("templates")

# Read now: a fragment is also made where nothing may wait for a disk.
environment = Environment(
    loader=DictLoader({file.name: file.read_text(encoding="utf-8") for file in _TEMPLATES.iterdir()}),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters |= {"money": money, "seconds": seconds, "speed": speed, "markdown": _markdown}
