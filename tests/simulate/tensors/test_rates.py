"""What a measurement of the forms on tensors leaves, at sizes of a test: rates, shares and deviations within bounds."""

import json
from fractions import Fraction

import pytest
import torch

from grokdd.analytic import MachineError
from grokdd.simulate.tensors import rates
from grokdd.simulate.tensors.rates import DIFFERENTIATED, FORWARD, PATTERNS, Sizes, main, measure

SMALL = Sizes(2**12, (2**8, 2**12), (4, 6), (3, 5), 64, 1e-4, times=20)
EPS = {"float64": 2.0**-52, "float32": 2.0**-23}


@pytest.fixture(scope="module")
def record():
    said = []
    return measure(torch.device("cpu"), SMALL, said.append) | {"said": said}


def test_there_is_a_row_for_each_number_of_patterns_format_and_demand(record):
    rows = [(row["patterns"], row["number_format"], row["what"]) for row in record["curves"]]
    assert rows == [(n, form, what) for n in PATTERNS for form in EPS for what in (FORWARD, DIFFERENTIATED)]
    assert [(row["patterns"], row["points"]) for row in record["tables"][::4]] == [(4, 3), (4, 5), (6, 3), (6, 5)]
    assert [row["at_once"] for row in record["blocks"]] == [2**8, 2**8, 2**12, 2**12]
    assert len(record["said"]) == 2 + sum(len(record[name]) for name in ("curves", "blocks", "tables", "deviations"))


def test_rates_are_what_was_done_over_the_time_it_took(record):
    for row in record["curves"]:
        assert row["models_per_second"] == pytest.approx(row["models"] / row["seconds"])
        assert row["times"] == 20
    assert record["curves"][0]["models"] == 2**12 // (20 * 3 * 2)
    for row in record["tables"]:
        products = 1 if row["what"] == FORWARD else 3
        work = products * 2 * row["points"] * 2 ** row["patterns"]
        rate = work / row["seconds"] / record["matrix_rates"][row["number_format"]]
        assert row["share_of_matrix_rate"] == pytest.approx(rate)


def test_deviations_are_within_the_bounds_of_the_forms(record):
    for row in record["deviations"]:
        n, eps = row["patterns"], EPS[row["number_format"]]
        if row["of"] == "curves":
            bound = (2 * n + min((n + 1) // 2, 28) + 10) * eps
            assert row["from_processor"] <= 2 * bound + 5 * n * eps  # p and q too, by the exponential
            assert row["derivatives_from_processor"] <= 4 * (4 * n + 40) * eps
        else:
            bound = (2 * n + 2 ** (n // 2) + 2 ** (n - n // 2)) / 2 * eps
            assert row["from_processor"] <= 2 * bound
        assert (row["from_exact"] is None) == (n not in (3, 8))
        assert row["from_exact"] is None or row["from_exact"] <= bound
        if row["number_format"] == "float64":
            assert row["from_processor"] == 0  # it is the processor


def test_deviations_are_seen(monkeypatch):
    """A form that is wrong in its fourth digit, in float32 alone, passes neither beside float64 nor beside the sum."""
    curves, table = rates.curves_on_tensors, rates.extension_on_tensors

    def off(x):
        return x * (1 - 1e-4 * (x.dtype == torch.float32))

    monkeypatch.setattr(rates, "curves_on_tensors", lambda t, x, y, z, g, **more: curves(t, x, y, z, off(g), **more))
    monkeypatch.setattr(rates, "extension_on_tensors", lambda values, p: off(table(values, p)))
    for row in rates._deviations(torch.device("cpu"), SMALL):
        seen = row["number_format"] == "float32"
        assert (row["from_processor"] > 1e-5) == seen
        assert (row.get("derivatives_from_processor", seen) > 1e-5) == seen
        assert row["from_exact"] is None or (row["from_exact"] > 1e-5) == seen


def test_the_exact_sum_is_that_of_all_sets():
    table, p = [0.5, 0.25, 1, 0, 0, 0.75, 0.5, 1], [0.5, 0.25, 1.0]
    expected = Fraction(0)
    for mask, entry in enumerate(table):
        weight = Fraction(entry)
        for i, x in enumerate(p):
            weight *= Fraction(x) if mask >> i & 1 else 1 - Fraction(x)
        expected += weight
    assert rates._enumerated(table, p) == expected


def test_the_command_writes_its_record_and_says_which_device_is_missing(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(rates, "PROCESSOR", SMALL)
    assert main(["--out", str(tmp_path / "new" / "rates.json")]) == 0
    assert json.loads((tmp_path / "new" / "rates.json").read_text())["device"] == "cpu"
    capsys.readouterr()
    assert main(["--out", str(tmp_path / "none.json"), "--device", "cuda:99"]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("rates: device 'cuda:99' must exist, but torch says ")
    with pytest.raises(MachineError, match="device 'none' must exist"):
        rates._device_named("none")
