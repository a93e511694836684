"""Instructions of the processor that Python has no word for: in a kernel one instruction, elsewhere the same numbers.

Beside `compile`, the only file that knows numba.
"""

from fractions import Fraction
from math import inf, isfinite
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core import cgutils


def multiply_add(a: float, b: float, c: float) -> float:
    """Return a * b + c with one rounding, so that multiply_add(a, b, -(a * b)) is what a * b has lost."""
    if not (isfinite(a) and isfinite(b)):
        return a * b + c
    if not isfinite(c):
        return c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    try:
        return float(exact) or a * b + c  # which knows the sign of a zero
    except OverflowError:
        return inf if exact > 0 else -inf


def prefetch(array: Any, index: int) -> None:
    """Ask memory for the line around array[index], of one axis, since it will soon be written; changes no number.

    A kernel that goes on computing meanwhile need not wait for it. The index may lie outside: nothing is read then.
    """


@extending.overload(multiply_add, strict=False)  # strict: annotations would have to be those of the lambda
def _compiled_multiply_add(a: Any, b: Any, c: Any) -> Any:  # pyright: ignore[reportUnusedFunction]
    compute: Any = _fma
    return lambda a, b, c: compute(a, b, c)


@extending.intrinsic
def _fma(_: Any, a: Any, b: Any, c: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@extending.overload(prefetch, strict=False)
def _compiled_prefetch(array: Any, index: Any) -> Any:  # pyright: ignore[reportUnusedFunction]
    fetch: Any = _fetch
    return lambda array, index: fetch(array, index)


@extending.intrinsic
def _fetch(_: Any, array: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        to_be_written, to_be_kept, of_data = (ir.Constant(number, value) for value in (1, 3, 1))
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [address, to_be_written, to_be_kept, of_data])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate
