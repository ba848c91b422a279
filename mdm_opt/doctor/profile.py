"""The profile of `mdm-opt doctor`: whether anything depends on the schedule."""

from __future__ import annotations

from collections.abc import Iterator

from mdm_opt.doctor.checks import Check, Known
from mdm_opt.persistence.health import readable
from mdm_opt.study.flatness import flatness_words
from mdm_opt.study.measured_profile import kept_profile
from mdm_opt.study.predictions import Predictions
from mdm_opt.study.profile_result import flatness_of, has_profile, open_words


def check_profile(known: Known) -> Iterator[Check]:
    """What the kept profile of a masked model says of the study's step budgets."""
    study_file = known.study_file
    if known.denoiser is None or study_file is None or known.url is None or not known.readable:
        return
    if study_file.model.process != "masked" or not has_profile(study_file):
        return
    with readable(known.url) as repository:
        kept = kept_profile(study_file, known.folder, known.denoiser, repository)
    if kept is None:
        return
    steps = study_file.space.steps
    predictions = Predictions(kept.sample, study_file)
    budgets = [predictions.budget(n) for n in steps]
    found = flatness_of(kept.sample, budgets)
    if found is None:
        return
    words = f"{len(kept.sequences)} sequences: {flatness_words(found, steps)}"
    if found.flat:
        mend = "keep the linear schedule, a search has nothing to find"
        yield Check("profile", "warn", words, mend)
    else:
        table = study_file.profile
        left = open_words(budgets, len(kept.sequences), table.sequences, table.precision)
        yield Check("profile", "ok", f"{words}; {left}")
