"""The sampler that a model of transformers brings: ``generate`` or ``diffusion_generate``."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from mdm_opt.candidates import OWN
from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.models.own.samplers import Asked, Sampler

# In the order of preference: Dream has both, and one of them predicts the next token.
_METHODS = ("diffusion_generate", "generate")
# What it is given by us, or has no place in a study.
_OURS = (
    *("self", "inputs", "input_ids", "attention_mask", "generation_config", "tokenizer"),
    *("past_key_values", "streamer", "logits_processor", "stopping_criteria"),
    *("return_dict_in_generate", "transformers_version"),
)
_LENGTHS = ("max_new_tokens", "gen_length")


class OwnGenerate(Sampler):
    """A method of the model that writes answers after token ids.

    Its arguments are those of its signature, the attributes of the model's generation
    configuration, and the fields of what such an attribute consists of: ``entropy_bound`` is that
    of DiffusionGemma's ``sampler_config``.

    Args:
        model: of transformers, or another with such a method.
        padding: token id that shorter prompts begin with.

    Raises:
        InputError: where it has no such method.
    """

    def __init__(self, model: Any, padding: int) -> None:
        name = next((one for one in _METHODS if callable(getattr(model, one, None))), None)
        if name is None:
            raise InputError(
                f"{key_name('sampler.kind')}: {OWN!r} is not accepted: {type(model).__name__} has "
                "neither generate nor diffusion_generate; a function 'package.module:function' is"
            )
        self.words = f"{type(model).__name__}.{name}"
        self._model, self._name, self._padding = model, name, padding
        parameters = inspect.signature(getattr(model, name)).parameters.values()
        self._any = any(one.kind == one.VAR_KEYWORD for one in parameters)
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        self._named = {one.name: one.default for one in parameters if one.kind in kinds}
        self._settings, self._parts = _settings(model)

    def known(self) -> Sequence[str] | None:
        """See `Sampler.known`; any where it passes on what it is given and has no settings."""
        if self._any and not self._settings:
            return None
        parts = [field for fields in self._parts.values() for field in fields]
        names = dict.fromkeys([*self._named, *self._settings, *parts])
        return [name for name in names if name not in _OURS]

    def defaults(self) -> Mapping[str, Any]:
        """See `Sampler.defaults`: of the model's configuration, else of the signature."""
        empty = inspect.Parameter.empty
        named = {n: one for n, one in self._named.items() if one is not empty}
        found = {**named, **self._settings}
        for fields in self._parts.values():
            found |= fields
        return {name: value for name, value in found.items() if value is not None}

    def check(self, arguments: Mapping[str, Any]) -> None:
        """See `Sampler.check`: what the model's configuration says of itself.

        Raises:
            ValueError: as it says.
        """
        configuration = getattr(self._model, "generation_config", None)
        if configuration is None or not hasattr(configuration, "update"):
            return
        ours = {**self._settings, **self._keywords(arguments)}
        tried = copy.deepcopy(configuration)
        tried.update(**{name: value for name, value in ours.items() if hasattr(tried, name)})

    def sample(self, asked: Asked) -> Any:
        """See `Sampler.sample`: token ids of the answers, without what pads them.

        Where prompts differ in length and the method takes no attention mask, one after the other.
        """
        rows: list[list[int]] = [list(row) for row in asked.prompts]  # type: ignore[arg-type]
        padded = len({len(row) for row in rows}) > 1
        if padded and not (self._any or "attention_mask" in self._named):
            parts = [self._written([row], asked) for row in rows]
            return [answer for part in parts for answer in part]
        return self._written(rows, asked)

    def _written(self, rows: Sequence[list[int]], asked: Asked) -> list[list[int]]:
        width = max(map(len, rows))
        filled = [[self._padding] * (width - len(row)) + row for row in rows]
        ids = torch.tensor(filled, dtype=torch.int64, device=self._model.device)
        keywords = self._keywords(asked.arguments)
        for name in _LENGTHS:
            if name not in keywords and (name in self._named or name in self._settings):
                keywords[name] = asked.length
                break
        if any(len(row) < width for row in rows):
            real = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
            keywords["attention_mask"] = torch.tensor(real, device=ids.device)
        written = getattr(self._model, self._name)(ids, **keywords)
        tokens = getattr(written, "sequences", written)
        if not isinstance(tokens, torch.Tensor) or tokens.ndim != 2:
            raise TypeError(
                f"returned {type(written).__name__}; token ids of answers are expected"
            )
        # Some return the answers alone.
        if (
            tokens.shape[1] >= width
            and len(tokens) == len(ids)
            and torch.equal(tokens[:, :width].to(ids.device), ids)
        ):
            tokens = tokens[:, width:]
        found: list[list[int]] = tokens.tolist()
        return found

    def _keywords(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments as the method takes them: fields stand in what they belong to."""
        keywords: dict[str, Any] = {}
        inner: dict[str, dict[str, Any]] = {}
        for name, value in arguments.items():
            place = next((one for one, fields in self._parts.items() if name in fields), None)
            if place is None or name in self._settings or name in self._named:
                keywords[name] = value
            else:
                inner.setdefault(place, {})[name] = value
        for place, values in inner.items():
            keywords[place] = dataclasses.replace(self._whole(place), **values)
        return keywords

    def _whole(self, place: str) -> Any:
        return self._settings[place]


def _settings(model: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The attributes of a generation configuration, and the fields of those that have some."""
    configuration = getattr(model, "generation_config", None)
    if configuration is None:
        return {}, {}
    usual: Mapping[str, Any] = {}
    asked = getattr(configuration, "_get_default_generation_params", None)
    if callable(asked):
        usual = asked()
    found = {}
    for name, value in vars(configuration).items():
        if not name.startswith("_"):
            found[name] = usual.get(name) if value is None else value
    parts = {
        name: {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        for name, value in found.items()
        if dataclasses.is_dataclass(value) and not isinstance(value, type)
    }
    return found, parts
