"""What each judged claim demands, as it was fixed beforehand, typed once more: no range can be moved unnoticed."""

from pathlib import Path

import pytest

from grokdd.empirical.studies.all_studies import STUDIES
from grokdd.empirical.studies.carrying_out import load
from grokdd.empirical.studies.finding import REPORTED

RESULTS = Path(__file__).resolve().parents[3] / "results"

EQUAL_WIDTHS = ["at least 1.5, in the median", "at least 1.1, in the median", "0 to 0.5, in the median"]
DEMANDED = {
    ("figure_1", "small"): ["at least 3", "0 to 0.5", "0 to 0.5", "at least 1.5"],
    ("width", "small"): [*EQUAL_WIDTHS, *EQUAL_WIDTHS, "0 to 0.5, in the median", "0.9 to 1, in the median"],
    ("zero_dividend", "small"): ["51", "0 to 60", "84 to 108", "0 to 0.003", "0 to 76"],
    ("operations", "small"): ["at all"] * 9 + ["never", "0 to 1.1"],
    ("weight_decay", "small"): ["-1.3 to -0.7, in the median"],
    ("progress_measures", "small"): ["0 to 6000", "3 to 10", "at least 1", "0 to 1", "0 to 1", "0 to 1"],
    ("weight_norm", "small"): [
        *("40.66 to 42.06", "at all", "at all, in the median", "at least 1.2"),
        *("at least 1.05", "0 to 1", "at least 1", "0 to 1", "at all", "0 to 1"),
    ],
    ("weight_norm", "full"): [
        *("41.5 to 42.9", "110 to 200", "4225 to 8775, in the median", "at least 2.115", "700 to 2500"),
        *("1.374 to 1.517", "150 to 1200", "0 to 1", "at least 1", "0 to 1", "0 to 8000", "0.6635 to 0.8057"),
    ],
    ("sparse_parity", "small"): ["at least 2", "1 to 12"],
    ("sparse_parity", "full"): ["at least 2", "1 to 12"],
    ("numerics", "small"): ["0 to 0.5", "0 to 6000"],
    ("accelerators", "small"): ["at least 2, in the median"] * 3,
}
"""Ranges by study and size: those of check 6 are at their places, 10 / ln 113 and norms over the root of 1781."""


@pytest.mark.parametrize(("name", "size"), DEMANDED)
def test_demands_are_those_that_were_fixed(name, size):
    study = STUDIES[name][size]
    found = study.findings(load(RESULTS / name / size).runs)
    assert [one.demanded.split("; ")[-1] for one in found if one.verdict != REPORTED] == DEMANDED[name, size]
