"""How fast the forms on tensors are on a device, and how far they are from the processor's and from exact arithmetic.

    python -m grokdd.simulate.tensors.rates --device cuda --out FILE.json

Models per second of batched quadrature, forward and with all derivatives; any set function as a share of the device's
own rate of matrix products, measured in the same run; and deviations, without which a rate says nothing. Needs torch
and NumPy alone, so that it runs on a bare machine.
"""

import argparse
import json
import math
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...analytic.errors import MachineError, exit_code_of
from ...analytic.rules import Mean
from ..quadrature_plan import plan
from .quadrature import AT_ONCE, TensorCurves, curves_on_tensors
from .split import extension_on_tensors

Say = Callable[[str], None]
Row = dict[str, Any]

FORMATS = {"float64": torch.float64, "float32": torch.float32}
FORWARD, DIFFERENTIATED = "values", "values and derivatives"
PATTERNS = (3, 8, 20, 56, 128)
LOOKED_AT = np.arange(0.0, 300.0, 7.0)
"""Times at which numbers are compared."""
ENUMERATED = (3, 8)
"""Patterns for which the sum over all sets is made in exact arithmetic."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    numbers: int
    """Models are as many as make so many numbers, one for each model, time, node and pattern."""
    blocks: tuple[int, ...]
    """Values of `at_once` that are tried at 8 patterns."""
    table_patterns: tuple[int, ...]
    points: tuple[int, ...]
    matrix: int
    """Side of the square matrices whose product is the limit."""
    seconds: float
    """Time of a case, three calls at least; the fastest counts."""
    times: int = 300


CARD = Sizes(2**28, tuple(2**k for k in range(19, 29, 2)), (20, 22), (256, 4096), 8192, 0.5)
PROCESSOR = Sizes(2**18, (2**16, 2**18), (10, 12), (16, 64), 512, 0.005)
"""A matter of seconds on one core."""


def measure(device: torch.device, sizes: Sizes, say: Say = print) -> dict[str, Any]:
    """Return what was measured on a device, as JSON values."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        matrix_rates = {name: _matrix_rate(device, dtype, sizes) for name, dtype in FORMATS.items()}
        for name, rate in matrix_rates.items():
            say(f"matrix products, {name}: {rate / 1e12:.3f} TFLOP/s")
        return {
            "device": device.type,
            "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor(),
            "threads": torch.get_num_threads(),
            "matrix_rates": matrix_rates,
            "curves": list(_told(_curve_rates(device, sizes), say)),
            "blocks": list(_told(_block_rates(device, sizes), say)),
            "tables": list(_told(_table_rates(device, sizes, matrix_rates), say)),
            "deviations": list(_told(_deviations(device, sizes), say)),
        }
    finally:
        torch.set_float32_matmul_precision(before)


def _told(rows: Iterator[Row], say: Say) -> Iterator[Row]:
    for row in rows:
        say("  ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{value}" for name, value in row.items()))
        yield row


def _fastest(work: Callable[[], object], device: torch.device, seconds: float) -> Row:
    """Return the seconds of the fastest of some calls after a first one, and the memory at its highest on a card."""
    work()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    fastest, calls, ends = math.inf, 0, time.perf_counter() + seconds
    while calls < 3 or time.perf_counter() < ends:
        _wait(device)
        started = time.perf_counter()
        work()
        _wait(device)
        fastest, calls = min(fastest, time.perf_counter() - started), calls + 1
    peak = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
    return {"seconds": fastest, "peak_bytes": peak}


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _matrix_rate(device: torch.device, dtype: torch.dtype, sizes: Sizes) -> float:
    a, b = (torch.ones(sizes.matrix, sizes.matrix, dtype=dtype, device=device) for _ in range(2))
    product = torch.empty_like(a)
    return 2 * sizes.matrix**3 / _fastest(lambda: torch.mm(a, b, out=product), device, sizes.seconds)["seconds"]


