"""How fast a model is asked on this machine, and what that makes of a search."""

from __future__ import annotations

import math
import time

import numpy as np
import torch

from mdm_opt.config import PathKlObjective, StudyFile
from mdm_opt.denoisers.answers import ask, rows_at_once
from mdm_opt.denoisers.base import Denoiser
from mdm_opt.denoisers.prompts import Prompts
from mdm_opt.measurement import out_of_memory

# A larger batch is not worth the wait.
_LONGEST_FORWARD_SECONDS = 20.0


def timed_forward(
    denoiser: Denoiser,
    batch: int,
    positions: int,
    prompts: Prompts | None = None,
    guidance: float = 0.0,
) -> tuple[int, float]:
    """One all-masked batch after a warm-up with a single sequence.

    Args:
        denoiser: the model.
        batch: sequences; fewer where they do not fit into memory, or would take long.
        positions: of each sequence whose log-probabilities are asked for.
        prompts: at least one for each sequence; None for none.
        guidance: scale of classifier-free guidance, with prompts.

    Returns:
        The sequences of the batch, and its wall time in seconds.
    """

    def forward(size: int) -> float | None:
        part = None if prompts is None else prompts.part(np.arange(size))
        return _forward(denoiser, size, positions, part, guidance)

    forward(1)
    alone = forward(1) or 0.0
    if alone * batch > _LONGEST_FORWARD_SECONDS:
        batch = max(1, int(_LONGEST_FORWARD_SECONDS / alone))
    while True:
        seconds = forward(batch)
        if seconds is not None:
            return batch, seconds
        batch //= 2
        torch.cuda.empty_cache()


def _forward(
    denoiser: Denoiser, batch: int, positions: int, prompts: Prompts | None, guidance: float
) -> float | None:
    """Seconds; None where the batch does not fit, and a smaller one may."""
    tokens = torch.full((batch, denoiser.length), denoiser.mask_token_id, device=denoiser.device)
    asked = torch.arange(positions, device=denoiser.device).expand(batch, -1)
    started = time.perf_counter()
    try:
        with torch.inference_mode():
            answers = ask(denoiser, tokens, asked, prompts, guidance)
            size = rows_at_once(denoiser)
            for start in range(0, asked.numel(), size):
                log_probs = answers.log_probs(slice(start, start + size))
            # The copy to the CPU waits for the device.
            log_probs[:1, :1].cpu()
    except Exception as error:  # models and devices may raise anything
        if batch > 1 and out_of_memory(error):
            return None
        raise
    return max(time.perf_counter() - started, 1e-9)


def wanted_positions(study_file: StudyFile, denoiser: Denoiser) -> int:
    """What a step asks the model for: all that is masked where it must choose."""
    if study_file.sampler.order != "random":
        return denoiser.length
    return math.ceil(denoiser.length / min(study_file.space.steps))


def search_time(study_file: StudyFile, denoiser: Denoiser, batch: int, seconds: float) -> str:
    """How long the search takes at this speed, in words."""
    instances, trials = study_file.objective.instances, study_file.search.trials
    batches, steps = instances / batch, study_file.space.steps
    if isinstance(study_file.objective, PathKlObjective):
        passes = denoiser.length * (2 if study_file.objective.references == "model" else 1)
        counted = f"{instances} instances x {passes} model calls, once for all trials"
        total = batches * passes * seconds
    else:
        mean = sum(steps) / len(steps)
        counted = f"{trials} trials x {instances} instances x {mean:g} steps"
        total = trials * batches * mean * seconds
    return (
        f"the search takes about {in_words(total)} ({counted}), not counting scoring, profile "
        "and verification"
    )


def in_words(seconds: float) -> str:
    """A duration in the unit that suits it."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.2g} seconds"
