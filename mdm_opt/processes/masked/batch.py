"""One candidate on a batch of instances of the masked process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mdm_opt.models.base import FrozenModel
from mdm_opt.processes.base import Batch
from mdm_opt.processes.masked.noise import Noise, ancestral_counts, instance_noise
from mdm_opt.schedules import Counts


@dataclass(frozen=True, eq=False)
class MaskedBatch(Batch):
    """A batch of the masked process.

    Attributes:
        noise: of the instances, the same for every candidate.
    """

    noise: Noise

    @cached_property
    def counts(self) -> Counts:
        """Tokens revealed by each step, int64 ``(batch, steps)``.

        Raises:
            ValueError: under a rule, where only samples tell.
        """
        if self.plan.rule is not None:
            raise ValueError("only samples tell what the steps of a rule reveal")
        if self.plan.counts is None:
            return ancestral_counts(self.plan.grid, self.noise)
        return np.tile(self.plan.counts, (len(self.noise), 1))

    @property
    def nfe(self) -> npt.NDArray[np.int64]:
        """See `Batch.nfe`: steps that reveal something."""
        return np.asarray((self.counts > 0).sum(axis=1), dtype=np.int64)

    def others(
        self, model: FrozenModel, instances: Sequence[int], *, same_start: bool = False
    ) -> MaskedBatch:
        """See `Batch.others`."""
        noise = instance_noise(instances, model.length, seed=self.seed)
        return replace(self, instances=instances, noise=noise)


def masked_batch(batch: Batch) -> MaskedBatch:
    """The batch itself; TypeError where it is one of another process."""
    if not isinstance(batch, MaskedBatch):
        raise TypeError(f"a batch of the masked process is expected, got {type(batch).__name__}")
    return batch
