"""The few-step sampler: noise, orders, loop, and the exact law of its samples."""

from mdm_opt.sampling.law import SampleLaw, check_enumerable
from mdm_opt.sampling.loop import Samples, generate
from mdm_opt.sampling.noise import Noise, ancestral_counts, instance_noise
from mdm_opt.sampling.order import ORDERS
from mdm_opt.sampling.profile import own_sequences, sequence_profiles

__all__ = [
    "ORDERS",
    "Noise",
    "SampleLaw",
    "Samples",
    "ancestral_counts",
    "check_enumerable",
    "generate",
    "instance_noise",
    "own_sequences",
    "sequence_profiles",
]
