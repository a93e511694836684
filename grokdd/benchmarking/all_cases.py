"""Which cases there are: those that answer what was asked for, and those that show how cost grows with n."""

from . import (
    all_sets_case,
    atlas_case,
    first_curve_case,
    gradient_case,
    many_models_case,
    mean_rule_case,
    quadrature_case,
    table_case,
)
from .case import Case

THREADS = 2
"""Of what is asked of two cores."""
GROWTH = (10**4, 10**5, 10**6)
SWEEP = (3, 5, 8, 12, 16, 24, 50, 100, 300, 1000, *GROWTH)
"""Numbers of patterns at which the mean rule is timed, beside those of the claims."""
ERRORS = (3, 5, 8, 12, 16, 20, 50, 100, 300, 1000, 10**4, 10**5)


def of_the_claims() -> list[Case]:
    """Return the cases that `claims` reads, the short version."""
    return [
        mean_rule_case.case(20),
        quadrature_case.case(20),
        table_case.one_point(26),
        table_case.many_points(20),
        all_sets_case.case(28, THREADS),
        many_models_case.case(THREADS),
        *(gradient_case.mean_rule(n) for n in (20, 100)),
        gradient_case.soft(20),
        *(gradient_case.table(n, 300) for n in (8, 16)),
        mean_rule_case.growth(GROWTH),
        first_curve_case.case(),
        *atlas_case.cases(),
    ]


def beside_them() -> list[Case]:
    """Return the cases that show the same at other sizes, and with other numbers of threads."""
    return [
        *(mean_rule_case.case(n) for n in SWEEP),
        *(quadrature_case.case(n) for n in (3, 8, 56, 200)),
        *(table_case.one_point(n) for n in (12, 16, 20)),
        *(table_case.many_points(n) for n in (12, 16)),
        table_case.one_point(26, THREADS),
        table_case.many_points(20, threads=THREADS),
        all_sets_case.case(28, 1),
        many_models_case.case(1),
        *(gradient_case.mean_rule(n) for n in (3, 8)),
        gradient_case.soft(3),
        gradient_case.table(3, 300),
    ]
