"""Format ``mdlm``: a noise schedule for kuleshov-group/mdlm, and for SEDD.

Their time t runs from 1 to eps over the steps, and a masked token is revealed in the step from t
to s with probability (m(t) - m(s)) / m(t), m = 1 - exp(-total_noise) the masked fraction. Scaling
m by a constant changes none of these, so total_noise keeps the finite range that models with
log-linear noise were trained on: -log(1 - (1 - 1e-3) m).
"""

from __future__ import annotations

from mdm_opt.handoff.formats.base import Artefact, Target, lacking_note, layout, needs_no_blocks
from mdm_opt.handoff.formats.header import document
from mdm_opt.handoff.schedule_file import ExportedSchedule

_BODY = '''\
import torch

STEPS = {steps}
LENGTH = {length}
# Revealed fraction at the boundaries of the steps.
REVEALED = {boundaries}


class Noise(torch.nn.Module):
    """Noise at the times of the steps, for sampling.

    Args:
        steps: STEPS, or one less for samplers that denoise at the end: that is the last step.
        eps: the time at which the steps end.
    """

    def __init__(self, steps=STEPS, eps=1e-5):
        super().__init__()
        if steps not in (STEPS - 1, STEPS) or steps < 1:
            raise ValueError(f"this schedule was exported for {{STEPS}} steps, not {{steps}}")
        self.steps, self.eps = steps, eps
        self.step = 0

    def forward(self, t):
        return self.total_noise(t), self.rate_noise(t)

    def total_noise(self, t):
        masked = self._masked(self._step(t))
        return torch.full_like(t, masked).mul(-(1 - 1e-3)).log1p().neg()

    def rate_noise(self, t):
        step = min(self._step(t), self.steps - 1)
        masked = self._masked(step)
        fall = masked - self._masked(step + 1)
        rate = (1 - 1e-3) * fall * self.steps / (1 - self.eps) / (1 - (1 - 1e-3) * masked)
        return torch.full_like(t, rate)

    def _masked(self, step):
        # What is denoised at the end is divided by the noise that is left.
        return max(1 - REVEALED[step], 0.0 if self.steps == STEPS else self.eps)

    def _step(self, t):
        """The boundary that a time is, which may follow only itself or the one before it."""
        places = [(1 - time) / (1 - self.eps) * self.steps for time in t.flatten().tolist()]
        step = round(places[0])
        off = max(abs(place - step) for place in places)
        if off > 0.01 or not 0 <= step <= self.steps or step > self.step + 1:
            raise ValueError(
                f"this schedule was exported for {{STEPS}} steps, and is asked for {{self.steps}} "
                f"down to time {{self.eps}}, one after the other; time {{float(t.flatten()[0])}} "
                "is none of theirs"
            )
        self.step = step
        return step


def apply(model):
    """Gives a diffusion.Diffusion of mdlm the schedule, and the predictor that uses it."""
    if model.config.model.length != LENGTH:
        raise ValueError(
            f"this schedule was exported for {{LENGTH}} tokens; the model has "
            f"{{model.config.model.length}}"
        )
    if model.parameterization not in ("subs", "d3pm"):
        raise ValueError(
            f"this schedule is for parameterization subs or d3pm, not {{model.parameterization}}"
        )
    model.noise = Noise()
    # ddpm_cache, and semi-autoregressive sampling with it, takes fractions from the time itself.
    model.sampler = "ddpm"
    model._ddpm_caching_update = _refused
    # Nothing is masked after the last step.
    model.config.sampling.noise_removal = False


def _refused(*_, **__):
    raise ValueError(
        "ddpm_cache and semi-autoregressive sampling do not look at the noise schedule; call "
        f"_sample(num_steps={{STEPS}}) with the predictor ddpm"
    )
'''


def render(exported: ExportedSchedule, target: Target) -> Artefact:
    """The noise schedule.

    Raises:
        InputError: for blocks.
    """
    needs_no_blocks("mdlm", target, exported)
    plan = layout(exported, "mdlm", None)
    use = (
        target.importing,
        "schedule.apply(model)  # a diffusion.Diffusion of mdlm",
        "samples = model._sample(num_steps=schedule.STEPS)",
    )
    notes = [_sedd_note(plan.steps)]
    if plan.counts is not None:
        notes.append(
            "These samplers reveal every token by itself (ancestral): the counts hold on average. "
            "The result was measured with exactly these counts, so it belongs to another sampler."
        )
    if exported.masked_sampler.order != "random" or exported.masked_sampler.temperature != 1:
        notes.append("These samplers know order random and temperature 1 only.")
    notes += lacking_note(exported, "guidance", "end_last")
    body = _BODY.format(
        steps=plan.steps, length=plan.block_length, boundaries=list(plan.boundaries)
    )
    what = "MDLM (kuleshov-group/mdlm) and SEDD"
    return Artefact(document(exported, plan, what, notes, use, body), use, tuple(notes))


def _sedd_note(steps: int) -> str:
    """How SEDD runs the schedule: its last step is the denoising, which leaves no mask token."""
    if steps == 1:
        return "SEDD cannot run one step."
    return (
        "SEDD: get_pc_sampler(graph, schedule.Noise(schedule.STEPS - 1), (batch_size, "
        'schedule.LENGTH), "analytic", schedule.STEPS - 1, device=device); its denoising is the '
        "last step."
    )
