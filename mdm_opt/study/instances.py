"""Which instances the search sees, which choose, and which verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdm_opt.config import StudyFile

# First instance id of each set; the sets are disjoint whatever their sizes.
SET_STARTS = {"search": 0, "selection": 2**40, "verification": 2**41, "samples": 2**42}


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
