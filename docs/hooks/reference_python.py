"""The reference of the Python API, made from docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from mdm_opt import testing
from mdm_opt.docstrings import attributes, entries, markdown, taken_apart

# Titles of sections, and what they show.
PUBLIC: dict[str, dict[str, tuple[str, ...]]] = {
    "Tuning and schedules": {
        "mdm_opt": (
            "tune",
            "TuneResult",
            "FinishedTrial",
            "TorchDenoiser",
            "TorchRates",
            "TorchLaw",
            "load_schedule",
            "ExportedSchedule",
        )
    },
    "What a model must do": {
        "mdm_opt.models.base": ("FrozenModel", "Denoiser", "RateModel", "TimedLaw"),
        "mdm_opt.models.prompts": ("PromptedDenoiser",),
    },
    "What an objective must do": {
        "mdm_opt.objectives.base": ("Objective", "PromptedObjective", "Scores"),
        "mdm_opt.objectives.path_kl": ("PathKl",),
    },
    "What a process must do": {"mdm_opt.processes.base": ("Process", "Batch", "Samples")},
    "For your tests": {"mdm_opt.testing": tuple(testing.__all__)},
    "Errors": {"mdm_opt.errors": ("MdmOptError", "InputError", "RunError")},
}
_WIDEST = 88


def page() -> str:
    """All public names, as Markdown."""
    parts = []
    for title, modules in PUBLIC.items():
        parts.append(f"## {title}")
        for module, names in modules.items():
            found = import_module(module)
            parts += [_name(f"{module}.{name}", getattr(found, name)) for name in names]
    return "\n\n".join(parts)


def _name(path: str, found: Any) -> str:
    parts = [f"### {path}", _signature(path.split(".")[-1], found), _docstring(found)]
    if inspect.isclass(found):
        parts += [
            f"#### {path.split('.')[-1]}.{name}\n\n{_method(name, one)}"
            for name, one in methods(found)
        ]
    return "\n\n".join(part for part in parts if part)


def methods(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class that say what they are."""
    # Models of pydantic are completed while they are looked at.
    for name, one in list(vars(cls).items()):
        found = getattr(one, "__func__", one)
        found = found.fget if isinstance(found, property) else found
        if not name.startswith("_") and inspect.isfunction(found) and found.__doc__:
            yield name, one


def _method(name: str, one: Any) -> str:
    if isinstance(one, property):
        return _docstring(one)
    found = getattr(one, "__func__", one)
    return f"{_signature(name, found)}\n\n{_docstring(found)}"


def _signature(name: str, found: Any) -> str:
    if inspect.isclass(found) and (issubclass(found, BaseModel) or _is_protocol(found)):
        return ""
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return ""
    if inspect.isclass(found) and issubclass(found, Exception):
        return ""
    arguments = list(_arguments(signature))
    if inspect.isclass(found) and not arguments:
        return ""
    end = "" if inspect.isclass(found) else _said(" -> ", signature.return_annotation)
    line = f"{name}({', '.join(arguments)}){end}"
    if len(line) > _WIDEST:
        line = f"{name}(\n" + "".join(f"    {one},\n" for one in arguments) + f"){end}"
    return f"```python\n{line}\n```"


def _arguments(signature: inspect.Signature) -> Iterator[str]:
    named = False
    for one in signature.parameters.values():
        if one.name == "self":
            continue
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not named:
            named = True
            yield "*"
        named = named or one.kind is inspect.Parameter.VAR_POSITIONAL
        yield _argument(one)


def _argument(one: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    typed = _said(": ", one.annotation)
    found = f"{stars.get(one.kind, '')}{one.name}{typed}"
    if one.default is inspect.Parameter.empty:
        return found
    equals = " = " if typed else "="
    # What a field makes anew for each object has no value to show.
    shown = repr(one.default)
    return f"{found}{equals}{'...' if shown.startswith('<') else shown}"


def _said(before: str, annotation: Any) -> str:
    """An annotation as it stands in the source."""
    if annotation is inspect.Parameter.empty:
        return ""
    return before + (
        annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    )


def _is_protocol(cls: type) -> bool:
    return bool(getattr(cls, "_is_protocol", False))


def _docstring(found: Any) -> str:
    said = taken_apart(found.__doc__)
    parts = [said.summary, said.text]
    for title, section in said.sections.items():
        if title in ("Args", "Attributes", "Raises"):
            # Those of the classes that it extends are its own, too.
            whole = inspect.isclass(found) and title == "Attributes"
            listed = attributes(found) if whole else entries(section)
            rows = [f"- `{name}`: {about}" for name, about in listed.items()]
            parts.append(f"{title}:\n\n" + "\n".join(rows))
        else:
            parts.append(f"{title}: {section}")
    return "\n\n".join(markdown(part) for part in parts if part)
