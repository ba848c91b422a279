"""Where a study looks for candidates: the one space that all who rank or propose have."""

from __future__ import annotations

from mdm_opt.persistence import Profiles, Repository, StudyRecord
from mdm_opt.search import SearchSpace
from mdm_opt.study.stored_file import stored_study_file


def space_of(repository: Repository, study: StudyRecord) -> SearchSpace:
    """The space of a study, with the profile that it starts from and ranks with."""
    kept = Profiles(repository).of_study(study.name)
    file, length = stored_study_file(study), study.model.length
    if kept is None:
        return SearchSpace.of(file, length)
    return SearchSpace.of(file, length, kept.sample.profile, sample=kept.sample)
