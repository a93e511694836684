"""The sign of acc_test' over a long interval, from exact coefficients around the vertex that the curve is near.

Over an interval each pattern is nearer to 0 or to gamma in its middle. With u = s, the logistic, for the first kind and
u = 1 - s for the second, acc_test is a polynomial sum_m c_m u^m with exact coefficients, and

    acc_test' = sum_m c_m u^m sum_{k in m} d_k,   d_k = u_k' / u_k = alpha_k (1 - s_k) or -alpha_k s_k.

Divided by the u^m that leads, its terms are ratios whose logarithms are almost linear in time: their ends enclose them,
however long the interval is. What cancels exactly is not there at all, as under a preferred pattern that is complete,
where the slope of `slope` is a difference of numbers that both fall by hundreds of decades.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flint import arb, fmpq

from .balls import BallCurves, logistic
from .slope import exact, sign_of
from .tails import moebius, vertex_values


class _Log(NamedTuple):
    """What is known of the logarithm of a monomial: its value at three times, and its rate over the interval.

    A value is an exact number, which may be huge, and a ball of moderate size.
    """

    low: tuple[fmpq, arb]
    middle: tuple[fmpq, arb]
    high: tuple[fmpq, arb]
    rate: arb


class Monomials:
    """acc_test as a polynomial around any vertex of the box."""

    def __init__(self, curves: BallCurves) -> None:
        self._clocks = [curves.parameters[i][1:] for i in curves.moving]
        self._values = vertex_values(curves)
        self._terms: dict[int, list[tuple[int, fmpq]]] = {}

    def sign_over(self, low: fmpq, high: fmpq) -> int:
        """Return the sign of acc_test' on the whole of [low, high]; 0 if the bounds do not tell."""
        middle = (low + high) / 2
        learned = [b < middle for _, b in self._clocks]
        terms = self._around(sum(1 << bit for bit, up in enumerate(learned) if up))
        logs = _of_all_sets(
            [_log(*clock, up, (low, middle, high)) for clock, up in zip(self._clocks, learned, strict=True)]
        )
        leader = logs[max(terms, key=lambda term: _size(term[1], logs[term[0]]))[0]]
        total = arb(0)
        for mask, c in terms:
            total += c * logs[mask].rate * _ratio(logs[mask], leader, (high - low) / 2)
        return sign_of(total)

    def _around(self, near: int) -> list[tuple[int, fmpq]]:
        """Return the coefficients around a vertex that are not 0, by the sets of their factors; not the constant."""
        if near not in self._terms:
            turned = [self._values[mask ^ near] for mask in range(len(self._values))]
            self._terms[near] = [(mask, c) for mask, c in enumerate(moebius(turned)) if mask and c != 0]
        return self._terms[near]


def _log(alpha: fmpq, b: fmpq, learned: bool, times: tuple[fmpq, fmpq, fmpq]) -> _Log:
    """Return log u of one pattern: of s, or of 1 - s = s(-x)."""
    way = -1 if learned else 1
    xs = [way * alpha * (t - b) for t in times]
    rest = arb.union(logistic(xs[0])[1], logistic(xs[2])[1])  # 1 - u on the interval
    low, middle, high = (_log_logistic(x) for x in xs)
    return _Log(low, middle, high, way * alpha * rest)


def _log_logistic(x: fmpq) -> tuple[fmpq, arb]:
    return min(x, fmpq(0)), -(-abs(arb(x))).exp().log1p()


def _of_all_sets(logs: Sequence[_Log]) -> list[_Log]:
    """Return log u^m for each set m of factors, by their masks."""
    nothing = (fmpq(0), arb(0))
    found = [_Log(nothing, nothing, nothing, arb(0))]
    for one in logs:
        found += [
            _Log(_sum(x.low, one.low), _sum(x.middle, one.middle), _sum(x.high, one.high), x.rate + one.rate)
            for x in found
        ]
    return found


def _sum(one: tuple[fmpq, arb], other: tuple[fmpq, arb]) -> tuple[fmpq, arb]:
    return one[0] + other[0], one[1] + other[1]


def _size(c: fmpq, log: _Log) -> fmpq:
    # 1 more for all: beside it a ball around exp(-1e308) is rounded away, which no rational could hold
    return log.middle[0] + exact((1 + log.middle[1] + abs(arb(c)).log()).mid())


def _ratio(one: _Log, leader: _Log, half: fmpq) -> arb:
    """Return u^m over the leading one, on the interval."""
    rate = one.rate - leader.rate
    if rate > 0 or rate < 0:  # monotone: its ends enclose it
        return arb.union(_quotient(one.low, leader.low), _quotient(one.high, leader.high))
    return _quotient(one.middle, leader.middle) * (rate * arb(0, half)).exp()


def _quotient(one: tuple[fmpq, arb], other: tuple[fmpq, arb]) -> arb:
    return (arb(one[0] - other[0]) + (one[1] - other[1])).exp()
