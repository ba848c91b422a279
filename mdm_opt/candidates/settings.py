"""How somebody samples today: a schedule or rule by name, with its parameters and decoding."""

from __future__ import annotations

from collections.abc import Mapping

from mdm_opt.candidates.base import FAMILIES, Candidate, Family
from mdm_opt.candidates.decoding import SEARCHABLE
from mdm_opt.candidates.hand_crafted import BASELINES, baseline
from mdm_opt.candidates.parameters import Value

# A setting as it stands in a study file.
Setting = Mapping[str, Value | int]


def setting_candidate(setting: Setting, steps: int) -> Candidate:
    """The candidate of a setting.

    Args:
        setting: ``family``, a baseline's name or a family's; ``steps``; the family's parameters;
            and keys of the decoding (`SEARCHABLE`) where they differ from the study's.
        steps: where the setting has none; of a rule it has no meaning.

    Raises:
        ValueError: naming the key, its value, and what is accepted.
    """
    values = dict(setting)
    name, steps = values.pop("family", None), values.pop("steps", steps)  # type: ignore[assignment]
    decoding = {key: _value(values.pop(key)) for key in SEARCHABLE if key in values}
    named = [one for one, family in FAMILIES.items() if not (family.by_counts or family.is_open)]
    known = list(dict.fromkeys([*BASELINES, *named]))
    if name not in known:
        raise ValueError(f"family: {name!r} is not accepted: one of {', '.join(known)} is")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise ValueError(f"steps: {steps!r} is not accepted: a whole number from 1 on is")
    family = None if name in BASELINES else FAMILIES[str(name)]
    keys = [] if family is None else [key.name for key in family.keys]
    unknown = [key for key in values if key not in keys]
    if unknown:
        listed = ", ".join(["family", "steps", *keys, *SEARCHABLE])
        raise ValueError(f"{unknown[0]}: unknown key; known: {listed}")
    if family is None:
        plain = baseline(str(name), steps)
        return Candidate(plain.family, steps, plain.parameters, decoding=decoding)
    return Candidate(family.name, steps, _parameters(family, values), decoding=decoding)


def _parameters(family: Family, values: Mapping[str, Value | int]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key in family.keys:
        if key.name not in values:
            raise ValueError(f"{key.name}: missing, and it has no default")
        if not key.accepts(values[key.name]):
            accepted = " to " if len(key.accepted) == 2 else ", "
            shown = accepted.join(map(str, key.accepted))
            raise ValueError(f"{key.name}: {values[key.name]!r} is not accepted: {shown} is")
        found[key.name] = _value(values[key.name])
    return found


def _value(value: Value | int) -> Value:
    return value if isinstance(value, str | bool) else float(value)
