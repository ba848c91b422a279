"""Whole exports of made-up studies, for tests."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

import mdm_opt
from mdm_opt.candidates import (
    BirthsDecoding,
    Candidate,
    GridDecoding,
    MaskedDecoding,
    UniformDecoding,
    baseline,
    beta,
)
from mdm_opt.handoff.sampler_values import SamplerValues, sampler_values
from mdm_opt.handoff.schedule_file import ExportedSchedule, ScheduleValues
from mdm_opt.schedules import BetaSchedule, block_count, reveal_counts, reveal_grid


def content(
    beta_a: float = 0.4,
    beta_b: float = 1.7,
    steps: int = 4,
    length: int = 16,
    reveal: str = "fixed",
    rounding: str = "full",
    block_length: int | None = None,
) -> dict[str, Any]:
    """A whole export of a made-up study."""
    schedule = BetaSchedule(beta_a, beta_b)
    counts, blocks = None, block_count(steps, length, block_length)
    if reveal == "fixed":
        counts = reveal_counts(schedule, steps, length, rounding, block_length).tolist()
    return {
        "format": "mdm-opt schedule",
        "schema_version": 1,
        "schedule": {
            "family": "beta",
            "beta_a": beta_a,
            "beta_b": beta_b,
            "steps": steps,
            "length": length,
            "reveal": reveal,
            "rounding": rounding,
            "block_length": block_length,
            "counts": counts,
            "revealed": reveal_grid(schedule, steps, blocks).tolist(),
        },
        "sampler": {"order": "random", "temperature": 1.0, "guidance": 0.0, "end_last": False},
        "result": {
            "objective": "path_kl",
            "unit": "nats/sequence",
            "direction": "minimize",
            "value": 1.5,
            "interval": [1.25, 1.75],
            "confidence": 0.95,
            "claim_error_rate": 0.025,
            "instances": 64,
            "nfe": 4.0,
            "verified": True,
            "baselines": {
                "linear": {
                    "value": 2.0,
                    "interval": [1.9, 2.1],
                    "label": "beta(0.500, 0.500)",
                    "steps": 4,
                    "nfe": 4.0,
                    "instances": 64,
                }
            },
            "gain_over_linear": {"value": 0.5, "interval": [0.4, 0.6]},
            "better_than_linear": True,
            "decision": {
                "action": "use",
                "baseline": "linear",
                "instances": None,
                "nothing_to_gain": False,
                "fewer_calls": None,
            },
            "linear_steps_for_equal_quality": None,
            "linear_steps_interval": None,
            "instead_of": None,
        },
        "provenance": {
            "study": "toy",
            "study_file": {"study": {"name": "toy", "seed": 0}, "space": {"steps": [4]}},
            "study_file_hash": "0" * 64,
            "trial": 7,
            "label": "trial 7",
            "seed": 0,
            "model": {"kind": "enumerated", "law": "sudoku4"},
            "model_fingerprint": "enumerated:abc",
            "objective_fingerprint": None,
            "versions": {"mdm_opt": "0.1.0"},
            "git_hash": None,
            "created_at": "2026-01-01T00:00:00+00:00",
        },
    }


def free(counts: list[int]) -> dict[str, Any]:
    """A whole export of counts that no Beta schedule need have."""
    revealed = np.cumsum([0, *counts]) / sum(counts)
    return changed(
        "schedule",
        {
            "family": "free",
            "beta_a": None,
            "beta_b": None,
            "steps": len(counts),
            "length": sum(counts),
            "reveal": "fixed",
            "rounding": "full",
            "counts": counts,
            "revealed": revealed.tolist(),
        },
    )


def changed(path: str, value: Any, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """The content with one value put in; a dotted path names it."""
    result = content() if base is None else base
    *tables, key = path.split(".")
    inner = result
    for table in tables:
        inner = inner[table]
    inner[key] = value
    return result


def exported(
    *args: Any,
    order: str = "random",
    temperature: float = 1.0,
    guidance: float = 0.0,
    end_last: bool = False,
    **options: Any,
) -> ExportedSchedule:
    """The same as an object; arguments of `content`, and how the model was sampled."""
    values = content(*args, **options)
    values["sampler"] = {
        "order": order,
        "temperature": temperature,
        "guidance": guidance,
        "end_last": end_last,
    }
    return ExportedSchedule.model_validate(values)


def exported_free(counts: list[int]) -> ExportedSchedule:
    """Counts that no Beta schedule need have, as an object."""
    return ExportedSchedule.model_validate(free(counts))


def read_back(tmp_path: Path, text: str) -> ExportedSchedule:
    """What `load_schedule` makes of a file of that content."""
    path = tmp_path / "artefact"
    path.write_text(text, encoding="utf-8")
    return mdm_opt.load_schedule(path)


def settings_of(text: str) -> dict[str, Any]:
    """The settings that an artefact of Python names."""
    line = next(line for line in text.splitlines() if line.startswith("SETTINGS"))
    found: dict[str, Any] = ast.literal_eval(line.partition("= ")[2])
    return found


# Formats of counts, which ancestral reveal has none of.
COUNTED = (
    *("llada", "sglang", "diffusers", "llada2", "sdar", "maskgit", "amused", "mmada", "esm3"),
    "bionemo",
)
WITHOUT_BLOCKS = ("mdlm", "dream", "maskgit", "amused", "esm3", "bionemo", "flow_matching")
SCHEDULES = {
    "fixed": exported(0.4, 0.26, 8, 64),
    "cumulative": exported(1.0, 0.2, 32, 64, rounding="cumulative"),
    "free": exported_free([9, 5, 2, 48]),
}
IN_BLOCKS = exported(0.4, 0.26, 8, 64, order="confidence", temperature=0.0, block_length=16)
FIXED = [
    exported(0.4, 0.26, 8, 128),
    exported(0.4, 0.26, 8, 128, rounding="cumulative"),
    exported(1.0, 0.2, 32, 64, rounding="cumulative"),
    exported(20, 0.05, 16, 64, rounding="cumulative"),
    exported(0.05, 20, 16, 64, rounding="cumulative"),
    exported(3, 0.1, 16, 64),
    exported(20, 0.05, 16, 64),
    exported(0.05, 20, 16, 64),
    exported(0.9, 0.3, 1, 16),
    exported(0.9, 0.3, 16, 16),
    exported_free([9, 5, 2, 48]),
]
# The fewest and the most steps and tokens that exports are tried with.
EDGES = [
    exported(0.4, 0.26, 1, 4),
    exported(0.9, 0.3, 4, 4),
    exported(0.4, 0.26, 7, 257),
    exported(0.9, 0.3, 64, 65, rounding="cumulative"),
    exported(0.4, 0.26, 64, 257),
]
ALPHAS = [(0.4, 0.26), (0.05, 0.05), (0.05, 20.0), (20.0, 0.05), (20.0, 20.0), (1.0, 1.0)]
ANCESTRAL = [exported(a, b, 8, 64, reveal="ancestral") for a, b in ALPHAS]
BETAS = st.floats(0.05, 20)


@st.composite
def schedules(draw: st.DrawFn, blocks: int = 1) -> ExportedSchedule:
    """Any Beta schedule with fixed counts, that can be laid out in so many blocks."""
    steps = draw(st.integers(1, 24))
    length = draw(st.integers(steps, 96))
    return exported(
        draw(BETAS),
        draw(BETAS),
        steps=steps * blocks,
        length=length * blocks,
        rounding=draw(st.sampled_from(["full", "cumulative"])),
    )


def nonzero(counts: Any) -> list[int]:
    return [count for count in counts if count]


def exported_rule(
    family: str,
    parameters: dict[str, Any],
    length: int = 36,
    steps: int = 6,
    **settings: Any,
) -> ExportedSchedule:
    """A candidate of a family of rules; settings are those of the sampler."""
    decoding = MaskedDecoding(**settings)
    values = content()
    candidate = Candidate(family, steps, parameters)
    values["schedule"] = ScheduleValues.of(candidate, decoding, length).model_dump()
    values["sampler"] = SamplerValues.of(decoding).model_dump()
    return ExportedSchedule.model_validate(values)


def adaptive(measure: str = "entropy", doubt: float = 0.3, **options: Any) -> ExportedSchedule:
    """The adaptive rule with a schedule of twice as many steps as the budget."""
    parameters = {"beta_a": 0.6, "beta_b": 0.3, "cap_ratio": 2.0, "doubt": doubt}
    return exported_rule("adaptive", {**parameters, "measure": measure}, **options)


def threshold(cutoff: float = 0.6, **options: Any) -> ExportedSchedule:
    """Fast-dLLM's rule."""
    return exported_rule("threshold", {"cutoff": cutoff}, **options)