def _columns(models: int, n: int) -> list[np.ndarray]:
    """Return gamma, alpha, b and g, (models, n) each, of few bits: float32 holds them and x = alpha (t - b) exactly."""
    rng = np.random.default_rng(n)
    return [rng.integers(1, 17, (models, n)) / 16, rng.integers(1, 65, (models, n)) / 64] + [
        rng.integers(0, 257, (models, n)) * scale for scale in (1.0, 1 / 256)
    ]


def _given(device: torch.device, dtype: torch.dtype, arrays: Sequence[np.ndarray], moved: bool) -> list[Tensor]:
    return [torch.tensor(x, dtype=dtype, device=device, requires_grad=moved) for x in arrays]


def _curves(given: list[Tensor], at_once: int | None = None) -> TensorCurves:
    return curves_on_tensors(*given, chance=1 / 128, chance_train=1 / 128, at_once=at_once)


def _with_derivatives(given: list[Tensor], at_once: int | None = None) -> tuple[TensorCurves, tuple[Tensor, ...]]:
    found = _curves(given, at_once)
    return found, torch.autograd.grad(found.test.sum() + found.train.sum(), given)


def _curve_rates(device: torch.device, sizes: Sizes) -> Iterator[Row]:
    for n in PATTERNS:
        for name in FORMATS:
            for what in (FORWARD, DIFFERENTIATED):
                yield _curve_rate(device, sizes, n, name, what, None)


def _block_rates(device: torch.device, sizes: Sizes) -> Iterator[Row]:
    for at_once in sizes.blocks:
        for what in (FORWARD, DIFFERENTIATED):
            yield _curve_rate(device, sizes, 8, "float64", what, at_once)


