"""Which line of a file, or document of a task, an instance is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mdm_opt.errors import InputError
from mdm_opt.processes import instance_noise


def document_order(count: int, seed: int) -> npt.NDArray[np.int64]:
    """Documents 0..count - 1 in the fixed random order in which ranks are handed out."""
    # Instance ids end far below the last one, whose noise is free for this.
    order: npt.NDArray[np.int64] = instance_noise([2**64 - 1], count, seed=seed).permutation[0]
    return order


class Documents:
    """The documents of a study: search, selection and verification get different ones.

    Args:
        count: documents that there are.
        draw: maps instance ids to ranks 0, 1, ..., as in `Build`.
        total: documents that the sets of instances need together.
        seed: of the study.
        source: what holds the documents, for messages: "[objective] data: FILE".

    Raises:
        InputError: where there are fewer documents than are needed.
    """

    def __init__(
        self,
        count: int,
        draw: Callable[[Sequence[int]], list[int]],
        total: int,
        seed: int,
        source: str,
    ) -> None:
        if count < total:
            raise InputError(
                f"{source} has {count} documents; search, selection and verification together "
                f"need {total} different ones ([objective] instances twice and [verify] instances)"
            )
        self._order, self._draw, self._total = document_order(count, seed), draw, total

    @property
    def needed(self) -> list[int]:
        """Numbers of the documents of all sets together, in the order of their ranks."""
        return [int(number) for number in self._order[: self._total]]

    def numbers(self, instances: Sequence[int]) -> list[int]:
        """Numbers of the documents of instances."""
        return [int(self._order[rank % len(self._order)]) for rank in self._draw(instances)]
