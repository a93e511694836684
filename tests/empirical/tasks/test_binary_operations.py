"""Every equation of every operation, against Python's own integers, and the order of the public code."""

from itertools import product

import numpy as np
import pytest

from grokdd.analytic import InputError
from grokdd.empirical.tasks import BinaryOperation
from grokdd.empirical.tasks.binary_operations import OPERATIONS


def over(x, y, p):
    """The z with y z = x, found by trying all."""
    return next(z for z in range(p) if (y * z - x) % p == 0)


BY_TRIAL = {
    "x+y": lambda x, y, p: x + y,
    "x-y": lambda x, y, p: x - y + p,
    "x*y": lambda x, y, p: sum(x for _ in range(y)),
    "x/y": over,
    "x/y if y odd else x-y": lambda x, y, p: over(x, y, p) if y & 1 else x - y,
    "x^2+y^2": lambda x, y, p: pow(x, 2, p) + pow(y, 2, p),
    "x^2+xy+y^2": lambda x, y, p: (x + y) * (x + y) - x * y,
    "x^2+xy+y^2+x": lambda x, y, p: (x + y) * (x + y) - x * (y - 1),
    "x^3+xy": lambda x, y, p: x * (x * x + y),
    "x^3+xy^2+y": lambda x, y, p: pow(x, 3, p) + x * pow(y, 2, p) + y,
    "x^2+y": lambda x, y, p: pow(x, 2, p) + y,
    "x^3+y": lambda x, y, p: pow(x, 3, p) + y,
    "x+y if x even else x*y": lambda x, y, p: x * y if x & 1 else x + y,
    "x+y if x even else x-y": lambda x, y, p: x - y if x & 1 else x + y,
    "x*y where y != 0": lambda x, y, p: sum(x for _ in range(y)),
}
WITHOUT_ZERO = {"x/y", "x*y where y != 0"}
DIVIDE = {"x/y", "x/y if y odd else x-y"}


def equations(operation, modulus):
    """Triples x, y, z in the order of the examples."""
    examples = BinaryOperation(operation=operation, modulus=modulus).examples()
    return [(*pair, z) for pair, z in zip(examples.inputs.tolist(), examples.answers.tolist(), strict=True)]


def test_every_operation_has_its_witness():
    assert set(OPERATIONS) == set(BY_TRIAL)


@pytest.mark.parametrize(
    ("operation", "modulus"),
    [(name, p) for name, p in product(BY_TRIAL, (2, 11, 12, 31)) if p != 12 or name not in DIVIDE],
)
def test_every_equation_is_true_and_stands_once(operation, modulus):
    expected = [
        (x, y, BY_TRIAL[operation](x, y, modulus) % modulus)
        for x, y in product(range(modulus), range(operation in WITHOUT_ZERO, modulus))
    ]
    got = equations(operation, modulus)
    assert sorted(got) == expected
    if operation != "x/y":
        assert got == expected


def test_division_is_listed_over_the_quotient_and_then_over_the_divisor():
    got = equations("x/y", 97)
    expected = [(b * c % 97, b, c) for c in range(97) for b in range(1, 97)]
    assert got == expected


def test_powers_do_not_overflow_at_the_largest_modulus():
    examples = BinaryOperation(operation="x^3+xy^2+y", modulus=1000).examples()
    expected = (999**3 + 999 * 999**2 + 999) % 1000
    assert examples.inputs[-1].tolist() == [999, 999]
    assert examples.answers[-1] == expected


@pytest.mark.parametrize("operation", BY_TRIAL)
def test_symbols_and_answers_are_the_residues(operation):
    shape = BinaryOperation(operation=operation, modulus=13).examples().shape
    assert (shape.operands, shape.symbols, shape.classes) == (2, 13, 13)


@pytest.mark.parametrize("operation", BY_TRIAL)
def test_a_mirror_is_there_just_where_the_operation_commutes(operation):
    examples = BinaryOperation(operation=operation, modulus=11).examples()
    answers = {(x, y): z for x, y, z in equations(operation, 11)}
    commutes = all(answers.get((y, x), z) == z for (x, y), z in answers.items())
    assert (examples.mirror is not None) == commutes