def _curve_rate(device: torch.device, sizes: Sizes, n: int, name: str, what: str, at_once: int | None) -> Row:
    models = max(1, sizes.numbers // (sizes.times * n * _nodes(n)))
    arrays = [np.arange(float(sizes.times)), *_columns(models, n)]
    given = _given(device, FORMATS[name], arrays, what == DIFFERENTIATED)
    call = _with_derivatives if what == DIFFERENTIATED else _curves
    known = _fastest(lambda: call(given, at_once), device, sizes.seconds)
    return {
        "patterns": n,
        "number_format": name,
        "what": what,
        "models": models,
        "times": sizes.times,
        "at_once": at_once or AT_ONCE[device.type],
        "models_per_second": models / known["seconds"],
    } | known


def _nodes(n: int) -> int:
    return plan(Mean(), n)[2].size


def _table_rates(device: torch.device, sizes: Sizes, matrix_rates: dict[str, float]) -> Iterator[Row]:
    """Yield rates of any set function; with derivatives in p three products as large as the table are made, not one."""
    for n in sizes.table_patterns:
        for points in sizes.points:
            for name, dtype in FORMATS.items():
                for what, products in ((FORWARD, 1), (DIFFERENTIATED, 3)):
                    table, p = _table_case(n, points)
                    (values,) = _given(device, dtype, [table], False)
                    (rows,) = _given(device, dtype, [p], products > 1)
                    known = _fastest(_of_table(values, rows), device, sizes.seconds)
                    share = products * 2 * points * 2**n / known["seconds"] / matrix_rates[name]
                    yield {
                        "patterns": n,
                        "points": points,
                        "number_format": name,
                        "what": what,
                        "points_per_second": points / known["seconds"],
                        "share_of_matrix_rate": share,
                    } | known


def _table_case(n: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a table and points of few bits, so that float32 holds them exactly."""
    rng = np.random.default_rng(n)
    return rng.integers(0, 257, 2**n) / 256, rng.integers(0, 65, (points, n)) / 64


def _of_table(table: Tensor, p: Tensor) -> Callable[[], object]:
    def work() -> object:
        found = extension_on_tensors(table, p)
        return torch.autograd.grad(found.sum(), p) if p.requires_grad else found

    return work


def _deviations(device: torch.device, sizes: Sizes) -> Iterator[Row]:
    """Yield how far values and derivatives are from float64 on the processor, and values from exact arithmetic."""
    for n in PATTERNS:
        for name, dtype in FORMATS.items():
            arrays = [LOOKED_AT, *_columns(4, n)]
            found, expected = (
                _with_derivatives(_given(place, form, arrays, True))
                for place, form in ((device, dtype), (torch.device("cpu"), torch.float64))
            )
            pairs = zip((found[0].test, found[0].train), (expected[0].test, expected[0].train), strict=True)
            yield {
                "of": "curves",
                "patterns": n,
                "number_format": name,
                "from_processor": max(_relative(x, y) for x, y in pairs),
                "derivatives_from_processor": max(
                    _of_largest(x, y) for x, y in zip(found[1], expected[1], strict=True)
                ),
                "from_exact": _curve_from_exact(device, dtype, n) if n in ENUMERATED else None,
            }
    for n in (min(ENUMERATED), max(ENUMERATED), max(sizes.table_patterns)):
        for name, dtype in FORMATS.items():
            table, p = _table_case(n, 4)
            found = extension_on_tensors(*_given(device, dtype, [table, p], False))
            expected = extension_on_tensors(*_given(torch.device("cpu"), torch.float64, [table, p], False))
            exact = [_enumerated(table.tolist(), row) for row in p.tolist()] if n in ENUMERATED else None
            yield {
                "of": "table",
                "patterns": n,
                "number_format": name,
                "from_processor": _relative(found, expected),
                "from_exact": None if exact is None else _from_exact(found, exact),
            }


def _relative(got: Tensor, expected: Tensor) -> float:
    """Return the largest relative deviation."""
    return float((got.detach().cpu().double() / expected.detach() - 1).abs().max())


def _of_largest(got: Tensor, expected: Tensor) -> float:
    """Return the largest deviation, in units of the largest number expected: a derivative may be a small difference."""
    return float((got.cpu().double() - expected).abs().max() / expected.abs().max())


def _curve_from_exact(device: torch.device, dtype: torch.dtype, n: int) -> float:
    """Return the relative deviation of test accuracy at t = inf, where p is gamma, from the sum over all sets."""
    gamma, alpha, b, g = (x[0] for x in _columns(1, n))
    found = _curves(_given(device, dtype, [np.array([math.inf]), gamma, alpha, b, g], False)).test
    means = [Fraction(1, 128)]
    for mask in range(1, 2**n):
        inside = [Fraction(x) for i, x in enumerate(g.tolist()) if mask >> i & 1]
        means.append(sum(inside, Fraction(0)) / len(inside))
    return _from_exact(found, [_enumerated(means, gamma.tolist())])


def _enumerated(table: Sequence[float | Fraction], p: Sequence[float]) -> Fraction:
    """Return the sum over all sets, exactly, pattern by pattern from the last one."""
    left = [Fraction(x) for x in table]
    for x in reversed(p):
        half, right = len(left) // 2, Fraction(x)
        left = [(1 - right) * low + right * high for low, high in zip(left[:half], left[half:], strict=True)]
    return left[0]


def _from_exact(got: Tensor, exact: Sequence[Fraction]) -> float:
    pairs = zip(got.reshape(-1).tolist(), exact, strict=True)
    return max(float(abs(Fraction(value) / expected - 1)) for value, expected in pairs)


def _device_named(name: str) -> torch.device:
    try:
        return torch.zeros(1, device=torch.device(name)).device
    except (RuntimeError, AssertionError) as error:  # AssertionError: torch without CUDA
        said = str(error).splitlines()[0]
        raise MachineError(f"device {name!r} must exist, but torch says {said!r}: use cpu") from None


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m grokdd.simulate.tensors.rates", description="Forms on tensors.")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: cpu)")
    chosen = parser.parse_args(arguments)

    def work() -> None:
        device = _device_named(chosen.device)
        found = measure(device, CARD if device.type == "cuda" else PROCESSOR, lambda line: print(line, flush=True))
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

    return exit_code_of("rates", work)


if __name__ == "__main__":
    sys.exit(main())
