"""How many sequences are sampled at once where the study file leaves it open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, Protocol

import torch

from mdm_opt.candidates import baseline
from mdm_opt.config import StudyFile
from mdm_opt.measurement import Problem, draw, longest_first
from mdm_opt.study.instances import InstanceSets

# Without a GPU memory is rarely what limits a batch; more would only make progress coarser.
USUAL_BATCH = 64
_MOST = 1024
# The rest is for what the allocator cannot use, and for prompts that differ in length.
_SHARE_OF_FREE = 0.8
_FEW, _MORE = 1, 3


class Memory(Protocol):
    """The memory of a device."""

    def free(self) -> int:
        """Bytes that could be allocated."""
        ...

    def peak(self, work: Callable[[], object]) -> int:
        """The most bytes that some work holds beside what was held before it."""
        ...


class CudaMemory(NamedTuple):
    """Memory of a CUDA device."""

    device: torch.device

    def free(self) -> int:
        """See `Memory.free`; what the allocator keeps for later is free, too."""
        torch.cuda.empty_cache()
        return int(torch.cuda.mem_get_info(self.device)[0])

    def peak(self, work: Callable[[], object]) -> int:
        """See `Memory.peak`."""
        torch.cuda.reset_peak_memory_stats(self.device)
        before = torch.cuda.memory_allocated(self.device)
        work()
        return int(torch.cuda.max_memory_allocated(self.device)) - before


def usual_batch_size(study_file: StudyFile) -> int:
    """The batch size of a study; under ``auto`` what is taken where memory is not asked.

    A sampler that is not ours has batches of its own, and this only says how many are scored.
    """
    if study_file.process == "own":
        return max(USUAL_BATCH, study_file.sampler.batch)  # type: ignore[union-attr]
    wanted = study_file.model.batch_size
    return USUAL_BATCH if wanted == "auto" else wanted


def with_batch_size(
    problem: Problem, study_file: StudyFile, memory: Memory | None = None
) -> Problem:
    """A problem with the batch size of its study.

    Under ``auto`` on a GPU the longest prompts of the search are sampled in batches of one and
    three, in one step a block; what a sequence needs beyond the first follows from the
    difference. `measure` still halves a batch that does not fit.

    Args:
        problem: what is measured.
        study_file: the study.
        memory: of the device; None finds it.
    """
    if memory is None and problem.denoiser.device.type == "cuda":
        memory = CudaMemory(problem.denoiser.device)
    own = study_file.process == "own"
    if memory is None or own or study_file.model.batch_size != "auto":
        return replace(problem, batch_size=usual_batch_size(study_file))
    few, more = (memory.peak(_sampling(problem, study_file, n)) for n in (_FEW, _MORE))
    each = max(1, (more - few) // (_MORE - _FEW))
    fitting = int((_SHARE_OF_FREE * memory.free() - (few - each)) // each)
    return replace(problem, batch_size=min(max(fitting, 1), _MOST))


def _sampling(problem: Problem, study_file: StudyFile, count: int) -> Callable[[], object]:
    """Sampling some instances in as few steps as there can be."""
    instances = InstanceSets.of(study_file).ids("search")
    order = longest_first(problem, instances)
    candidate = baseline("linear", problem.blocks)
    asked = [instances[order[i % len(order)]] for i in range(count)]
    alone = replace(problem, batch_size=count)
    return lambda: draw(alone, candidate, asked)
