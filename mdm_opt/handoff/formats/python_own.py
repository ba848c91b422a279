"""Format ``python`` for samplers that are not ours: keyword arguments to paste."""

from __future__ import annotations

from mdm_opt.candidates import OWN
from mdm_opt.handoff.formats.base import Artefact, Layout, Target, needs_own_blocks
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.sampler_values import OwnSamplerValues
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
"""Keyword arguments of {sampler}."""
{imports}{length}
ARGUMENTS = {{
{arguments}
}}
{function}'''

_LENGTH = """
# Tokens of an answer, at most: max_new_tokens, or what the sampler calls it.
LENGTH = {}"""
_IMPORTS = """
import copy
import dataclasses
"""
_FUNCTION = '''

def keywords(model):
    """ARGUMENTS as the model takes them: fields stand in the setting that they belong to."""
    config = copy.deepcopy(model.generation_config)
    usual = getattr(config, "_get_default_generation_params", dict)()
    found, parts = {}, {}
    for name, value in ARGUMENTS.items():
        place = None
        for key, part in {**usual, **vars(config)}.items():
            part = usual.get(key) if part is None else part
            inner = dataclasses.is_dataclass(part) and not hasattr(config, name)
            if inner and name in {field.name for field in dataclasses.fields(part)}:
                place, parts[key] = key, dataclasses.replace(parts.get(key, part), **{name: value})
        if place is None:
            found[name] = value
    return {**found, **parts}
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The module.

    Raises:
        InputError: for blocks.
        ValueError: for a schedule of mdm-opt's own sampler.
    """
    needs_own_blocks("python", target, exported)
    sampler = exported.sampler
    if not isinstance(sampler, OwnSamplerValues):
        raise ValueError("a sampler that is not mdm-opt's is expected")
    own = sampler.kind == OWN
    given, length = exported.keywords, exported.schedule.length
    called = (
        "model.generate(input_ids, max_new_tokens=schedule.LENGTH, **schedule.keywords(model))"
    )
    if not own:
        name = sampler.kind.rpartition(":")[2]
        called = f"{name}(model, tokenizer, prompts, **schedule.ARGUMENTS)"
    use = (target.importing, called, "schedule.ARGUMENTS  # as a dictionary")
    body = _BODY.format(
        sampler="the model's own generate" if own else sampler.kind,
        imports=_IMPORTS if own else "",
        # One token stands for a model of which nobody says how long answers are.
        length=_LENGTH.format(length) if length > 1 else "",
        arguments="\n".join(f"    {name!a}: {value!a}," for name, value in given.items()),
        function=_FUNCTION if own else "",
    )
    plan = Layout(1, length, exported.schedule.steps, None, (0.0, 1.0))
    notes: tuple[str, ...] = ()
    if sampler.batch > 1:
        notes = (f"The result was measured in batches of {sampler.batch} answers.",)
    text = document(exported, plan, "the sampler that was measured", notes, use, body)
    return Artefact(text, use, notes)
