"""The document of a model: what it says, that it can be computed again, and that a changed number is noticed."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest

from grokdd.analytic import Mean, Pattern, PatternModel, Preferred, Rule, Table, presets, shape
from grokdd.analytic.exact import Exact
from grokdd.analytic.theory import grokking_curve
from grokdd.document import nearest_boundary, statements
from grokdd.document.curve_theorems import curve_without_the_first
from grokdd.document.html_page import to_html
from grokdd.document.latex_page import to_latex
from grokdd.document.nearest_boundary import NOWHERE, boundary_statements, line_distance, plane_of
from grokdd.document.pages import write_document
from grokdd.document.record import Document, Statement, differences
from grokdd.document.schedule_theorems import complete_preference_statements
from grokdd.document.statements import documented


@pytest.fixture(scope="module")
def document():
    return documented("double_descent", presets.double_descent())


def said(document, section):
    return [one for name, some in document.sections() for one in some if name == section]


def test_it_holds_the_printed_numbers(document):
    # docs/theory.md, 1.4 and 3.1
    maximum, minimum = said(document, "Certified shape")[1:3]
    assert maximum.value == ["maximum", "43.556041575451128656", "0.53373611745528388983"]
    assert minimum.value == ["minimum", "97.737143935628468249", "0.35103530116407378841"]
    assert maximum.verified == ("Arb balls", "the definition at 400 digits")
    assert [one.value for one in said(document, "Plateaus")[:4]] == ["0", "7/10", "7/20", "12/25"]
    assert said(document, "Kind of curve")[0].value == ["double descent", "proved"]


def grokking(*, chance: Exact = 0, gamma_0: Exact = 0, rule: Rule | None = None, **general: Any):
    """Return the grokking preset with some parameters changed; `general` are those of its slow pattern."""
    first, second, slow = presets.grokking().patterns
    members = [replace(first, gamma=Fraction(gamma_0)), second, replace(slow, **general)]
    return PatternModel(members, rule or Preferred(2), chance=chance)


def whole_curve(model):
    return [(one.value, one.verified[1]) for one in curve_without_the_first(model)]


def test_the_curve_of_the_grokking_preset_is_its_slow_pattern():
    (one,) = curve_without_the_first(presets.grokking())
    assert one.says == "acc_test = p_2 at all times, whatever the speeds: it only rises."
    assert (one.value, one.verified) == ("p_2", ("exact fractions", "theorem: grokking curve"))


@pytest.mark.parametrize(
    ("g_k", "gamma_k", "says"),
    [
        (Fraction(2, 5), 1, "for all speeds and inflections there is one maximum and no minimum."),
        (Fraction(1, 4), 1, "some speeds and inflections make a maximum and then a minimum."),
        (Fraction(3, 4), 1, None),  # nothing exceeds it: no edge falls, which is said already
        (Fraction(1, 4), Fraction(9, 10), None),
    ],
)
def test_what_a_complete_preference_allows_is_said(g_k, gamma_k, says):
    third = Fraction(3, 10)
    others = [Pattern(gamma=third, alpha=1, b=b, g=1) for b in (10, 20)]  # 3/10 alone, 51/100 together
    model = PatternModel([Pattern(gamma=gamma_k, alpha=1, b=30, g=g_k), *others], Preferred(0))
    found = [one.says for one in complete_preference_statements(model)]
    assert [one.partition(": ")[2] for one in found] == ([] if says is None else [says])


def test_with_a_chance_level_it_is_the_shifted_form_and_dips_if_the_general_pattern_is_late():
    formula = "-p_1*(1 - p_2)/97 + 96*p_2/97 + 1/97"
    late = [(formula, "theorem: grokking curve"), (True, "theorem: below chance")]
    assert whole_curve(grokking(chance=Fraction(1, 97))) == late
    assert shape(grokking(chance=Fraction(1, 97)), levels=()).extrema[1].value < 1 / 97
    # 1 + exp(alpha_2 (b_2 - b_1)) > 1 + 2 * 96 asks for b_2 - b_1 > 20 log 192 = 105.1
    assert [value for value, _ in whole_curve(grokking(chance=Fraction(1, 97), b=155))] == [formula, False]
    assert [value for value, _ in whole_curve(grokking(chance=Fraction(1, 97), b=156))] == [formula, True]


def test_no_theorem_is_cited_whose_hypotheses_fail():
    assert whole_curve(grokking(gamma_0=Fraction(1, 100))) == []
    assert whole_curve(grokking(rule=Mean())) == []
    assert whole_curve(grokking(rule=Preferred(0))) == []
    assert whole_curve(grokking(rule=Preferred(1))) == [("p_2*(1 - p_1)", "theorem: grokking curve")]
    assert whole_curve(presets.double_descent()) == []
    assert "it only" not in next(curve_without_the_first(grokking(alpha=Fraction(0)))).says
    assert next(curve_without_the_first(grokking(g=Fraction(0), chance=0))).says.endswith("whatever the speeds.")


def test_a_formula_that_the_model_contradicts_is_no_theorem(monkeypatch):
    monkeypatch.setattr(grokking_curve, "equal_at_corners", lambda *_: False)
    (one,) = curve_without_the_first(presets.grokking())
    assert one.verified == ("contradiction",)


def test_every_statement_says_how_it_was_verified(document):
    assert all(one.verified for one in document.statements)
    assert {one.section for one in document.statements} == {
        "The model",
        "Closed forms",
        "Derivatives and limits",
        "Plateaus",
        "Certified shape",
        "Theorems, with these numbers",
        "Kind of curve",
        "Margins of the kind",
        "Boundaries",
    }


def test_closed_forms_are_those_of_the_definition(document):
    polynomials = [one.value for one in said(document, "Closed forms") if "polynomial" in one.says]
    train, test = polynomials
    p = (Fraction(1, 3), Fraction(1, 5), Fraction(1, 7))
    one, two, three = (1 - x for x in p)
    assert value_of(train, p) == 1 - one * two * three
    # sets {}, {0}, {1}, {0, 1} where pattern 2 is absent: g = 0, 1, 0, 1/2
    assert value_of(test, p) == p[2] + three * (p[0] * two + p[0] * p[1] / 2)


def value_of(polynomial, p):
    """Return the value of a printed polynomial, term by term: nothing is evaluated as code."""
    total = Fraction(0)
    for sign, term in re.findall(r"([+-]?)\s*([^\s+-]+)", polynomial):
        value = Fraction(1)
        for factor in term.split("*"):
            name, _, below = factor.partition("/")
            value *= (p[int(name[2:])] if name.startswith("p_") else Fraction(name)) / int(below or 1)
        total += -value if sign == "-" else value
    return total


def test_it_is_computed_again_to_the_same(document):
    again = documented("double_descent", presets.double_descent()).to_json()["statements"]
    assert list(differences(document.to_json()["statements"], again)) == []


@pytest.mark.parametrize("place", [4, 8, 14, 20, 27, -3, -2, -1])
def test_a_changed_value_is_noticed(document, place):
    kept = document.to_json()["statements"]
    changed = [dict(one) for one in kept]
    changed[place]["value"] = "something else"
    (found,) = differences(changed, kept)
    assert found.startswith(f"statement {place % len(kept) + 1} (")
    assert ", value: 'something else', again " in found


def test_the_margins_are_one_table(document):
    (one,) = said(document, "Margins of the kind")
    assert one.head == ("parameter", "from", "to", "distance", "kind there")
    rows = {(row[0], row[4]): row[1:4] for row in one.value}
    assert rows["gamma_0", "partial generalization"] == ["7/10", "0.0789924", "0.621008"]
    assert rows["chance", "memorization"] == ["0", "0.671429", "0.671429"]
    assert rows["alpha_2", "no other at any larger value tried"] == ["1/20", "", ""]
    # gamma_1 = 1 and chance = 0 are ends of their ranges: there is nothing beyond them to be told of
    assert [row[0] for row in one.value].count("gamma_1") == [row[0] for row in one.value].count("chance") == 1


def test_the_nearest_boundary_of_the_grokking_preset_is_that_of_the_paper():
    first, curve = boundary_statements(presets.grokking(), fresh=False)
    # docs/theory.md, 3.12: at gamma_3 = 1 it is gamma_1 = 0.00213914722291
    assert first.value == ["gamma_0", "gamma_2", "0", "1", "0.0021"]
    assert curve.head == ("gamma_0", "gamma_2", "t", "extrema below", "extrema above")
    assert curve.value[-1] == ["0.00213914722291", "1", "50.8221912739", "end of range", "end of range"]
    assert ["0.000428147885092", "0.2"] in [row[:2] for row in curve.value]
    document = Document("x", presets.grokking(), (first, curve))
    plane = plane_of(document)
    assert plane is not None
    assert (plane.x, plane.y, plane.model, plane.labels) == ("gamma_0", "gamma_2", (0, 1), ["2 below, 0 above"])
    assert plane.curves[0][-1] == (0.00213914722291, 1)


def test_a_model_without_a_boundary_says_so_and_draws_none():
    model = PatternModel([Pattern(gamma=1, alpha=1, b=10, g=0)] * 2, Table([0, 0.5, 0.5, 0.5]))
    (one,) = boundary_statements(model, fresh=False)
    assert (one.says, one.value) == (NOWHERE, None)
    assert plane_of(Document("x", model, (one,))) is None
    assert list(boundary_statements(PatternModel([]), fresh=False)) == []


@pytest.mark.parametrize(
    ("at", "points", "expected"),
    [
        ((0, 0), [(0, 1), (1, 1)], 1),
        ((0.5, 0), [(0, 1), (1, 1)], 1),
        ((2, 1), [(0, 1), (1, 1)], 1),
        ((3, 4), [(0, 0)], 5),
        ((0, 0), [(1, 0), (0, 1)], 0.5**0.5),
    ],
)
def test_the_distance_from_a_line_through_points(at, points, expected):
    assert line_distance(at, points) == pytest.approx(expected, rel=1e-15)


def test_a_missing_statement_is_noticed(document):
    kept = document.to_json()["statements"]
    assert next(differences(kept[:-1], kept)) == f"{len(kept) - 1} statements, {len(kept)} when computed again"


@pytest.mark.parametrize(
    "model",
    [
        PatternModel([]),
        PatternModel([Pattern(gamma=1, alpha=0, b=1, g=1)], chance=0.5),
        PatternModel([Pattern(gamma=0.3, alpha=1, b=i, g=0.5) for i in range(5)]),
        PatternModel([Pattern(gamma=1, alpha=1, b=0, g=0)] * 2, Table([0.1, 1, -1, 0])),
        PatternModel([Pattern(gamma=1, alpha=1e308, b=1, g=1, name="<script>&_%$")], Mean()),
    ],
    ids=["none", "stands", "five", "table", "names"],
)
def test_any_model_has_a_document(model):
    got = documented("x", model)
    assert got.statements
    for one in got.statements:
        assert isinstance(one, Statement)
    assert "<script>" not in to_html(got)
    assert to_latex(got).count(r"\begin{enumerate}") == len(list(got.sections()))


class Tags(HTMLParser):
    """Collects the tags that are still open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_asks_nothing_of_a_network(document):
    got = to_html(document)
    parser = Tags()
    parser.feed(got)
    assert parser.open == []
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/\S+", "", got)


