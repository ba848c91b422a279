"""From a study file to what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mdm_opt.config import StudyFile
from mdm_opt.denoisers.base import Denoiser
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem
from mdm_opt.objectives.base import Objective

# First instance id of each set; the sets are disjoint whatever their sizes.
SET_STARTS = {"search": 0, "selection": 2**40, "verification": 2**41, "samples": 2**42}

# Without a GPU memory is rarely what limits a batch; more would only make progress coarser.
USUAL_BATCH = 64


@dataclass(frozen=True)
class InstanceSets:
    """The disjoint sets of instances of a study.

    The search sees the first set only. The best few of the search are measured again on the
    second to choose one. What is said about that one is measured on the third.

    Attributes:
        search: size of the first set.
        selection: size of the second.
        verification: size of the third.
    """

    search: int
    selection: int
    verification: int

    @classmethod
    def of(cls, study_file: StudyFile, *, deterministic: bool = False) -> InstanceSets:
        """Sizes from a study file; an exact objective needs one instance only."""
        if deterministic:
            return cls(1, 1, 1)
        search = study_file.objective.instances
        return cls(search, search, study_file.verify.instances)

    @property
    def total(self) -> int:
        """Instances of all sets together."""
        return self.search + self.selection + self.verification

    def ids(self, role: str) -> range:
        """Instance ids of a set."""
        start = SET_STARTS[role]
        return range(start, start + int(getattr(self, role)))

    def ranks(self, instances: Sequence[int]) -> list[int]:
        """Positions of instances in one list of all sets, for handing out data.

        Samples that are only looked at share the data of the search.
        """
        offsets = {"search": 0, "selection": self.search, "samples": 0}
        offsets["verification"] = self.search + self.selection
        ranks = []
        for instance in instances:
            role = max(
                (role for role in offsets if SET_STARTS[role] <= instance),
                key=lambda role: SET_STARTS[role],
            )
            ranks.append(offsets[role] + instance - SET_STARTS[role])
        return ranks


def build_problem(study_file: StudyFile, folder: Path | None) -> Problem:
    """Loads the model and makes the objective.

    Args:
        study_file: the study.
        folder: of the study file, for relative paths and modules beside it.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.denoisers.registry import build_denoiser
    from mdm_opt.service.batching import with_batch_size

    denoiser = build_denoiser(study_file.model, folder)
    check_steps(study_file, denoiser)
    problem = problem_of(study_file, denoiser, objective_of(study_file, folder, denoiser))
    return with_batch_size(problem, study_file)


def objective_of(study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> Objective:
    """Makes the objective of a study for its model.

    Raises:
        InputError: where something is missing or does not fit together.
    """
    from mdm_opt.objectives.registry import Build, build_objective

    sets = InstanceSets.of(study_file)
    build = Build(denoiser, folder, sets.ranks, sets.total, study_file.study.seed)
    return build_objective(study_file.objective, build)


def usual_batch_size(study_file: StudyFile) -> int:
    """The batch size of a study; under ``auto`` what is taken where memory is not asked."""
    wanted = study_file.model.batch_size
    return USUAL_BATCH if wanted == "auto" else wanted


def check_steps(study_file: StudyFile, denoiser: Denoiser) -> None:
    """Refuses more steps than tokens where every step must reveal one, and uneven blocks.

    Raises:
        InputError: naming the first such step count, or the length of the blocks.
    """
    too_many = [steps for steps in study_file.space.steps if steps > denoiser.length]
    if too_many and study_file.sampler.reveal == "fixed":
        raise InputError(
            f"[space] steps: {too_many[0]} is not accepted: the model writes {denoiser.length} "
            "tokens, and more steps than tokens cannot all reveal one"
        )
    block_length = study_file.sampler.block_length
    if block_length is None:
        return
    if denoiser.length % block_length:
        raise InputError(
            f"[sampler] block_length: {block_length} is not accepted: it does not divide the "
            f"{denoiser.length} tokens that the model writes"
        )
    blocks = denoiser.length // block_length
    uneven = [steps for steps in study_file.space.steps if steps % blocks]
    if uneven:
        raise InputError(
            f"[space] steps: {uneven[0]} is not accepted: {blocks} blocks of {block_length} "
            f"tokens share the steps evenly; multiples of {blocks} are accepted"
        )


def problem_of(study_file: StudyFile, denoiser: Denoiser, objective: Objective) -> Problem:
    """A model and an objective with how the study samples them."""
    return Problem(
        denoiser=denoiser,
        objective=objective,
        seed=study_file.study.seed,
        order=study_file.sampler.order,
        temperature=study_file.sampler.temperature,
        reveal=study_file.sampler.reveal,
        rounding=study_file.sampler.rounding,
        block_length=study_file.sampler.block_length,
        guidance=study_file.sampler.guidance,
        end_last=study_file.sampler.end_last,
        batch_size=usual_batch_size(study_file),
    )
