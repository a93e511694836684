"""Pattern models as TOML: exact both ways, and nothing in a file is ever evaluated.

A number is a TOML integer or decimal, read as that exact decimal, or a string "p/q" for a fraction
that no finite decimal equals.
"""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import cast

import tomli_w

from .errors import InputError, shown
from .exact import MOST_DIGITS, as_fraction, readable
from .model import PatternModel
from .pattern import Pattern
from .rules import Mean, Preferred, Priority, Rule, SoftPreference, Table

FORMAT = 1
LARGEST_TABLE = 12
"""Patterns of the largest Table that is written as text: 4096 numbers."""
_LARGEST_EXPONENT = 400
"""Decimal exponents beyond this are refused: 1e999999999 is ten characters, and a gigabyte as a Fraction."""
_PYTHONS_DIGITS = 4300
"""Digits of the longest integer that Python reads; a file with a longer one is no TOML to it."""
_FRACTION = re.compile(rf"[+-]?[0-9]{{1,{MOST_DIGITS}}}/[0-9]{{1,{MOST_DIGITS}}}")
_PATTERN_KEYS = ("gamma", "alpha", "b", "g")


def write_model(model: PatternModel) -> str:
    """Return `model` as TOML text that `read_model` reads back without loss."""
    document: dict[str, object] = {"format": FORMAT}
    if not isinstance(model.rule, Table):
        document["chance"] = _written(model.chance)
    document["chance_train"] = _written(model.chance_train)
    document["rule"] = _written_rule(model.rule)
    document["patterns"] = [
        {"name": pattern.name} | {key: _written(getattr(pattern, key)) for key in _PATTERN_KEYS}
        for pattern in model.patterns
    ]
    return tomli_w.dumps(document)


def _written(number: Fraction) -> int | Decimal | str:
    if number.denominator == 1:
        return number.numerator
    rest, digits = number.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        digits = max(digits, power)
    if rest != 1 or digits > _LARGEST_EXPONENT:
        return f"{number.numerator}/{number.denominator}"
    scaled = number.numerator * 10**digits // number.denominator
    return Decimal(f"{scaled}E-{digits}")


def _written_rule(rule: Rule) -> dict[str, object]:
    match rule:
        case Mean():
            return {"kind": "mean"}
        case Preferred(pattern=pattern):
            return {"kind": "preferred", "pattern": pattern}
        case Priority(order=order):
            return {"kind": "priority", "order": list(order)}
        case SoftPreference(weights=weights):
            return {"kind": "soft", "weights": [_written(weight) for weight in weights]}
        case Table(values=values):
            if values.size > 2**LARGEST_TABLE:
                raise InputError(
                    f"a Table in TOML must have at most 2**{LARGEST_TABLE} values, got {values.size}: "
                    "keep it with numpy.save('table.npy', rule.values) and read it with Table(numpy.load('table.npy'))"
                )
            return {"kind": "table", "values": [_written(value) for value in rule.fractions()]}


