"""Arithmetic on text, without eval: a small grammar, walked as a tree, every step bounded.

The rule: whatever the expression, the work and the result stay small, so nothing needs to be interrupted.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from playground.roster.bad_input import BadInput

Number = int | float

MAX_CHARS = 300
MAX_BITS = 10_000
"""Of any number on the way: about 3,000 digits."""
SHOWN_DIGITS = 40

_SPELLINGS = str.maketrans({"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": "pi"})


def calculate(expression: str) -> str:
    """The value of an expression such as `2 * (3 + 4) ** 2`. Raises BadInput with what to write instead."""
    if len(expression) > MAX_CHARS:
        raise BadInput(f"The expression is longer than {MAX_CHARS} characters; do it in steps.")
    try:
        return _shown(_value(ast.parse(expression.translate(_SPELLINGS).strip(), mode="eval").body))
    except (SyntaxError, MemoryError, RecursionError) as error:
        hint = "use + - * / // % ** and parentheses, no units, currency or thousands separators"
        raise BadInput(f"'{expression[:60]}' is not an expression I can read: {hint}.") from error
    except ZeroDivisionError as error:
        raise BadInput("Division by zero.") from error
    except OverflowError as error:
        raise BadInput("The result is too large.") from error
    except (TypeError, ValueError) as error:
        raise error if isinstance(error, BadInput) else BadInput(f"Not defined: {error}.") from error


def _value(node: ast.AST) -> Number:
    match node:
        case ast.Constant(value=(int() | float()) as number) if not isinstance(number, bool):
            return _bounded(number)
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_value(operand))
        case ast.BinOp(left=left, op=symbol, right=right) if type(symbol) in _OPERATORS:
            return _bounded(_OPERATORS[type(symbol)](_value(left), _value(right)))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            return _bounded(_FUNCTIONS[name](*map(_value, arguments)))
        case _:
            known = ", ".join([*_FUNCTIONS, *_CONSTANTS])
            raise BadInput(
                f"'{ast.unparse(node)[:40]}' is not arithmetic. Numbers, + - * / // % ** and these: {known}."
            )


def _bounded(number: object) -> Number:
    match number:
        case int() if number.bit_length() > MAX_BITS:
            raise OverflowError
        case int():
            return number
        case float() if math.isfinite(number):
            return number
        case float():
            raise OverflowError
        case _:
            raise BadInput("The result is not a real number.")


def _divided(dividend: Number, divisor: Number) -> Number:
    return dividend / divisor


def _divided_whole(dividend: Number, divisor: Number) -> Number:
    return dividend // divisor


def _power(base: Number, exponent: Number) -> Number | complex:
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > 2 * MAX_BITS:
        raise OverflowError
    result: Number | complex = base**exponent
    return result


def _factorial(number: Number) -> int:
    if number > 1_000:
        raise OverflowError
    if not float(number).is_integer():
        raise BadInput("factorial needs a whole number.")
    return math.factorial(int(number))


def _round(number: Number, digits: Number = 0) -> Number:
    if abs(digits) > 30:
        raise BadInput("round takes at most 30 digits.")
    return round(number, int(digits)) if digits else round(number)


def _shown(number: Number) -> str:
    if isinstance(number, float):
        return f"{number:.12g}"
    digits = str(number)
    if len(digits) <= SHOWN_DIGITS:
        return digits
    unsigned = digits.lstrip("-")
    sign = "-" if number < 0 else ""
    return f"about {sign}{unsigned[0]}.{unsigned[1:9]}e{len(unsigned) - 1} ({len(unsigned)} digits)"


_CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}
_SIGNS: Mapping[type[ast.AST], Callable[[Number], Number]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_OPERATORS: Mapping[type[ast.AST], Callable[[Number, Number], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divided,
    ast.FloorDiv: _divided_whole,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "sqrt": math.sqrt,
    "abs": abs,
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "radians": math.radians,
    "degrees": math.degrees,
    "hypot": math.hypot,
    "gcd": math.gcd,
    "factorial": _factorial,
}
