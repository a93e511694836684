"""Functions of many rows in blocks: the same numbers and derivatives as at once, and nothing of a block is kept."""

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck
from torch.autograd.graph import saved_tensors_hooks

from grokdd.simulate.tensors.blocks import Work, in_blocks

SEEN: list[int] = []


def of_rows(table, x, y):
    """Two results a row and one summed over rows, not linear in anything."""
    SEEN.append(x.shape[0])
    inner = torch.sin(x @ table)
    return inner * y[:, None], (inner**2).sum(dim=1), (y * x[:, 0] ** 2).sum() * table.exp()


def work(rows):
    return Work(of_rows, rows, shared=(True, False, False), summed=(False, False, True))


def drawn(seed=0, rows=7):
    rng = torch.Generator().manual_seed(seed)
    shapes = (3, 2), (rows, 3), (rows,)
    return [torch.randn(shape, dtype=torch.float64, generator=rng).requires_grad_() for shape in shapes]


def total(parts):
    return torch.stack([x.sum() for x in parts]).sum()


def second_derivatives(function, given):
    first = torch.autograd.grad(total(x**2 for x in function(*given)), given, create_graph=True)
    return first, torch.autograd.grad(total(x**3 for x in first), given)


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_blocks_change_neither_values_nor_derivatives_of_first_and_second_order(rows):
    given = drawn()
    for got, expected in zip(in_blocks(work(rows), *given), of_rows(*given), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-13, atol=1e-13)
    found = [second_derivatives(f, given) for f in (lambda *x: in_blocks(work(rows), *x), of_rows)]
    for got, expected in zip(*found, strict=True):
        for one, other in zip(got, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_derivatives_are_those_of_differences():
    given = drawn(1, rows=4)
    assert gradcheck(lambda *x: in_blocks(work(3), *x), given)
    assert gradgradcheck(lambda *x: in_blocks(work(3), *x), given)


def test_every_derivative_is_computed_in_blocks():
    given = drawn(rows=10)
    SEEN.clear()
    second_derivatives(lambda *x: in_blocks(work(4), *x), given)
    assert set(SEEN) == {4, 2}  # 4 + 4 + 2, each time
    assert len(SEEN) >= 9  # the values, the first derivatives, the second ones


def test_nothing_but_the_arguments_is_kept_for_the_derivatives():
    given, kept = drawn(rows=1000), []
    with saved_tensors_hooks(lambda x: kept.append(x.data_ptr()) or x, lambda x: x):
        in_blocks(work(10), *given)
    assert sorted(kept) == sorted(x.data_ptr() for x in given)


def test_only_what_is_asked_for_is_differentiated():
    table, x, y = drawn()
    found = in_blocks(work(3), table.detach(), x, y.detach())
    total(found).backward()
    assert x.grad is not None
    assert table.grad is None
    assert not any(part.requires_grad for part in in_blocks(work(3), *(one.detach() for one in (table, x, y))))


def test_no_rows_are_no_rows():
    given = drawn(rows=0)
    found = in_blocks(work(3), *given)
    assert [tuple(x.shape) for x in found] == [(0, 2), (0,), (3, 2)]
    assert torch.autograd.grad(found[2].sum(), given[0])[0].tolist() == [[0.0, 0.0]] * 3
