"""A third family in one file: its studies, reports, exports and pictures, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, optuna_trials, write_study

import mdm_opt
from mdm_opt.candidates import FAMILIES, Candidate, Choice, Family, Range, register
from mdm_opt.candidates.base import NamedSeeds
from mdm_opt.cli.main import main
from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError
from mdm_opt.handoff.formats import FORMATS
from mdm_opt.persistence import Repository
from mdm_opt.schedules import MaskSchedule, reveal_counts
from mdm_opt.schedules.base import Array, checked_unit
from mdm_opt.show.figures import figures
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.testing import check_family


@dataclass(frozen=True)
class PowerSchedule(MaskSchedule):
    """alpha(t) = t^p, or its mirror image 1 - (1 - t)^p."""

    exponent: float
    late: bool

    @property
    def name(self) -> str:
        return f"power({self.exponent:g}, {'late' if self.late else 'early'})"

    @property
    def edge_exponents(self) -> tuple[float, float]:
        return (1.0, self.exponent) if self.late else (self.exponent, 1.0)

    def revealed(self, progress: npt.ArrayLike) -> Array:
        t = checked_unit(progress, "progress")
        return 1 - (1 - t) ** self.exponent if self.late else t**self.exponent

    def masked(self, progress: npt.ArrayLike) -> Array:
        return 1 - self.revealed(progress)

    def angular_speed_squared(self, progress: npt.ArrayLike) -> Array:
        t = np.asarray(progress, dtype=np.float64)
        t = 1 - t if self.late else t
        alpha = t**self.exponent
        return (self.exponent * alpha / t) ** 2 / (alpha * (1 - alpha))

    def progress(self, revealed: npt.ArrayLike) -> Array:
        alpha = checked_unit(revealed, "revealed")
        root = 1 / self.exponent
        return 1 - (1 - alpha) ** root if self.late else alpha**root


class Power(Family):
    """Power schedules."""

    name = "power"
    parameters = (Range("power", (0.01, 100.0), (0.2, 4.0)), Choice("end", ("early", "late")))
    named_seeds: ClassVar[NamedSeeds] = {
        "energy": (("energy: linear", {"power": 1.0, "end": "early"}),),
        "baselines": (("outside", {"power": 5.0, "end": "late"}),),
    }

    def schedule(self, candidate: Candidate) -> PowerSchedule:
        values = candidate.parameters
        return PowerSchedule(float(values["power"]), values["end"] == "late")


@pytest.fixture(scope="module", autouse=True)
def _power():
    register(Power())
    yield
    del FAMILIES["power"]


STUDY = SUDOKU4.replace("[space]", '[space]\nfamily = "power"').replace(
    'seeds = ["energy", "baselines"]',
    'seeds = ["energy", "profile", [0.5, "late"], "baselines"]',
)


def succeed(*arguments):
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(
    scope="module",
    params=[
        "shape",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("random", "gp", "tpe")),
    ],
)
def url(request, tmp_path_factory):
    """A finished study; the files that commands write lie beside its database."""
    folder = tmp_path_factory.mktemp(request.param)
    path = write_study(folder, STUDY, steps="[4, 8]", trials="16", sampler=f'"{request.param}"')
    succeed("run", path, "--storage", database(folder))
    return database(folder)


@pytest.mark.slow
def test_best_is_a_candidate_of_the_family(url):
    for budget in json.loads(succeed("best", "sudoku4", "--json", "--storage", url))["budgets"]:
        assert budget["family"] == "power"
        assert 0.2 <= budget["power"] <= 4.0
        assert budget["end"] in ("early", "late")
        assert "beta_a" not in budget
        schedule = PowerSchedule(budget["power"], budget["end"] == "late")
        expected = reveal_counts(schedule, budget["steps"], 16, "full")
        assert budget["counts"] == expected.tolist()
    assert "power(" in succeed("best", "sudoku4", "--storage", url)


def test_seeds_are_those_of_the_family_and_both_ends_are_searched(url):
    trials = optuna_trials(url)
    labels = [trial.user_attrs["label"] for trial in trials]
    for label in ("energy: linear", "profile: best Power", "user: (0.5, late)"):
        assert labels.count(label) == 2
    assert "outside" not in labels
    assert {tuple(sorted(trial.params)) for trial in trials} == {("end", "power", "steps")}
    searched = [t.params["end"] for t in trials if t.user_attrs["label"] == "search"]
    assert {"early", "late"} >= set(searched) != set()


def test_a_study_goes_on_with_the_same_command(url, tmp_path):
    before = json.loads(succeed("best", "sudoku4", "--json", "--storage", url))
    sampler = url.split("/")[-2].rstrip("0123456789")
    path = write_study(tmp_path, STUDY, steps="[4, 8]", trials="16", sampler=f'"{sampler}"')
    assert json.loads(succeed("run", path, "--storage", url, "--json")) == before


def test_exports_say_the_same_as_the_family(url, tmp_path):
    made = 0
    for name in sorted(FORMATS):
        target = tmp_path / f"{name}{FORMATS[name].suffix}"
        asked = ["export", "sudoku4", "--steps", "4", "--storage", url, "--format", name]
        result = CliRunner().invoke(main, [*asked, "--out", str(target)])
        if result.exit_code == 2:
            # What only knows the Beta family, or other shapes of counts, says so.
            assert name in result.stderr
            continue
        assert result.exit_code == 0, result.output
        made += 1
        loaded = mdm_opt.load_schedule(target)
        values = loaded.candidate.parameters
        assert loaded.mask_schedule == PowerSchedule(values["power"], values["end"] == "late")
        assert loaded.counts.sum() == 16
        if name in ("python", "mdlm"):
            compile(target.read_text(), name, "exec")
    assert made >= 5


def test_report_and_pictures_show_the_family(url, tmp_path):
    report = tmp_path / "report.html"
    succeed("report", "sudoku4", "--storage", url, "--out", report)
    text = report.read_text()
    assert "power(" in text
    drawn = figures(read_snapshot("sudoku4", Repository(url, create=False)))
    landscape = drawn["landscape-4"]
    assert landscape.layout.xaxis.title.text == "power"
    assert {"quality", "reveal-counts-4", "landscape-4"} <= drawn.keys()
    for command in ("show", "list"):
        shown = succeed("study", command, *(["sudoku4"] if command == "show" else []),
                        "--storage", url)  # fmt: skip
        assert "sudoku4" in shown


def test_samples_of_the_best_can_be_drawn(url):
    lines = succeed("sample", "sudoku4", "--steps", "8", "--count", "3", "--storage", url)
    assert len(lines.strip().splitlines()) >= 3


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("power = [4.0, 0.2]", None, "[space] power"),
        ("power = [0.0, 1.0]", None, "[space] power"),
        ('end = ["early", "sideways"]', None, "[space] end"),
        ('end = ["early", "early"]', None, "[space] end"),
        ("beta_a = [0.1, 1.0]", None, "unknown key; known: family, families, steps, power, end"),
        (None, '[[0.5, "sideways"]]', "a list [power, end]"),
        (None, "[[0.5, 0.5]]", "a list [power, end]"),
    ],
)
def test_bad_values_are_refused_by_name(tmp_path, key, value, words):
    text = STUDY if key is None else STUDY.replace('family = "power"', f'family = "power"\n{key}')
    path = write_study(tmp_path, text, **({} if value is None else {"seeds": value}))
    with pytest.raises(InputError) as caught:
        load_study_file(path)
    assert words in str(caught.value)


def test_python_finds_the_family_too(tmp_path):
    from mdm_opt.models.enumerated import EnumeratedDenoiser
    from mdm_opt.models.laws import sudoku4

    found = mdm_opt.tune(
        EnumeratedDenoiser(sudoku4()),
        lambda texts: [float(len(set(text))) for text in texts],
        steps=4,
        trials=4,
        family="power",
        bounds={"end": ["late"]},
        seeds=[],
        instances=16,
        verify_instances=16,
        progress=False,
    )
    assert found.best.budgets[0].candidate.parameters["end"] == "late"


def test_it_does_what_every_family_must():
    check_family(FAMILIES["power"])


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="'power' already"):
        register(Power())
