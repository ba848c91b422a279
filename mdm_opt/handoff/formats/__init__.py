"""Exports of a tuned schedule into the samplers that people run; one file per format."""

from mdm_opt.handoff.formats.base import Artefact, Format, Target
from mdm_opt.handoff.formats.registry import FORMATS, format_named, kept_name, render, rendered_by

__all__ = [
    "FORMATS",
    "Artefact",
    "Format",
    "Target",
    "format_named",
    "kept_name",
    "render",
    "rendered_by",
]
