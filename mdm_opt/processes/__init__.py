"""The processes: sampling loops, noise, exact laws, and what they measure of a model."""

from typing import Any

from mdm_opt.models.base import FrozenModel, process_name
from mdm_opt.processes.base import Batch, ExactLaw, PathCosts, Process, Samples
from mdm_opt.processes.births.process import BIRTHS
from mdm_opt.processes.masked.batch import MaskedBatch
from mdm_opt.processes.masked.law import SampleLaw, check_enumerable
from mdm_opt.processes.masked.likelihood import pseudo_nll
from mdm_opt.processes.masked.loop import generate
from mdm_opt.processes.masked.noise import Noise, ancestral_counts, instance_noise
from mdm_opt.processes.masked.process import MASKED
from mdm_opt.processes.masked.profile_estimate import own_sequences, sequence_profiles
from mdm_opt.processes.masked.rule_law import check_orders
from mdm_opt.processes.masked.rule_loop import generate_by_rule
from mdm_opt.processes.own.process import OWN_PROCESS
from mdm_opt.processes.uniform.process import UNIFORM

# By name; those that few models need are imported here, too, for they are small.
PROCESSES: dict[str, Process[Any]] = {
    one.name: one for one in (MASKED, BIRTHS, UNIFORM, OWN_PROCESS)
}


def process_of(model: FrozenModel) -> Process[Any]:
    """The process that a model belongs to: what it can be asked decides."""
    return PROCESSES[process_name(model)]


__all__ = [
    "BIRTHS",
    "MASKED",
    "OWN_PROCESS",
    "PROCESSES",
    "UNIFORM",
    "Batch",
    "ExactLaw",
    "MaskedBatch",
    "Noise",
    "PathCosts",
    "Process",
    "SampleLaw",
    "Samples",
    "ancestral_counts",
    "check_enumerable",
    "check_orders",
    "generate",
    "generate_by_rule",
    "instance_noise",
    "own_sequences",
    "process_of",
    "pseudo_nll",
    "sequence_profiles",
]