def entropy_bound(cutoff: float = 1.0, **options: Any) -> ExportedSchedule:
    """The EB-Sampler's rule."""
    return exported_rule("entropy_bound", {"cutoff": cutoff}, **options)


def grid_content(
    decoding: GridDecoding, candidate: Candidate | None = None, length: int = 5
) -> dict[str, Any]:
    """A whole export of a process with a grid; 4 steps of a Beta schedule where none is given."""
    found = content()
    chosen = beta(0.4, 0.7, 4) if candidate is None else candidate
    found["schema_version"] = 2
    found["schedule"] = ScheduleValues.of(chosen, decoding, length).model_dump()
    found["sampler"] = sampler_values(decoding).model_dump()
    found["provenance"]["model"] |= {"process": decoding.process}
    return found


def exported_grid(
    decoding: GridDecoding, candidate: Candidate | None = None, length: int = 5
) -> ExportedSchedule:
    """The same as an object."""
    return ExportedSchedule.model_validate(grid_content(decoding, candidate, length))


GRIDS = {
    "births": exported_grid(BirthsDecoding()),
    "births, logit": exported_grid(BirthsDecoding(births="binomial"), baseline("logit", 8)),
    "uniform": exported_grid(UniformDecoding()),
    "uniform, ends": exported_grid(
        UniformDecoding(step="flow", first_alpha=0.01, last_alpha=0.9), beta(1.2, 0.6, 6)
    ),
    "uniform, rate": exported_grid(
        UniformDecoding(first_alpha=0.01), baseline("constant_rate", 8)
    ),
    "one step": exported_grid(UniformDecoding(last_alpha=0.9), beta(0.4, 0.7, 1)),
}


def own_content(kind: str = "own", **arguments: Any) -> dict[str, Any]:
    """A whole export of a sampler that is not ours.

    Args:
        kind: of the sampler.
        arguments: that were searched.
    """
    found = content()
    found |= {
        "schema_version": 2,
        "schedule": {
            "family": "arguments",
            "arguments": arguments or {"entropy_bound": 0.25, "max_denoising_steps": 16},
            "steps": 4,
            "length": 16,
            "process": "own",
        },
        "sampler": {"kind": kind, "arguments": {"t_min": 0.4}, "batch": 2, "module": None},
    }
    return found
