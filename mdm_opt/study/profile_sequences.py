"""Where the clean sequences of a study's profile come from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from mdm_opt.config import PathKlObjective, StudyFile
from mdm_opt.errors import InputError
from mdm_opt.models.base import Denoiser
from mdm_opt.objectives.documents import document_order
from mdm_opt.objectives.registry import read_references
from mdm_opt.processes import process_of
from mdm_opt.study.instances import InstanceSets

# Fewer cannot be split into those that fit and those that judge.
FEWEST = 4


class ProfileSequences:
    """The clean sequences of a study's profile.

    Args:
        study_file: the study.
        folder: of the study file.
        denoiser: its model.

    Attributes:
        fingerprint: of the file; empty for the model's own.
        numbers: of the sequences to be used; of one file those that trials are measured on last.
        forbidden: numbers of those that the study verifies its result on.

    Raises:
        InputError: where the file of references cannot be used.
    """

    def __init__(self, study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> None:
        self._denoiser, self._seed = denoiser, study_file.profile.seed
        self.forbidden: frozenset[int] = frozenset()
        wanted, path = study_file.profile.sequences, study_file.profile_references
        self._tokens: torch.Tensor | None = None
        if path == "model":
            self.fingerprint = ""
            self.numbers = list(range(wanted))
            return
        table = "profile" if study_file.profile.references is not None else "objective"
        key = f"[{table}] references"
        self._tokens, self.fingerprint = read_references(path, key, denoiser, folder)
        order = document_order(len(self._tokens), study_file.study.seed).tolist()
        objective, searched = study_file.objective, frozenset[int]()
        if isinstance(objective, PathKlObjective) and objective.references == path:
            sets = InstanceSets.of(study_file)
            start = sets.search + sets.selection
            self.forbidden = frozenset(order[start : sets.total])
            searched = frozenset(order[: sets.search])
        usable = [line for line in order if line not in self.forbidden]
        # Both together know more where trials are not measured on the same ones.
        self.numbers = sorted(usable, key=lambda line: line in searched)[:wanted]
        if len(self.numbers) < FEWEST:
            raise InputError(
                f"{key}: {path} leaves {len(self.numbers)} sequences for the profile; at least "
                f"{FEWEST} are needed besides those of the verification"
            )

    def tokens(self, numbers: Sequence[int]) -> tuple[torch.Tensor, int]:
        """int64 ``(len(numbers), length)``, and the sequences put through the model for them."""
        if self._tokens is not None:
            return self._tokens[list(numbers)], 0
        samples = process_of(self._denoiser).own_sequences(
            self._denoiser, numbers, seed=self._seed
        )
        return samples.tokens, samples.sequence_calls


def check_sequences(study_file: StudyFile, folder: Path | None, denoiser: Denoiser) -> None:
    """Reads the clean sequences of a profile, to find what is wrong before anything is written.

    Raises:
        InputError: where the file of references cannot be used.
    """
    ProfileSequences(study_file, folder, denoiser)