def test_latex_has_no_bare_special_character(document):
    for line in to_latex(document).splitlines():
        if line.startswith(r"\item"):
            assert not re.search(r"(?<![\\$])[_%&#^~]", re.sub(r"\$[^$]*\$", "", line))


def test_latex_opens_and_closes_the_same(document):
    text = to_latex(document)
    begun, ended = re.findall(r"\\begin\{(\w+)\}", text), re.findall(r"\\end\{(\w+)\}", text)
    assert sorted(begun) == sorted(ended)
    assert begun.count("tabular") == 6
    open_ = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        assert open_.append(name) is None if kind == "begin" else open_.pop() == name
    bare = re.sub(r"\\[{}\\]", "", text)
    assert bare.count("{") == bare.count("}")
    for rows in re.findall(r"\\begin\{tabular\}\{(l+)\}\n(.*?)\\end", text, re.DOTALL):
        assert {len(re.findall(r"(?<!\\)&", line)) for line in rows[1].splitlines()} == {len(rows[0]) - 1}


def test_all_pages_are_written(document, tmp_path):
    paths = write_document(document, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [
        "document.html",
        "document.tex",
        "document.json",
        "curves.pdf",
        "boundaries.pdf",
    ]
    assert all(path.stat().st_size > 1000 for path in paths)
    assert json.loads(paths[2].read_text())["format"] == 3


# --- the command


def test_the_command_writes_and_replays(grokdd, tmp_path):
    file = tmp_path / "one.toml"
    file.write_text(PatternModel([Pattern(gamma=1, alpha=1, b=20, g=1)]).to_toml())
    got = grokdd("derive", file, "--report", tmp_path / "out")
    assert got.code == 0
    assert got.out.splitlines()[-2] == f"document: {tmp_path}/out/document.html"
    document = tmp_path / "out" / "document.json"
    again = grokdd("derive", "--replay", document)
    assert (again.code, again.err) == (0, "")  # no terminal: nobody is told that it takes long
    assert again.out.endswith("statements computed again, all the same\n")
    document.write_text(document.read_text().replace('"monotone learning"', '"grokking"'))
    changed = grokdd("derive", "--replay", document)
    assert changed.code == 1
    assert "'grokking'" in changed.out
    assert changed.out.splitlines()[-1].endswith("computed again, 1 difference")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "must be a JSON document of derive --report"),
        ("{}", "must be a document of format 3"),
        ('{"format": 3}', "must hold a name, a model and statements"),
        ('{"format": 3, "name": "x", "model": "", "statements": [1]}', "must hold statements that are JSON objects"),
        ('{"format": 3, "name": "x", "model": "import os", "statements": []}', "TOML"),
        ('{"format": 3' + "1" * 5000 + "}", "must be a JSON document of derive --report"),
        ("[" * 100000, "must be a JSON document of derive --report"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(grokdd, tmp_path, content, words):
    file = tmp_path / "document.json"
    file.write_text(content)
    got = grokdd("derive", "--replay", file)
    assert (got.code, got.out) == (2, "")
    (line,) = got.err.splitlines()
    assert words in line


# --- names and numbers at the edges


@pytest.mark.parametrize("name", ["a \x1b[31m", "\x00", "[a", "[slow]", "a & b \\\\ [c"])
def test_names_that_steer_something_are_only_shown(name, tmp_path):
    document = documented("x", PatternModel([Pattern(gamma=1, alpha=1, b=20, g=1, name=name)]))
    paths = write_document(document, tmp_path)
    assert all(path.stat().st_size for path in paths)
    for line in to_latex(document).splitlines():
        assert not line.startswith(r"\item [")
        assert "\x1b" not in line


@pytest.mark.parametrize(
    "rows",
    [
        [(0.7, 1e300, 30, 1), (1, 1e-200, 50, 0)],
        pytest.param([(1, 1e150, 1e150, 1), (1, 1, 1, 0)], marks=pytest.mark.slow),
        [(1, 1, 1.5e308, 1)],
        [(1, 1.5e308, 1, 1)],
        [(1, Fraction(1, 10**400), 1, 1)],
        [(Fraction(1, 10**400), 1, 1, 1)],
    ],
)
def test_numbers_beyond_reason_have_a_document(rows, tmp_path, monkeypatch):
    monkeypatch.setattr("grokdd.document.statements.margin_statements", lambda *_, **__: ())
    members = [Pattern(gamma=w, alpha=x, b=y, g=z) for w, x, y, z in rows]
    rule = Preferred(1) if len(rows) == 2 else Mean()
    document = documented("x", PatternModel(members, rule))
    assert not [one.says for one in document.statements if "contradiction" in one.verified]
    write_document(document, tmp_path)


def test_a_turn_that_the_definition_denies_is_a_contradiction():
    model = presets.double_descent()
    assert statements._seen(model, shape(model).extrema[0].between) == ("the definition at 400 digits",)
    assert statements._seen(model, (Fraction(60), Fraction(60))) == ("contradiction",)


def test_a_boundary_says_where_its_counts_are_not_given():
    point = nearest_boundary.BoundaryPoint(x=0.5, y=0.5, t=1.0, counts=None)
    at_end = nearest_boundary.BoundaryPoint(x=0.5, y=1.0, t=1.0, counts=None)
    assert nearest_boundary._counts(point) == ["not proved"] * 2
    assert nearest_boundary._counts(at_end) == ["end of range"] * 2
