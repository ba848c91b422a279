"""What `mdm-opt doctor` looks at: machine, database, study; nothing is written."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mdm_opt.candidates import baseline
from mdm_opt.config import (
    DivergenceObjective,
    StudyFile,
    load_study_file,
    parse_study,
)
from mdm_opt.denoisers.base import Denoiser
from mdm_opt.denoisers.prompts import Prompts
from mdm_opt.measurement import Problem, longest_first
from mdm_opt.persistence import StudyRecord, database_file, is_sqlite, shown
from mdm_opt.persistence.health import find_study, read_study, schema_revision, server_facts
from mdm_opt.persistence.location import chosen_storage
from mdm_opt.service.batching import usual_batch_size
from mdm_opt.service.checks import Check, guarded
from mdm_opt.service.composition import Composition, batch_composition
from mdm_opt.service.instances import InstanceSets
from mdm_opt.service.machine import check_machine
from mdm_opt.service.problems import objective_of, problem_of
from mdm_opt.service.sameness import check_same
from mdm_opt.service.speed import in_words, search_time, timed_call
from mdm_opt.service.study_files import stored_study_file

_OLDEST_POSTGRESQL = 14
# One worker takes two now and then: its own, and its heartbeat's.
_FEW_CONNECTIONS = 4
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|lustre|gpfs|beegfs\w*|glusterfs|pvfs2|fuse\.(sshfs|s3fs|gcsfuse"
    r"|glusterfs|ceph\S*|rclone|juicefs)"
)
_MOUNTS = Path("/proc/self/mounts")
# Instances that are sampled one by one and together, and how long that may take.
_COMPARED = 4
_LONGEST_COMPARISON_SECONDS = 60.0
_BUNDLED = {
    "study": {"name": "doctor"},
    "model": {"kind": "bundled"},
    "space": {"steps": [12]},
    "objective": {"kind": "validity", "verifier": "sudoku"},
}


def examine(
    storage: str | None = None, study_file: str | Path | None = None, study: str | None = None
) -> Iterator[Check]:
    """Looks at everything that a study needs, one check after the other.

    A check that fails does not keep the others from running, but those that need what it did not
    find are left out. Models of a hub come into its cache as in every run; nothing else is
    written.

    Args:
        storage: as given on the command line; see `mdm_opt.persistence.storage_url`.
        study_file: whose model and objective are tried.
        study: name of one in the database, in its place.
    """
    yield from check_machine()
    with _no_bytecode():
        yield from _Examination(storage, study_file, study).checks()


class _Examination:
    """What one check finds and the next one needs; None where it was not found."""

    def __init__(
        self, storage: str | None, study_file: str | Path | None, study: str | None
    ) -> None:
        self._storage, self._path, self._name = storage, study_file, study
        self._url: str | None = None
        self._readable = False
        self._record: StudyRecord | None = None
        self._study_file: StudyFile | None = None
        self._folder: Path | None = None
        self._denoiser: Denoiser | None = None
        self._problem: Problem | None = None
        self._speed: tuple[int, float] | None = None

    def checks(self) -> Iterator[Check]:
        looks: list[tuple[str, Callable[[], Iterable[Check]]]] = [
            ("storage", self._look_at_storage),
            ("server", self._look_at_server),
            ("schema", self._look_at_schema),
            ("study", self._look_at_study),
            ("model", self._look_at_model),
            ("objective", self._look_at_objective),
            ("speed", self._look_at_speed),
            ("batches", self._look_at_batches),
        ]
        for name, look in looks:
            yield from guarded(name, look)

    @property
    def _asked(self) -> bool:
        return self._path is not None or self._name is not None

    def _look_at_storage(self) -> Iterator[Check]:
        url, why = chosen_storage(self._storage)
        found = f"{shown(url)} ({why})"
        if not is_sqlite(url):
            self._url = url
            yield Check("storage", "ok", found)
            return
        file = database_file(url).absolute()
        if not file.parent.is_dir():
            mend = "make it, or name another file with --storage"
            yield Check("storage", "fail", f"{found}: the folder does not exist", mend)
            return
        if file.exists() and not file.is_file():
            mend = "name another file with --storage"
            yield Check("storage", "fail", f"{found}: it is no file", mend)
            return
        self._url = url
        system = file_system(file.parent)
        if not os.access(file if file.exists() else file.parent, os.W_OK):
            mend = "change its permissions, or name another file with --storage"
            yield Check("storage", "fail", f"{found}: it cannot be written to", mend)
        elif _NETWORK.fullmatch(system):
            mend = "use a local file, or a server: 'mdm-opt storage start'"
            at = f"{found}: SQLite is not safe on a network file system ({system})"
            yield Check("storage", "warn", at, mend)
        else:
            yield Check("storage", "ok", found)

    def _look_at_server(self) -> Iterator[Check]:
        if self._url is None or is_sqlite(self._url):
            return
        facts = server_facts(self._url)
        found = (
            f"PostgreSQL {facts.version}, {facts.free_connections} of {facts.most_connections} "
            f"connections free, time zone {facts.time_zone} (mdm-opt sets UTC)"
        )
        if facts.number < _OLDEST_POSTGRESQL:
            mend = f"use PostgreSQL {_OLDEST_POSTGRESQL} or newer"
            yield Check("server", "fail", found, mend)
        elif facts.free_connections < _FEW_CONNECTIONS:
            mend = "raise max_connections, or end programs that hold connections"
            yield Check("server", "warn", found, mend)
        else:
            yield Check("server", "ok", found)

    def _look_at_schema(self) -> Iterator[Check]:
        if self._url is None:
            return
        if is_sqlite(self._url) and not database_file(self._url).exists():
            yield Check("schema", "ok", "no database yet; the first study makes it")
            return
        revision, head = schema_revision(self._url)
        self._readable = revision == head
        if revision is None:
            yield Check("schema", "ok", "no tables yet; the first study makes them")
        elif self._readable:
            yield Check("schema", "ok", f"{head}, this version's")
        else:
            found = f"{revision} is older than this version's {head}"
            mend = "back it up, stop its workers, then run 'mdm-opt storage upgrade'"
            yield Check("schema", "warn" if is_sqlite(self._url) else "fail", found, mend)

    def _look_at_study(self) -> Iterator[Check]:
        if self._path is not None:
            self._study_file = load_study_file(self._path)
            self._folder = Path(self._path).resolve().parent
            name = self._study_file.study.name
            if self._url is not None and self._readable:
                self._record = find_study(self._url, name)
            if self._record is None:
                yield Check("study", "ok", f"{name}: the file is valid; not in the database yet")
                return
            check_same(self._record, self._study_file)
            yield Check("study", "ok", f"{name}: the file is valid, and the study's own")
        elif self._name is not None:
            if self._url is None or not self._readable:
                found = f"{self._name} cannot be looked for: no database of this version's schema"
                yield Check("study", "fail", found, "see storage and schema above")
                return
            self._record = read_study(self._url, self._name)
            self._study_file = stored_study_file(self._record)
            self._folder = Path(self._record.folder)
            yield Check(
                "study", "ok", f"{self._name}: made by mdm-opt {self._record.package_version}"
            )

    def _look_at_model(self) -> Iterator[Check]:
        from mdm_opt.denoisers.registry import build_denoiser

        if not self._asked:
            self._study_file = parse_study(_BUNDLED, "doctor")
        if self._study_file is None:
            return
        denoiser = build_denoiser(self._study_file.model, self._folder)
        self._study_file.sampler.check_steps(self._study_file.space.steps, denoiser.length)
        dtype = getattr(getattr(denoiser, "model", None), "dtype", None)
        precision = "" if dtype is None else f"{dtype} ".removeprefix("torch.")
        found = (
            f"{self._study_file.model.kind}: fingerprint {denoiser.fingerprint[:24]}, "
            f"{denoiser.length} tokens, vocabulary {denoiser.vocab_size}, {precision}on "
            f"{denoiser.device}"
        )
        self._denoiser = denoiser
        was = self._record.model.fingerprint if self._record else denoiser.fingerprint
        if was == denoiser.fingerprint:
            yield Check("model", "ok", found)
        else:
            mend = "bring the study's model back, or make a study of another name"
            changed = f"{found}; the study was made with another, fingerprint {was[:24]}"
            yield Check("model", "fail", changed, mend)

    def _look_at_speed(self) -> Iterator[Check]:
        if self._denoiser is None or self._study_file is None:
            return
        asked = min(usual_batch_size(self._study_file), self._study_file.objective.instances)
        problem, fewest = self._problem, self._study_file.space.steps[0]
        prompts = None if problem is None else self._longest_prompts(problem, asked)
        batch, seconds = self._speed = timed_call(
            self._denoiser, asked, fewest, self._study_file.sampler, prompts
        )
        after = "" if prompts is None else f" after prompts of {prompts.lengths.max()} tokens"
        found = (
            f"one forward of {batch} masked sequences{after}: {1000 * seconds:.3g} ms, "
            f"{batch / seconds:.3g} sequences/s"
        )
        if batch < asked:
            found += f" (batches of {asked} do not fit, or take too long to try)"
        if self._asked and not isinstance(self._study_file.objective, DivergenceObjective):
            found += f"; {search_time(self._study_file, self._denoiser, batch, seconds)}"
        yield Check("speed", "ok", found)

    def _look_at_objective(self) -> Iterator[Check]:
        if self._denoiser is None or self._study_file is None or not self._asked:
            return
        objective = objective_of(self._study_file, self._folder, self._denoiser)
        found = f"{objective.name} in {objective.unit}, {objective.direction}"
        was = self._record.objective_fingerprint if self._record else ""
        if was and was != objective.fingerprint:
            mend = "bring them back, or make a study of another name"
            found += f"; its data or judge are not those that the study was made with: {was[:24]}"
            yield Check("objective", "fail", found, mend)
        else:
            self._problem = problem_of(self._study_file, self._denoiser, objective)
            yield Check("objective", "ok", found)

    def _longest_prompts(self, problem: Problem, count: int) -> Prompts | None:
        """The longest prompts of the search; None where there are none."""
        instances = InstanceSets.of(self._study_file).ids("search") if self._study_file else ()
        order = longest_first(problem, instances)[:count]
        return problem.prompts([instances[place] for place in order])

    def _look_at_batches(self) -> Iterator[Check]:
        problem = self._problem
        if problem is None or self._study_file is None:
            return
        count = min(_COMPARED, self._speed[0] if self._speed else 1)
        if count < 2:
            return
        candidate = baseline("linear", self._study_file.space.steps[0])
        calls = 2 * count * candidate.steps * (2 if problem.decoding.guidance else 1)
        batch, seconds = self._speed or (1, 0.0)
        expected = calls * seconds / batch
        if expected > _LONGEST_COMPARISON_SECONDS:
            found = f"{calls} sequence calls would take about {in_words(expected)}"
            yield Check("batches", "ok", f"batch composition: not tried, {found}")
            return
        instances = InstanceSets.of(self._study_file).ids("search")[:count]
        yield _composition(batch_composition(problem, candidate, instances), candidate.steps)


def _composition(compared: Composition, steps: int) -> Check:
    """What sampling one by one and in one batch has shown."""
    found = (
        f"batch composition: {compared.differing_samples} of {compared.samples} samples differ "
        f"({compared.differing_tokens} of {compared.tokens} tokens) between batches of 1 and "
        f"{compared.samples} at {steps} steps; {compared.sequence_calls} sequence calls"
    )
    if not compared.differing_samples:
        return Check("batches", "ok", found)
    found += (
        "; decisions of near-ties flip with the last bits: the search is still unbiased, but "
        "results can differ between batch sizes"
    )
    mend = "keep one [model] batch_size, or set dtype = 'float32', where results must repeat"
    return Check("batches", "warn", found, mend)


def file_system(folder: Path) -> str:
    """Type of the file system that a folder lies on; empty where the system does not say."""
    folder = folder.resolve()
    found, depth = "", -1
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        # Blanks and the like are written as octal numbers.
        place = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), point))
        if folder.is_relative_to(place) and len(place.parts) >= depth:
            found, depth = kind, len(place.parts)
    return found


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Python keeps no compiled modules beside a study file meanwhile."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
