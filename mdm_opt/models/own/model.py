"""A model together with the sampler that writes with it: what the process ``own`` asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.errors import InputError, MdmOptError, RunError
from mdm_opt.memory import out_of_memory
from mdm_opt.messages import key_name
from mdm_opt.models.own.counting import CallCounter, seeded
from mdm_opt.models.own.samplers import Asked, AskedPrompts, Sampler
from mdm_opt.plugins import one_line


@dataclass(frozen=True, eq=False)
class Written:
    """What a sampler has written for a batch.

    Attributes:
        texts: one for each prompt.
        calls: float64 ``(batch,)``, model calls of each answer: sequences that were put through
            the model, shared evenly; where the model is behind a server as the function says.
        sequence_calls: sequences that were put through the model.
    """

    texts: tuple[str, ...]
    calls: npt.NDArray[np.float64]
    sequence_calls: int


@dataclass(frozen=True, eq=False)
class Reading:
    """How texts become prompts and answers become texts.

    Attributes:
        prompt_ids: token ids of a prompt; the second argument says whether it is one user's
            message, to be put into a chat template.
        asked: what the sampler is given of token ids: these, or a text.
        decode: the text of the token ids of an answer.
        unprompted: token ids that answers without a prompt come after.
    """

    prompt_ids: Callable[[str, bool], list[int]]
    asked: Callable[[Sequence[list[int]]], AskedPrompts]
    decode: Callable[[Sequence[int]], str]
    unprompted: tuple[int, ...] = ()


class SampledModel:
    """A frozen model that is asked for whole answers, by a sampler that is not ours.

    Args:
        module: whose forward passes are counted; None for a model behind a server.
        sampler: writes with it.
        reading: of prompts and answers.
        length: tokens of an answer, at most.
        device: where it runs.
        fingerprint: of everything that determines its answers but the sampler's code.
        tokenizer: of the model, where there is one.

    Attributes:
        end_token_ids: none; `Reading.decode` cuts answers.
    """

    end_token_ids: tuple[int, ...] = ()

    def __init__(
        self,
        module: torch.nn.Module | None,
        sampler: Sampler,
        reading: Reading,
        *,
        length: int,
        device: torch.device,
        fingerprint: str,
        tokenizer: Any = None,
    ) -> None:
        self.module, self.sampler, self._reading = module, sampler, reading
        self.length, self.device, self.fingerprint = length, device, fingerprint
        self.tokenizer = tokenizer

    @property
    def is_served(self) -> bool:
        """Whether the model is behind a server, so that its calls are as the function says."""
        return self.module is None

    def own_samples(
        self,
        prompts: Sequence[list[int]] | None,
        count: int,
        arguments: Mapping[str, Any],
        seed: int,
    ) -> Written:
        """Answers of one batch, with all randomness seeded.

        Args:
            prompts: token ids, one row an answer; None where there are none.
            count: of the answers.
            arguments: of the sampler.
            seed: of the batch, in 0..2^31 - 1.

        Raises:
            RunError: where the sampler fails, gives anything but one answer for each prompt, or
                calls no model.
        """
        rows = [list(self._reading.unprompted)] * count if prompts is None else list(prompts)
        asked = Asked(self._reading.asked(rows), arguments, seed, self.length)
        if self.module is None:
            answers, calls = self._reported(self._sampled(asked), count)
            return Written(self._texts(answers, count), calls, round(float(calls.sum())))
        with CallCounter(self.module).counting() as counter:
            answers = self._sampled(asked)
        texts = self._texts(answers, count)
        if not counter.passes:
            raise RunError(
                f"{self.sampler.words} called no model: {type(self.module).__name__}.forward was "
                f"not run; {key_name('sampler.module')} names the part of the model that it calls"
            )
        calls = np.full(count, counter.sequences / count, dtype=np.float64)
        return Written(texts, calls, counter.sequences)

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        """See `PromptedDenoiser.prompt_ids`."""
        return self._reading.prompt_ids(text, chat)

    def decode(self, tokens: torch.Tensor) -> NoReturn:
        """None: samples are texts.

        Raises:
            TypeError: always.
        """
        raise TypeError("a sampler of your own gives texts, no token ids")

    def encode(self, texts: Sequence[str]) -> NoReturn:
        """None: samples are texts.

        Raises:
            InputError: always, for who asks has clean sequences that nothing here can read.
        """
        raise InputError("clean sequences are not accepted with a sampler of your own")

    def _sampled(self, asked: Asked) -> Any:
        try:
            with seeded(asked.seed, self.device):
                return self.sampler.sample(asked)
        except MdmOptError:
            raise
        except Exception as error:  # a sampler may raise anything
            if out_of_memory(error):
                raise RunError(
                    f"{self.sampler.words}: {len(asked.prompts)} answers do not fit into the "
                    f"memory of {self.device}; a smaller {key_name('sampler.batch')} or "
                    f"{key_name('model.length')} is another study"
                ) from None
            given = ", ".join(f"{name} = {value!r}" for name, value in asked.arguments.items())
            raise RunError(
                f"{self.sampler.words} raised {type(error).__name__}: {one_line(error)}; it was "
                f"called with {given or 'no arguments'}"
            ) from error

    def _reported(self, given: Any, count: int) -> tuple[Any, npt.NDArray[np.float64]]:
        """Answers and calls of a function that asks a server."""
        if not isinstance(given, tuple) or len(given) != 2:
            raise RunError(
                f"{self.sampler.words} returned {type(given).__name__}; (texts, calls) are "
                "expected where the model is behind a server"
            )
        try:
            calls = np.array(given[1], dtype=np.float64)
        except (TypeError, ValueError):
            calls = np.full(0, np.nan)
        if calls.shape != (count,) or not (np.isfinite(calls) & (calls >= 0)).all():
            raise RunError(
                f"{self.sampler.words} returned calls {given[1]!r:.80}; one number from 0 on is "
                f"expected for each of {count} prompts"
            )
        if not calls.any():
            raise RunError(f"{self.sampler.words} called no model, as it says: all calls are 0")
        return given[0], calls

    def _texts(self, answers: Any, count: int) -> tuple[str, ...]:
        listed = answers.tolist() if isinstance(answers, torch.Tensor | np.ndarray) else answers
        if not isinstance(listed, list | tuple):
            raise RunError(
                f"{self.sampler.words} returned {type(answers).__name__}; a list of texts, or of "
                "token ids, is expected"
            )
        if len(listed) != count:
            raise RunError(
                f"{self.sampler.words} returned {len(listed)} answers to {count} prompts; one for "
                "each is expected"
            )
        return tuple(map(self._text, listed))

    def _text(self, answer: Any) -> str:
        if isinstance(answer, str):
            return answer
        ids = answer.tolist() if isinstance(answer, torch.Tensor | np.ndarray) else answer
        whole = isinstance(ids, list | tuple) and all(isinstance(one, int) for one in ids)
        if not whole or self.module is None:
            raise RunError(
                f"{self.sampler.words} returned an answer {answer!r:.60}; a text is expected"
                + ("" if self.module is None else ", or its token ids")
            )
        return self._reading.decode(ids)
