"""The identities between the closed forms, each with its proof for every n.

All rest on two expansions over sets, which are proved by induction over n. For any x, y and h,

    sum_A  prod_{A} y  prod_{not A} x             =  prod_j (x_j + y_j)
    sum_A  prod_{A} y  prod_{not A} x  sum_{A} h  =  sum_i h_i y_i prod_{j != i} (x_j + y_j)

The others put letters into them, use that 1/W is the integral of z**(W - 1) over [0, 1], and compare the two sides.
Where a proof lets a pattern be the last one: patterns may be renumbered, and a table with them.
"""

from functools import lru_cache
from typing import Any

import sympy as sp

from ..symbols import c
from .accuracy import EXACTLY, closed_forms
from .derivatives import mean_gradient, slope
from .identity import ONE_WEIGHT, Identity
from .indexed import G, bit, g, i, k, m, n, over_sets, p, put, put_each, r, w
from .induction import follows
from .steps import (
    PRODUCT,
    SETS,
    WEIGHTED_PRODUCT,
    WEIGHTED_SETS,
    cancels,
    follows_with_product,
    is_derivative,
    is_integral_of_a_binomial,
    is_integral_of_powers,
    is_integral_of_sets,
    is_nested,
    is_shift,
    is_split_by_k,
    is_weighted_integral_of_sets,
)


@lru_cache(maxsize=1)
def identities() -> tuple[Identity, ...]:
    """Return all identities, first those that others rest on.

    Examples
    --------
    >>> [identity.name for identity in identities()][:3]
    ['expansion', 'weighted_expansion', 'total_probability']
    """
    return (*_expansions(), *_of_the_mean(), *_of_preferences(), *_of_slopes())


def _expansions() -> list[Identity]:
    forms = {form.name: form.value for form in closed_forms()}
    return [
        Identity(
            name="expansion",
            statement="The product of sums x_j + y_j is the sum over all sets of products, y inside and x outside.",
            left=SETS,
            right=PRODUCT,
            proof="Induction. n = 0: both are 1. Step: the sets without pattern n have x_n as a factor and those with "
            "it y_n, so that the left side is multiplied by x_n + y_n; so is the right side.",
            source="docs/theory.md, section 2.2",
            step=follows,
        ),
        Identity(
            name="weighted_expansion",
            statement="With the sum of h over the set as a weight, the sum over sets is a sum over patterns.",
            left=WEIGHTED_SETS,
            right=WEIGHTED_PRODUCT,
            proof="Induction. n = 0: both are 0. Step: the left side N becomes N (x_n + y_n) + h_n y_n L, where L is "
            "the sum over sets without a weight, by `expansion` the product of all x_j + y_j; so does the right side.",
            source="docs/theory.md, sections 2.2 and 2.5",
            step=follows_with_product,
        ),
        Identity(
            name="total_probability",
            statement="The probabilities of all sets add up to 1.",
            left=over_sets(EXACTLY, empty=True),
            right=sp.Integer(1),
            proof="Induction. n = 0: the empty set has probability 1. Step: the sum is multiplied by (1 - p_n) + p_n.",
            source="docs/theory.md, section 1.1",
            step=follows,
        ),
        Identity(
            name="train_accuracy",
            statement="Train accuracy is the probability of all sets that are not empty, and chance on the empty one.",
            left=forms["train_subsets"],
            right=forms["train"],
            proof="Induction. n = 0: both are the chance level. Step: the sum U of the sets that are not empty becomes "
            "U (1 - p_n) + U p_n + Q p_n, Q the product of 1 - p_j: the new sets are the old, those with n added, "
            "and n alone. With U = 1 - Q this is 1 - Q (1 - p_n).",
            source="docs/theory.md, section 1.1",
            step=follows,
        ),
    ]


def _of_the_mean() -> list[Identity]:
    forms = {form.name: form.value for form in closed_forms()}
    mean = forms["mean_integral"]
    alternating: Any = sp.Sum((-1) ** i * sp.binomial(n, i) / (i + 1), (i, 0, n))
    shifted = put_each(mean.subs(c, 0), g, lambda entry: entry - c)
    return [
        Identity(
            name="mean_integral",
            statement="The subset form of the mean rule is its integral form.",
            left=forms["mean_subsets"],
            right=mean,
            proof="`weighted_expansion` with x = 1 - p, y = p z, h = g: the left side is the sum over sets of "
            "P_A z**|A| times the sum of g over A, the right side z times the integrand. Divide by z and integrate: "
            "the integral of z**(|A| - 1) is 1/|A|.",
            source="docs/theory.md, section 2.2",
            step=is_integral_of_sets,
        ),
        Identity(
            name="mean_multilinear",
            statement="The multilinear form of the mean rule is its integral form: up to sign, the Moebius transform "
            "of the mean is the mean again.",
            left=forms["mean_multilinear"],
            right=mean,
            proof="`weighted_expansion` with x = 1, y = -p u, h = g: the sum over sets of (-u)**|A| prod_A p times the "
            "sum of g over A is -u sum_i g_i p_i prod_{j != i} (1 - p_j u). Divide by -u and integrate: the integral "
            "of u**(|A| - 1) is 1/|A|, and u = 1 - z makes the right side the integral form. The terms in c are "
            "`expansion` with x = 1, y = -p.",
            source="docs/theory.md, section 2.1",
            step=is_integral_of_powers,
        ),
        Identity(
            name="alternating_sum",
            statement="The alternating sum of binomial(n, i)/(i + 1) is 1/(n + 1): the Moebius transform once more.",
            left=alternating,
            right=1 / (n + 1),
            proof="Both are the integral of (1 - z)**n over [0, 1], the left side by the binomial theorem.",
            source="docs/theory.md, section 2.1",
            step=is_integral_of_a_binomial,
        ),
        Identity(
            name="shift_rule",
            statement="A chance level c is added to the form for g - c without one.",
            left=mean,
            right=c + shifted,
            proof="The integrands differ by c sum_i p_i prod_{j != i} (1 - p_j + p_j z), which is c times the "
            "derivative of prod_j (1 - p_j + p_j z) and has the integral c (1 - prod_j (1 - p_j)).",
            source="docs/theory.md, section 2.3",
            step=is_shift,
        ),
    ]


