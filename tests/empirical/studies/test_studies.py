"""Every study asks a question that can be answered with no, and its findings are those of its runs."""

import pytest

from grokdd.analytic import InputError
from grokdd.empirical.studies.all_studies import STUDIES, study_named
from grokdd.empirical.studies.study import named, those

from .made_up import made_up

EVERY = [(name, size) for name, sizes in STUDIES.items() for size in sizes]


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_asks_a_question_and_says_what_would_refute_it(name):
    study = STUDIES[name]["small"]
    assert "?" in study.question
    assert "efuted" in (type(study).__doc__ or "")
    assert study.name == name == type(study).name
    assert set(STUDIES[name]) >= {"small", "full"}


@pytest.mark.parametrize(("name", "size"), EVERY)
def test_every_run_has_a_name_and_a_configuration_of_its_own(name, size):
    study = STUDIES[name][size]
    configurations = study.configurations()
    assert len(configurations) == len(list(study.members())) == len({one.digest for one in configurations.values()})
    assert all(one.number_format == "float32" for one in configurations.values())  # two runs of one command agree
    seeds = {settings["seed"] for settings in study.settings().values()}
    assert seeds == set(study.seeds)
    assert max(seeds) < 100  # those are for pilots, and 1000 and up for what is predicted


def test_runs_are_found_by_their_settings_in_order_of_seeds():
    runs = [made_up({"seed": seed, "width": width}) for seed in (2, 0, 1) for width in (4, 8)]
    assert [run.settings for run in those(runs, width=8)] == [{"seed": seed, "width": 8} for seed in (0, 1, 2)]


def test_names_can_be_folders():
    assert named({"seed": 0, "operation": "x/y if y odd"}) == "seed-0-operation-x_over_y_if_y_odd"
    assert named({"rate": 1e-4, "decay": 0.5}) == "rate-0.0001-decay-0.5"


def test_what_is_no_study_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"NAME must be one of figure_1, .* or all, got 'figure_9'"):
        study_named("figure_9", "small")
    with pytest.raises(InputError, match="--size must be one of small, full for width, got 'large'"):
        study_named("width", "large")
    for seeds in ([], [1, 1], [-1]):
        with pytest.raises(InputError, match="--seeds must be different whole numbers"):
            study_named("width", "small", seeds)
    assert study_named("width", "small", [7]).seeds == (7,)