@pytest.mark.parametrize("operation", ["x+y", "x*y", "x^2+y^2", "x^2+xy+y^2", "x*y where y != 0"])
def test_the_mirror_has_its_operands_swapped_or_is_no_example(operation):
    examples = BinaryOperation(operation=operation, modulus=11).examples()
    pairs = [tuple(pair) for pair in examples.inputs.tolist()]
    assert examples.mirror is not None
    for own, mirror in enumerate(examples.mirror.tolist()):
        x, y = pairs[own]
        assert pairs[mirror] == ((y, x) if (y, x) in pairs else (x, y))


PARTS = {
    "zero_dividend": lambda x, y: x == 0,
    "unit_divisor": lambda x, y: y == 1,
    "zero_factor": lambda x, y: x * y == 0,
    "unit_factor": lambda x, y: 1 in (x, y),
    "zero_term": lambda x, y: 0 in (x, y),
    "x_even": lambda x, y: not x & 1,
    "x_odd": lambda x, y: x & 1,
    "y_even": lambda x, y: not y & 1,
    "y_odd": lambda x, y: y & 1,
    "equal": lambda x, y: x == y,
}
PARTS_OF = {
    "x+y": "zero_term equal",
    "x-y": "zero_term equal",
    "x*y": "zero_factor unit_factor equal rest",
    "x/y": "zero_dividend unit_divisor equal rest",
    "x/y if y odd else x-y": "y_even y_odd equal",
    "x+y if x even else x*y": "x_even x_odd equal",
    "x+y if x even else x-y": "x_even x_odd equal",
    "x*y where y != 0": "zero_factor unit_factor equal rest",
}


@pytest.mark.parametrize("operation", BY_TRIAL)
def test_parts_are_what_their_names_say(operation):
    examples = BinaryOperation(operation=operation, modulus=7).examples()
    assert list(examples.parts) == PARTS_OF.get(operation, "equal").split()
    for name, mask in examples.parts.items():
        if name != "rest":
            assert mask.tolist() == [bool(PARTS[name](x, y)) for x, y in examples.inputs.tolist()]


@pytest.mark.parametrize(
    ("operation", "zero"), [("x/y", "zero_dividend"), ("x*y", "zero_factor"), ("x*y where y != 0", "zero_factor")]
)
def test_the_rest_is_all_but_the_zeros(operation, zero):
    parts = BinaryOperation(operation=operation, modulus=7).examples().parts
    assert np.array_equal(parts["rest"], ~parts[zero])


def test_examples_are_the_same_at_every_call():
    first, second = (BinaryOperation().examples() for _ in range(2))
    assert np.array_equal(first.inputs, second.inputs)
    assert np.array_equal(first.answers, second.answers)


REFUSED = [
    ({"operation": "x%y"}, r"operation must be one of x\+y, x-y, .*, got 'x%y'"),
    ({"operation": None}, "operation must be one of .*, got None"),
    ({"operation": ["x+y"]}, r"operation must be one of .*, got \['x\+y'\]"),
    ({"modulus": 1}, r"modulus must be a whole number in 2\.\.1000, got 1"),
    ({"modulus": 1001}, r"modulus must be a whole number in 2\.\.1000, got 1001"),
    ({"modulus": 97.0}, "modulus must be a whole number .*, got 97.0"),
    ({"modulus": "97"}, "modulus must be a whole number .*, got '97'"),
    ({"modulus": True}, "modulus must be a whole number .*, got True"),
    ({"modulus": 4}, "modulus must be prime, or x/y has no answer; got 4: take 3, or an operation that does not"),
    ({"modulus": 91}, "modulus must be prime, or x/y has no answer; got 91: take 89,"),
    ({"modulus": 96, "operation": "x/y if y odd else x-y"}, "modulus must be prime, or x/y if y odd else x-y has no"),
]


@pytest.mark.parametrize(("settings", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_setting_that_cannot_be_used_is_refused_in_one_line(settings, message):
    with pytest.raises(InputError, match=message) as refusal:
        BinaryOperation(**settings)
    assert "\n" not in str(refusal.value)