def read_model(text: str) -> PatternModel:
    """Return the model that TOML `text` describes, or raise an InputError that says what is wrong with it."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise InputError(f"the model must be TOML text, got {shown(text)}")
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"), parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the model must be TOML: {error}") from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        _refuse_long_integers(text)
        raise InputError(f"the model must be plain TOML: {type(error).__name__}, {error}") from None
    _check_keys("the model", document, required=("patterns",), optional=("format", "chance", "chance_train", "rule"))
    if document.get("format", FORMAT) != FORMAT:
        raise InputError(
            f"format must be {FORMAT}, got {shown(document['format'])}: written by another version of grokdd"
        )
    patterns = document["patterns"]
    if not isinstance(patterns, list):
        raise InputError("patterns must be an array of tables, [[patterns]]")
    members = [_read_pattern(i, table) for i, table in enumerate(patterns)]
    rule = _read_rule(document.get("rule", {"kind": "mean"}))
    chance = _read_number("chance", document["chance"]) if "chance" in document else None
    if isinstance(rule, Table) and chance is not None:
        raise InputError(
            "chance must be left out with a Table, whose values[0] is G(empty); "
            f"got chance = {readable(as_fraction('chance', chance))}"
        )
    return PatternModel(
        patterns=members,
        rule=rule,
        chance=chance,
        chance_train=_read_number("chance_train", document.get("chance_train", 0)),
    )


def _refuse_long_integers(text: str) -> None:
    """Raise InputError with line and key if `text` holds an integer that Python refuses to read."""
    for found in re.finditer(r"[0-9][0-9_]*", text):
        digits = len(found.group().replace("_", ""))
        if digits > _PYTHONS_DIGITS:
            line = text.count("\n", 0, found.start()) + 1
            key = re.search(r"([\w.-]+)\s*=\s*\[?\s*[+-]?$", text[max(0, found.start() - 100) : found.start()])
            name = f"{key[1]} in line {line}" if key else f"a number in line {line}"
            raise InputError(f"{name} must have at most {MOST_DIGITS} digits, got {digits}: write fewer")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent that Decimal itself cannot hold
        number = None
    finite = number is not None and number.is_finite() and number != 0
    if number is None or len(text) > MOST_DIGITS or (finite and abs(number.adjusted()) > _LARGEST_EXPONENT):
        limits = f"at most {MOST_DIGITS} digits and an exponent of at most {_LARGEST_EXPONENT}"
        raise InputError(f"a number must have {limits}, got {text[:40]}")
    return number


def _read_number(name: str, value: object) -> Fraction:
    if isinstance(value, str) and _FRACTION.fullmatch(value) and int(value.split("/")[1]) != 0:
        return Fraction(value)
    if isinstance(value, Decimal) and value.is_finite():
        return Fraction(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    raise InputError(f'{name} must be a finite number or a fraction "p/q", got {shown(value)}')


def _check_keys(
    where: str, table: object, *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Mapping[str, object]:
    if not isinstance(table, dict):
        raise InputError(f"{where} must be a table, got {shown(table)}")
    missing = [key for key in required if key not in table]
    unknown = [key for key in table if key not in required + optional]
    if missing:
        raise InputError(f"{where} must have {', '.join(missing)}")
    if unknown:
        known = ", ".join(required + optional)
        raise InputError(f"{where} must have no key but {known}, got {', '.join(shown(key) for key in unknown)}")
    return table


def _read_pattern(i: int, table: object) -> Pattern:
    fields = _check_keys(f"patterns[{i}]", table, required=_PATTERN_KEYS, optional=("name",))
    name = fields.get("name", "")
    if not isinstance(name, str):
        raise InputError(f"patterns[{i}].name must be a string, got {shown(name)}")
    numbers = {key: _read_number(f"patterns[{i}].{key}", fields[key]) for key in _PATTERN_KEYS}
    try:
        return Pattern(**numbers, name=name)
    except InputError as error:
        raise InputError(f"patterns[{i}].{error}") from None


def _read_rule(table: object) -> Rule:
    if not isinstance(table, dict) or not isinstance(table.get("kind"), str):
        raise InputError('rule must be a table with a kind, such as { kind = "mean" }')
    argument = {"mean": None, "preferred": "pattern", "priority": "order", "soft": "weights", "table": "values"}
    kind = table["kind"]
    if kind not in argument:
        raise InputError(f"rule.kind must be one of {', '.join(argument)}, got {shown(kind)}")
    if argument[kind] is None:
        _check_keys("rule", table, required=("kind",))
        return Mean()
    value = _check_keys("rule", table, required=("kind", argument[kind]))[argument[kind]]
    if kind == "preferred":
        return Preferred(cast(int, value))  # which refuses anything else
    if not isinstance(value, list):
        raise InputError(f"rule.{argument[kind]} must be an array, got {shown(value)}")
    if kind == "priority":
        return Priority(value)
    numbers = [_read_number(f"rule.{argument[kind]}[{i}]", item) for i, item in enumerate(value)]
    return SoftPreference(numbers) if kind == "soft" else Table(numbers)
