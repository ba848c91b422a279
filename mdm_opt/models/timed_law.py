"""Models of uniform and ordinal corruption: any torch module, and the posterior of a law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.models.enumerated import LawModel
from mdm_opt.models.laws import EnumeratedLaw
from mdm_opt.models.torch_base import Decode, Encode, TorchModel
from mdm_opt.schedules.kernels import Kernel, kernel_named

# Of the first question: inside the range of alphas that any model is trained on.
_FIRST_ALPHA = 0.5


class TorchLaw(TorchModel):
    """A model of uniform or ordinal corruption of your own: ``model(tokens, alpha) -> logits``.

    ``tokens`` is int64 ``(batch, length)`` on the model's device, corrupted as at ``alpha``, a
    float in [0, 1): the share that is kept. Logits of the clean tokens are floating-point
    ``(batch, length, vocab_size)``, or an object that has them as ``.logits``. What a network
    takes in place of alpha is for the function to find: sigma = -log(alpha), or with an ordinal
    kernel the time s = -log(alpha) / lambda_1, which `mdm_opt.schedules.kernels` knows.

    A torch module is put into evaluation mode and asked without gradients. What the fingerprint
    sees, and what it does not, is the same as for `TorchDenoiser`.

    Args:
        model: a torch module, a method of one, or any other callable.
        length: tokens of one sequence, L >= 1.
        vocab_size: V >= 2 of the logits; None takes it from one call.
        kernel: how tokens are corrupted: ``uniform``, ``nearest`` or ``gaussian``, see
            `mdm_opt.schedules.kernels.kernel_named`.
        decode: int64 ``(batch, length)`` on the CPU -> one text a sequence; by default token ids
            separated by spaces.
        encode: texts -> int64 ``(len(texts), length)``, needed for reference sequences in a file;
            by default the inverse of the default ``decode``.
        fingerprint: in place of the hash of the weights, e.g. the name of a checkpoint.
        device: where the model takes its tokens; None: where its parameters are, else the CPU.

    Raises:
        InputError: for impossible arguments, or a model whose answer to a sequence of zeros at
            alpha = 0.5 is no logits.
    """

    _numbers = "token ids"

    def __init__(
        self,
        model: Callable[[torch.Tensor, float], Any],
        *,
        length: int,
        vocab_size: int | None = None,
        kernel: str = "uniform",
        decode: Decode | None = None,
        encode: Encode | None = None,
        fingerprint: str | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        super().__init__(model, length=length, decode=decode, encode=encode, device=device)
        zeros = torch.zeros((1, self.length), dtype=torch.int64, device=self.device)
        if vocab_size is None:
            logits = self._first(lambda: self._logits(zeros, _FIRST_ALPHA), "a sequence of zeros")
            vocab_size = logits.shape[-1] if logits.ndim else 0
        self.vocab_size = self._whole("vocab_size", vocab_size, 2)
        try:
            kernel_named(kernel, self.vocab_size)
        except ValueError as error:
            self._refuse("kernel", kernel, str(error))
        self.kernel = kernel
        self._check_first(zeros)
        frame = ["uniform", self.length, self.vocab_size, kernel]
        self.fingerprint = self._find_fingerprint(fingerprint, frame)

    def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        """See `TimedLaw.log_probs_at`; float32, or float64 where the logits are.

        Raises:
            InputError: where the model returns no logits of the right shape.
        """
        logits = self._logits(tokens, alpha)
        wanted = (len(tokens), self.length, self.vocab_size)
        if logits.shape != wanted:
            raise self._wrong(
                f"the model returned logits of shape {tuple(logits.shape)} for tokens of shape "
                f"{tuple(tokens.shape)}; {wanted} is expected"
            )
        exact = logits if logits.dtype == torch.float64 else logits.float()
        return exact.to(self.device).log_softmax(-1)

    def _check_generated(self, tokens: torch.Tensor) -> None:
        if bool(((tokens < 0) | (tokens >= self.vocab_size)).any()):
            raise self._wrong(f"a text has a token outside 0..{self.vocab_size - 1}")

    def _logits(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        answer = self._ask(tokens, alpha)
        logits = getattr(answer, "logits", answer)
        if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
            kind = logits.dtype if isinstance(logits, torch.Tensor) else type(logits).__name__
            raise self._wrong(
                f"the model returned {kind}; floating-point logits of shape (batch, length, "
                "vocab_size), or an object that has them as .logits, are expected"
            )
        return logits

    def _check_first(self, zeros: torch.Tensor) -> None:
        """An answer must be a law, and samples must have a text."""
        log_probs = self._first(
            lambda: self.log_probs_at(zeros, _FIRST_ALPHA), "a sequence of zeros"
        )
        if bool(log_probs.isnan().any()):
            raise self._wrong(
                f"the model's log-probabilities for a sequence of zeros at alpha = {_FIRST_ALPHA} "
                "are no numbers: NaN or infinite logits, or none that is finite"
            )
        self._check_decode(log_probs.argmax(-1))


class EnumeratedTimedLaw(LawModel):
    """The exact posterior of each token of a law whose sequences are corrupted.

    Every row is computed by itself, in float64, so that no result depends on the batch
    (docs/mathematics.md 11).

    Args:
        law: of clean sequences; of ordinal kernels its token ids are the states in their order.
        kernel: how tokens are corrupted, see `mdm_opt.schedules.kernels.kernel_named`.

    Raises:
        ValueError: for a kernel that does not exist or does not fit.
    """

    def __init__(self, law: EnumeratedLaw, kernel: str = "uniform") -> None:
        self._kernel: Kernel = kernel_named(kernel, law.vocab_size)
        super().__init__(law, f"enumerated law, {kernel}")
        self.kernel = kernel
        one_hot = law.outcomes[:, :, None] == np.arange(law.vocab_size)
        self._weighted = law.probabilities[:, None] * one_hot.reshape(len(law.outcomes), -1)

    @property
    def vocab_size(self) -> int:
        return self.law.vocab_size

    def log_probs_at(self, tokens: torch.Tensor, alpha: float) -> torch.Tensor:
        """See `TimedLaw.log_probs_at`; float64."""
        rows = tokens.cpu().numpy().astype(np.int64)
        found = np.stack([row @ self._weighted for row in self._likelihoods(rows, alpha)])
        shaped = found.reshape(*rows.shape, self.vocab_size)
        with np.errstate(divide="ignore"):
            return torch.from_numpy(np.log(shaped / shaped.sum(axis=-1, keepdims=True)))

    def _likelihoods(self, rows: npt.NDArray[np.int64], alpha: float) -> npt.NDArray[np.float64]:
        """q(row | outcome) up to a factor for each row, float64 ``(batch, outcomes)``."""
        with np.errstate(divide="ignore"):
            log_transition = np.log(self._kernel.transition(alpha))
        total = np.zeros((len(rows), len(self.law.outcomes)))
        for position, clean in enumerate(self.law.outcomes.T):
            total += log_transition[clean[None, :], rows[:, position, None]]
        largest = total.max(axis=1, keepdims=True)
        # What is too improbable for a number from every outcome says nothing of them.
        return np.exp(np.where(np.isfinite(largest), total - largest, 0.0))
