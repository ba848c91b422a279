"""Tuning from Python: a model and a metric in, a verified schedule out."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

import numpy as np
from rich.console import Console

from mdm_opt.candidates import Setting
from mdm_opt.candidates.masked_decoding import Order
from mdm_opt.config import StudyFile
from mdm_opt.errors import InputError
from mdm_opt.handoff.export import export_budget
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.measurement import Problem
from mdm_opt.messages import naming
from mdm_opt.models.base import FrozenModel, lacking, process_name
from mdm_opt.models.block_causal import attention_block
from mdm_opt.models.named import named
from mdm_opt.objectives.base import Direction, Objective
from mdm_opt.objectives.base import lacking as lacking_objective
from mdm_opt.objectives.divergence import Divergence
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.objectives.sample_score import SampleFunction, SampleScore
from mdm_opt.persistence import NoStudies, Repository, storage_url
from mdm_opt.plugins import one_line, qualified_name, source_fingerprint
from mdm_opt.results.best import best
from mdm_opt.results.best_result import BestResult
from mdm_opt.results.progress import Report, search_with_progress, verify_with_progress
from mdm_opt.results.text import conclusions, headings, metric_words, result_rows
from mdm_opt.run.trials import FinishedTrial
from mdm_opt.schedules import Counts, Reveal, Rounding
from mdm_opt.study.acceptance import take_source
from mdm_opt.study.opening import OpenStudy, make_study
from mdm_opt.study.problem import check_problem, problem_of
from mdm_opt.track.callbacks import Callbacks
from mdm_opt.track.sending import tracking
from mdm_opt.tuning_arguments import ARGUMENTS, KEYS, NAMES, plain_value, study_file_of

Callback = Callable[["FinishedTrial | TuneResult"], object]
# What makes a model of a torch module, by process.
_WRAPPERS = {"masked": "TorchDenoiser", "births": "TorchRates", "uniform": "TorchLaw"}


@dataclass(frozen=True, eq=False, repr=False)
class TuneResult:
    """What `tune` found.

    Attributes:
        best: the best schedule of every step count, with baselines and intervals; verified.
        schedules: what is to be used, by step count, ready to be applied or written to a file: the
            best schedule, or the baseline where the decision is to keep it.
        found: the best schedules, whatever the decisions.
    """

    best: BestResult
    schedules: Mapping[int, ExportedSchedule]
    found: Mapping[int, ExportedSchedule] = field(default_factory=dict)

    def schedule(self, steps: int | None = None) -> ExportedSchedule:
        """What is to be used at a step count; it may be left out where there is one.

        Raises:
            InputError: naming the step counts there are.
        """
        found = [n for n in self.schedules if steps in (None, n)]
        if len(found) != 1:
            asked = "one is needed" if steps is None else f"{steps!r} is not accepted"
            there = ", ".join(map(str, self.schedules))
            raise InputError(f"steps: {asked}: there are schedules of {there} steps")
        return self.schedules[found[0]]

    @property
    def counts(self) -> Counts:
        """Tokens revealed by each step, int64 ``(steps,)``, where there is one step count.

        Of what is to be used, see `schedules`.
        """
        return self.schedule().counts

    def __str__(self) -> str:
        """The verified table, and what it says in words."""
        result = self.best
        rows = [headings(result), *(row.cells for row in result_rows(result))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            f"{result.study}: {metric_words(result)}",
            *("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows),
            *conclusions(result, "mdm-opt verify " + result.study),
        ]
        return "\n".join(lines)

    __repr__ = __str__


def tune(
    denoiser: FrozenModel,
    objective: SampleFunction | Objective,
    *,
    steps: int | Sequence[int] = (8,),
    trials: int | Literal["auto"] = 40,
    tolerance: float | None = None,
    name: str = "tuned",
    direction: Direction | None = None,
    unit: str | None = None,
    instances: int = 64,
    verify_instances: int = 256,
    top: int = 3,
    confidence: float = 0.95,
    seed: int = 0,
    order: Order | Sequence[Order] = "random",
    temperature: float | Sequence[float] | Mapping[str, float] = 1.0,
    reveal: Reveal = "fixed",
    rounding: Rounding = "full",
    block_length: int | Sequence[int] | None = None,
    sampling: Mapping[str, str | float] | None = None,
    family: str | None = None,
    families: Sequence[str] | None = None,
    beta_a: Sequence[float] | None = None,
    beta_b: Sequence[float] | None = None,
    bounds: Mapping[str, Sequence[float | str]] | None = None,
    goal: Literal["quality", "calls"] = "quality",
    quality: float | None = None,
    margin: float | None = None,
    reference: Setting | None = None,
    baseline: Setting | None = None,
    sampler: Literal["shape", "gp", "tpe", "random"] = "shape",
    seeds: Sequence[str | Sequence[float | str]] | None = None,
    racing: bool = True,
    samples: int = 3,
    profile_sequences: int = 32,
    batch_size: int = 64,
    storage: str | Path | None = None,
    accept: str | None = None,
    progress: bool = True,
    report: Report | None = None,
    callbacks: Sequence[Callback] = (),
    track: Mapping[str, Any] | None = None,
) -> TuneResult:
    """Searches the best schedules of a model and verifies them, as ``mdm-opt run`` does.

    Arguments that are not named here are the keys of the study file, which
    docs/study-file.md explains; ``verify_instances`` is ``[verify] instances``,
    ``profile_sequences`` is ``[profile] sequences``.

    Args:
        denoiser: a frozen model, e.g. a `mdm_opt.TorchDenoiser`, `TorchRates` or `TorchLaw`.
        objective: a function that gets a list of texts and returns one number each, or an object
            with the attributes of `mdm_opt.objectives.base.Objective`.
        steps: one step count or several.
        trials: finished trials in all, seeds included; "auto" ends the search where another trial
            is not expected to gain what the verification could tell apart.
        name: of the study, where ``storage`` keeps several.
        direction: of a function's numbers; None is ``maximize``. Objects have their own.
        unit: of a function's numbers; None is ``score``. Objects have their own.
        family: that is searched, ``beta`` unless ``families`` has several.
        goal: the best quality at each step count, or the fewest calls that keep ``quality`` or
            lose at most ``margin`` of the ``reference``.
        baseline: how you sample today, e.g. ``{"family": "threshold", "cutoff": 0.9}``.
        order: of reveal; several are searched.
        temperature: likewise; ``{"low": 0.0, "high": 1.0}`` is a range that is searched.
        block_length: of blocks that are filled one after the other; likewise.
        sampling: how a model is sampled that is not masked, e.g. ``{"births": "binomial"}``.
        bounds: by parameter of the family, the ends of its range or its options; what is left out,
            as ``beta_a`` and ``beta_b``, is as in a study file.
        seeds: tried first; None are those of a study file.
        storage: a file name or URL that keeps everything. The same call with the same storage
            goes on with what is there; other settings, another model, and an objective or a model
            whose source was edited are refused. None keeps nothing.
        accept: why the scores stay comparable although that source was edited; it is kept. The
            source is that of the module; of a script or a notebook, of the function or class.
        progress: a bar on standard error, where that is a terminal.
        report: called with a line about every trial, and about what is unusual.
        callbacks: functions that are called with every finished trial, a
            `mdm_opt.FinishedTrial`, and at the end with the `TuneResult`. They take
            their time between two trials. What one raises is a warning and is said to ``report``,
            the first time at once; the study goes on, but `KeyboardInterrupt` stops it.
        track: the keys of ``[track]``: where trials and results are sent besides, such as
            ``{"mlflow": "sqlite:///mlflow.db"}``.

    Returns:
        The verified result of every step count.

    Raises:
        InputError: for arguments that cannot be accepted; nothing was measured or written.
        RunError: where the objective or the model fails, or no trial is feasible; finished trials
            are kept in ``storage``.
        KeyboardInterrupt: likewise.
    """
    process = process_name(denoiser)
    if lacking(denoiser, process):
        missing = ", ".join(lacking(denoiser, process))
        _refuse("denoiser", denoiser, f"it lacks {missing}; see {_WRAPPERS[process]}")
    if storage is not None and not (isinstance(storage, str | Path) and str(storage).strip()):
        _refuse("storage", storage, "a file name or a URL is expected, or None to keep nothing")
    if report is not None and not callable(report):
        _refuse("report", report, "a function of one line is expected")
    if not (bounds is None or isinstance(bounds, Mapping)):
        _refuse("bounds", bounds, "ranges or options by parameter are expected")
    if not (sampling is None or isinstance(sampling, Mapping)):
        _refuse("sampling", sampling, "settings of the sampler by key are expected")
    if not (track is None or isinstance(track, Mapping)):
        _refuse("track", track, "keys of [track] are expected")
    if not (isinstance(callbacks, Sequence) and all(map(callable, callbacks))):
        _refuse("callbacks", callbacks, "a list of functions is expected")
    twice = [key for key in bounds or {} if key in KEYS or ARGUMENTS.get(("space", key))]
    if twice:
        _refuse("bounds", twice[0], f"{twice[0]!r} is an argument of its own")
    judge = _judge(objective, direction, unit)
    sampled = plain_value(order), plain_value(temperature)
    if (
        process == "masked"
        and isinstance(judge, PathKl | Divergence)
        and sampled != ("random", 1.0)
    ):
        _refuse("order, temperature", sampled, f"{judge.name} needs 'random' and 1.0")
    settings = {
        "name": name, "seed": seed, "batch_size": batch_size,
        "order": order, "temperature": temperature, "block_length": block_length,
        "reveal": reveal, "rounding": rounding,
        "steps": [steps] if np.ndim(steps) == 0 else steps,
        "family": family, "families": families, "baseline": baseline,
        "goal": goal, "quality": quality, "margin": margin, "reference": reference,
        "tolerance": tolerance,
        "instances": instances, "direction": judge.direction, "unit": judge.unit,
        "trials": trials, "sampler": sampler, "seeds": seeds, "racing": racing,
        "profile_sequences": profile_sequences,
        "samples": samples if storage is not None else 0,
        "verify_instances": verify_instances, "top": top, "confidence": confidence,
        "denoiser": {"object": qualified_name(getattr(denoiser, "model", denoiser))},
        "objective": {"object": qualified_name(objective)},
    }  # fmt: skip
    with naming(NAMES):
        study_file = study_file_of(
            process,
            settings,
            sampling or {},
            {"beta_a": beta_a, "beta_b": beta_b, **(bounds or {})},
            track,
        )
        study_file.check_length(denoiser.length, attention_block(denoiser))
        kept = None if storage is None else storage_url(str(storage))
    screen = Console(stderr=True, highlight=False)
    screen.quiet = not (progress and screen.is_terminal)
    with _database(kept) as url, _optuna_quiet():
        problem = _problem(study_file, denoiser, judge)
        if accept is not None and study_file.study.name in _studies(url):
            take_source(study_file.study.name, url, accept, lambda: problem)
        opened = _opened(study_file, problem, url, screen, report or _silent)
        told: Callbacks[FinishedTrial | TuneResult] = Callbacks(callbacks, report or _silent)
        try:
            with _tracking(study_file, url, report or _silent):
                search_with_progress(opened, screen, report or _silent, told)
                verify_with_progress(opened, screen, report or _silent)
        finally:
            opened.repository.close()
        found = best(study_file.study.name, url)
        record = Repository(url, create=False).study(found.study)
        wanted, best_ones = (
            {n.steps: export_budget(record, found, n, found=one) for n in found.budgets}
            for one in (False, True)
        )
        result = TuneResult(found, wanted, best_ones)
        told(result)
        told.end()
        return result


def given(**description: str) -> NoReturn:
    """What commands find in place of a model or an objective that was a Python object.

    Raises:
        InputError: always.
    """
    what = description.get("object", "a Python object")
    raise InputError(
        f"this study was tuned from Python, and a study file cannot hold {what}; to go on with "
        "it, call mdm_opt.tune again with the same storage"
    )


def _problem(study_file: StudyFile, denoiser: FrozenModel, judge: Objective) -> Problem:
    """What is measured, with the names and the sources of what was given."""
    inner = getattr(denoiser, "model", denoiser)
    model = named(denoiser, f"model {qualified_name(inner)!r}", source_fingerprint(inner, None))
    problem = problem_of(study_file, model, judge)
    with naming(NAMES):
        check_problem(study_file, problem)
    return problem


def _studies(url: str) -> list[str]:
    """Names of the studies that a database has."""
    try:
        repository = Repository(url, create=False)
    except NoStudies:
        return []
    try:
        return [study.name for study in repository.studies()]
    finally:
        repository.close()


def _opened(
    study_file: StudyFile, problem: Problem, url: str, screen: Console, report: Report
) -> OpenStudy:
    def advance(done: int, total: int) -> None:
        line = f"measuring the information profile: {done} sequences of at most {total}"
        status.update(line)
        report(line)

    with naming(NAMES), screen.status("making the study") as status:
        return make_study(study_file, Path.cwd(), url, lambda: problem, advance)


def _judge(
    objective: SampleFunction | Objective, direction: Direction | None, unit: str | None
) -> Objective:
    if hasattr(objective, "score"):
        missing = lacking_objective(objective)
        if missing:
            _refuse("objective", objective, f"it lacks {', '.join(missing)}")
        judge = cast(Objective, objective)
        own = {"direction": judge.direction, "unit": judge.unit}
        for argument, value in {"direction": direction, "unit": unit}.items():
            if value not in (None, own[argument]):
                _refuse(argument, value, f"the objective has its own, {own[argument]!r}")
        return judge
    if not callable(objective):
        _refuse("objective", objective, "a function or an object with a method score is expected")
    name = str(getattr(objective, "__name__", type(objective).__name__))
    return SampleScore(
        objective,
        name=name[:64] if name.isidentifier() else "objective",
        direction="maximize" if direction is None else direction,
        unit="score" if unit is None else unit,
        fingerprint=source_fingerprint(objective, None),
    )


@contextmanager
def _tracking(study_file: StudyFile, url: str, report: Report) -> Iterator[None]:
    """Sends a study to its trackers; what goes wrong is said at the end."""
    said: list[str] = []
    try:
        with tracking(study_file.track, study_file.study.name, url, said.append):
            yield
    finally:
        for line in said:
            warnings.warn(line, RuntimeWarning, stacklevel=4)
            report(line)


@contextmanager
def _database(kept: str | None) -> Iterator[str]:
    """The URL of the database; without one of the caller's, of a file that goes afterwards."""
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="mdm-opt-") as folder:
        yield storage_url(str(Path(folder) / "tune.db"))


@contextmanager
def _optuna_quiet() -> Iterator[None]:
    """The search silences Optuna, whose other studies in this process are the caller's."""
    logger = logging.getLogger("optuna")
    before = logger.level
    try:
        yield
    finally:
        logger.setLevel(before)


def _refuse(argument: str, value: Any, accepted: str) -> NoReturn:
    raise InputError(f"{argument}: {one_line(repr(value))} is not accepted: {accepted}")


def _silent(_line: str) -> None:
    """Says nothing."""
