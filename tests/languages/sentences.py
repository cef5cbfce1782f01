"""Every sentence that our code says, found in its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playground import errors

ROOT = Path(errors.__file__).parent
OURS = frozenset(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.PlaygroundError)
)
SAYING = OURS | {"say", "_Telling"}
EVENTS = {"NoticeEvent": "message", "ErrorEvent": "message", "ProgressUpdateEvent": "text"}
PAGE = ("ui", "compare", "commands", "client")
"""The rooms of the page and of the command line, which are in English."""


@dataclass(frozen=True)
class Sentence:
    """What is said somewhere. `text` is None for one that is put together there."""

    where: str
    text: str | None


@cache
def sentences() -> tuple[Sentence, ...]:
    """All of them."""
    return tuple(one for path in sorted(ROOT.rglob("*.py")) for one in _of(path))


def _of(path: Path) -> Iterator[Sentence]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (words := _words(node)) is not None:
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            yield from _told(words, constants, where)
        elif isinstance(node, ast.FunctionDef):
            for argument, default in zip(node.args.args[-len(node.args.defaults) :], node.args.defaults, strict=False):
                if argument.arg == "message":
                    yield from _told(default, constants, f"{path.relative_to(ROOT)}:{node.lineno}")


def _words(call: ast.Call) -> ast.expr | None:
    """What a call says."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in SAYING:
        return call.args[0] if call.args else None
    if name == "HTTPException" and len(call.args) > 1:
        return call.args[1]
    return next((one.value for one in call.keywords if name in EVENTS and one.arg == EVENTS[name]), None)


def _told(words: ast.expr, constants: dict[str, str], where: str) -> Iterator[Sentence]:
    match words:
        case ast.Constant(value=str(text)):
            yield Sentence(where, text)
        case ast.IfExp(body=one, orelse=other):
            yield from _told(one, constants, where)
            yield from _told(other, constants, where)
        case ast.Name(id=name) if name in constants:
            yield Sentence(where, constants[name])
        case ast.JoinedStr() | ast.BinOp() | ast.Call(func=ast.Attribute(value=ast.Constant(), attr="format")):
            yield Sentence(where, None)
        case _:  # said before, and handed on
            pass


def _constants(tree: ast.Module) -> dict[str, str]:
    """The texts that a module gives a name."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
