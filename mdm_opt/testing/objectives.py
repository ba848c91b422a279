"""Whether an objective of your own is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mdm_opt.candidates import DECODINGS, Candidate, baseline
from mdm_opt.measurement import Problem
from mdm_opt.models.base import Denoiser, offers, process_name
from mdm_opt.objectives.base import Direction, Objective, Scores, lacking
from mdm_opt.objectives.sample_score import SampleFunction, SampleScore
from mdm_opt.testing.checks import Checks, is_whole

_STEPS = 4


def check_objective(
    objective: Objective | SampleFunction,
    model: Denoiser,
    *,
    steps: int | None = None,
    instances: Sequence[int] = (0, 1, 2, 3),
    direction: Direction = "maximize",
    tolerance: float = 1e-6,
) -> None:
    """Whether an objective can be searched: what `Objective` promises, by measuring a candidate.

    Scores must be one finite number an instance, the same when measured again, and must not
    depend on which other instances are measured beside them.

    Args:
        objective: an objective, or a function that gets a list of texts and returns one number
            each.
        model: that is judged, of any process; a small one will do.
        steps: of the linear schedule that is measured; None: 4, or fewer where the model is
            shorter.
        instances: at least two.
        direction: of a function's numbers.
        tolerance: by how much a score may change with the batch, relative to its size.

    Raises:
        AssertionError: naming all that is wrong, one a line.
    """
    judge: Any = objective
    if not hasattr(objective, "score") and callable(objective):
        judge = SampleScore(objective, name="function", direction=direction, unit="score")
    checks = Checks(objective, "objective")
    missing = lacking(judge)
    if not checks.expect(not missing, f"it lacks {', '.join(missing)}"):
        checks.give_up()
    checks.run("attributes", lambda: _objective_attributes(checks, judge))
    candidate = baseline("linear", min(_STEPS, model.length) if steps is None else steps)
    problem = Problem(model, judge, 0, DECODINGS[process_name(model)]())
    checks.run("score", lambda: _scores(checks, problem, candidate, list(instances), tolerance))
    if offers(judge, "prompt_ids"):
        checks.run("prompt_ids", lambda: _prompt_ids(checks, judge, list(instances)))
    checks.finish()


def _objective_attributes(checks: Checks, judge: Objective) -> None:
    for name in ("name", "unit"):
        value = getattr(judge, name)
        checks.expect(isinstance(value, str) and value, f"{name}: {value!r} is no text")
    known = judge.direction in ("minimize", "maximize")
    checks.expect(known, f"direction: {judge.direction!r} is neither 'minimize' nor 'maximize'")
    exact = judge.deterministic
    checks.expect(isinstance(exact, bool), f"deterministic: {exact!r} is neither True nor False")
    fingerprint = judge.fingerprint
    checks.expect(isinstance(fingerprint, str), f"fingerprint: {fingerprint!r} is no text")


def _scores(
    checks: Checks,
    problem: Problem,
    candidate: Candidate,
    instances: list[int],
    tolerance: float,
) -> None:
    def score(asked: Sequence[int]) -> Scores:
        return problem.objective.score(problem.denoiser, problem.batch(candidate, asked))

    found = score(instances)
    if not _well_formed(checks, found, len(instances)):
        return
    scale = tolerance * max(1.0, float(np.abs(found.values).max()))
    again = score(instances)
    checks.expect(
        np.array_equal(found.values, again.values), "score: other values in the same noise"
    )
    alone = np.concatenate([score([one]).values for one in instances])
    apart = float(np.abs(found.values - alone).max())
    checks.expect(
        apart <= scale, f"score: depends on other instances of the batch, by {apart:.2g}"
    )
    if problem.objective.deterministic:
        spread = float(np.ptp(found.values))
        checks.expect(spread <= scale, f"deterministic: but instances differ by {spread:.2g}")


def _well_formed(checks: Checks, found: Scores, count: int) -> bool:
    numbers = {"values": found.values, "nfe": found.nfe}
    numbers |= {f"guards[{name!r}]": guard for name, guard in found.guards.items()}
    fine = True
    for name, values in numbers.items():
        shape = np.shape(values)
        fine &= checks.expect(shape == (count,), f"{name}: shape {shape}, expected {(count,)}")
        finite = np.isfinite(np.asarray(values, dtype=np.float64)).all()
        fine &= checks.expect(finite, f"{name}: not all numbers are finite")
    if fine:
        checks.expect((np.asarray(found.nfe) >= 0).all(), "nfe: negative")
    calls = found.sequence_calls
    checks.expect(is_whole(calls, 0), f"sequence_calls: {calls!r} is no integer >= 0")
    texts = list(found.texts)
    fits = len(texts) in (0, count) and all(isinstance(text, str) for text in texts)
    checks.expect(fits, "texts: neither empty nor one text an instance")
    return fine


def _prompt_ids(checks: Checks, judge: Any, instances: list[int]) -> None:
    rows = judge.prompt_ids(instances)
    whole = all(is_whole(token, 0) for row in rows for token in row)
    one_each = checks.expect(
        len(rows) == len(instances) and whole, "prompt_ids: not a list of token ids an instance"
    )
    if one_each:
        backwards = judge.prompt_ids(instances[::-1])[::-1]
        same = [list(row) for row in rows] == [list(row) for row in backwards]
        checks.expect(same, "prompt_ids: depend on the other instances")