def _of_preferences() -> list[Identity]:
    forms = {form.name: form.value for form in closed_forms()}
    preferred = over_sets(EXACTLY * (bit(m, k) * g[k] + (1 - bit(m, k)) * G[m]), empty=True)
    return [
        Identity(
            name="preference",
            statement="To prefer pattern k over any rule is to give it p_k, and the rest to that rule without k.",
            left=preferred,
            right=p[k] * g[k] + (1 - p[k]) * put(forms["table_subsets"], p, k, 0),
            proof="Let k be the last pattern. The sets with k have p_k g_k as a factor, and the rest of them the total "
            "probability 1; those without k have 1 - p_k, and the rest is the rule of the others.",
            source="docs/theory.md, section 2.4",
            step=is_split_by_k,
        ),
        Identity(
            name="preferred_pattern",
            statement="With pattern k preferred, the subset form is p_k g_k, and 1 - p_k times the mean of the others.",
            left=forms["preferred_subsets"],
            right=p[k] * g[k] + (1 - p[k]) * put(forms["mean_subsets"], p, k, 0),
            proof="As `preference`, over the mean. By `train_accuracy`, the sets that are not empty have 1 - Q, Q the "
            "product of 1 - p_j, and k alone has Q.",
            source="docs/theory.md, section 2.4",
            step=is_split_by_k,
        ),
        Identity(
            name="priority_order",
            statement="The subset form of a priority order is its integral form: the preferred pattern once per entry.",
            left=forms["priority_subsets"],
            right=forms["priority_integral"],
            proof="Induction over the length q of the list, for any rule in place of the mean. q = 0: nothing to show. "
            "Step: the rule for q + 1 is the rule for q with pattern q preferred in that place, which by `preference` "
            "is p_q g_q, and 1 - p_q times that place without q. In the end, the mean of the others is an integral by "
            "`mean_integral`.",
            source="docs/theory.md, section 2.4",
            step=is_nested,
        ),
        Identity(
            name="soft_preference",
            statement="The subset form of a soft preference is its integral form.",
            left=forms["soft_subsets"],
            right=forms["soft_integral"],
            proof="As `mean_integral`, with y = p z**w and h = w g: P_A z**W times the sum of w g over A, W the sum of "
            "w, and the integral of z**(W - 1) is 1/W.",
            source="docs/theory.md, section 2.8",
            step=is_weighted_integral_of_sets,
        ),
        Identity(
            name="equal_weights",
            statement="A soft preference with equal weights is the mean.",
            left=put_each(forms["soft_subsets"], w, lambda entry: ONE_WEIGHT),
            right=forms["mean_subsets"],
            proof="The weight is a factor of both sums over the set, and cancels.",
            source="docs/theory.md, section 2.8",
            step=cancels,
        ),
    ]


def _of_slopes() -> list[Identity]:
    forms = {form.name: form.value for form in closed_forms()}
    by_p, by_g = mean_gradient()
    return [
        Identity(
            name="slope",
            statement="Under any rule the derivative by p_r is the value at p_r = 1 less that at p_r = 0.",
            left=sp.Derivative(forms["table_subsets"], p[r]),
            right=slope(forms["table_subsets"], p, r),
            proof="Let r be the last pattern. The sum over sets is 1 - p_r times a sum without p_r, and p_r times "
            "another; both sides are the second less the first.",
            source="docs/theory.md, section 2.7",
            step=is_derivative,
        ),
        Identity(
            name="gradient_in_p",
            statement="Under the mean rule the derivative by p_r is one integral.",
            left=sp.Derivative(forms["mean_integral"], p[r]),
            right=by_p.value,
            proof="Let r be the last pattern. The integrand is N (1 - p_r + p_r z) + g_r p_r L, N that of the others "
            "and L the product of their 1 - p_j + p_j z; its derivative is g_r L - (1 - z) N.",
            source="docs/theory.md, section 2.7",
            step=is_derivative,
        ),
        Identity(
            name="gradient_in_g",
            statement="Under the mean rule the derivative by g_r is one integral.",
            left=sp.Derivative(forms["mean_integral"], g[r]),
            right=by_g.value,
            proof="As `gradient_in_p`: the derivative of that integrand by g_r is p_r L.",
            source="docs/theory.md, section 2.7",
            step=is_derivative,
        ),
    ]
