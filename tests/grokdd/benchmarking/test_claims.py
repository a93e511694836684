"""What a record says of what was asked for, with numbers that can be worked out by hand."""

import pytest

from grokdd.benchmarking import all_cases, claims
from grokdd.benchmarking.claims import CLAIMS, share_of_limit

from .conftest import row


def said(record, words):
    """The value and the verdict of the only claim with these words."""
    (claim,) = [claim for claim in CLAIMS if words in claim.question]
    return claim.value(record), claim.verdict(record)


@pytest.mark.parametrize(
    ("words", "value", "verdict"),
    [
        ("times faster than SciPy", 8000, "holds"),  # 8e-3 / 1e-6
        ("times faster than fast-poibin", 50, "fails"),
        ("Batch quadrature", 25, "fails"),  # 1e-7 / 4e-7
        ("Table of 2^26 numbers", 75, "holds"),  # the faster of two sums counts: 3e-2 / 4e-2
        ("two threads, mean rule", 2e9, "holds"),
        ("Gradient over value, mean rule, 20", 2.5, "holds"),
        ("a million patterns, p uniform", 2e-13, "fails"),
    ],
)
def test_values_and_verdicts(by_hand, words, value, verdict):
    got = said(by_hand, words)
    assert got[0] == pytest.approx(value)
    assert got[1] == verdict


@pytest.mark.parametrize("words", ["Table of 20 patterns, 256", "compiling", "two threads, rule of a user", "atlas"])
def test_what_is_not_on_record_was_not_measured(by_hand, words):
    assert said(by_hand, words) == (None, "not measured")


def test_a_number_that_nothing_was_asked_of_is_reported(by_hand):
    by_hand["times"] += [row("first curve", 3, "compiled anew", 3.0), row("first curve", 3, "compiled before", 1.0)]
    assert said(by_hand, "compiling") == (2.0, "reported")


def test_rows_of_other_threads_and_sizes_do_not_count(by_hand):
    by_hand["times"] += [
        row("mean rule", 20, "curves", 1.0, threads=2),
        row("mean rule", 20, "curves", 1.0, size="T=1"),
    ]
    assert said(by_hand, "times faster than SciPy")[0] == pytest.approx(8000)


def test_no_share_without_a_limit(by_hand):
    assert share_of_limit([row("work", 3, "way", 1.0)]) is None
    assert share_of_limit([row("work", 3, "limit: sum", 1.0, limit=True)]) is None


def test_every_claim_on_times_is_answered_by_the_short_version():
    """A record with 1 second for every way of the short version leaves only what needs more than SciPy open."""
    times = [
        row(case.topic, case.n, way, 1.0, size=case.size, threads=case.threads, limit=way in case.limits)
        for case in all_cases.of_the_claims()
        for way in case.all_ways
    ]
    record = {"times": times, "errors": []}
    open_ones = [claim.question for claim in CLAIMS if claim.verdict(record) == "not measured"]
    optional = ("fast-poibin", "atlas", "Relative error")
    assert [one for one in open_ones if not any(word in one for word in optional)] == []


def test_what_was_asked_in_words():
    assert claims.Claim("?", lambda record: None, at_least=1e9).asked == "at least 1e+09"
    assert claims.Claim("?", lambda record: None, at_most=3).asked == "at most 3"
    assert claims.Claim("?", lambda record: None).asked == "nothing"
