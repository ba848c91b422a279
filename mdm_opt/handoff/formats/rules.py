"""What formats share that hand on a rule of certainty (docs/mathematics.md 4)."""

from __future__ import annotations

from mdm_opt.candidates import Rule
from mdm_opt.errors import InputError
from mdm_opt.handoff.formats.base import Layout, Target, measured_blocks
from mdm_opt.handoff.schedule_file import ExportedSchedule
from mdm_opt.schedules import reveal_grid

# The rule in PyTorch, for targets that have it; it reads nothing but its arguments.
TORCH_SOURCE = '''\
def to_reveal(law, masked, steps, priorities, measure, cutoff, counts, order, ends=()):
    """Which masked positions a step reveals.

    Args:
        law: float64 (masked positions, V), probabilities at temperature 1, row by row.
        masked: bool (batch, width), True where a position of the block is masked.
        steps: int64 (batch,), steps that each sequence has taken in its block.
        priorities: (batch, width), random numbers; the largest first where nothing else decides.
        measure: what is certain: positions of confidence >= cutoff, of entropy <= cutoff, or
            (bound) by rising entropy while all entropies but the largest sum to <= cutoff.
        cutoff: see measure; entropies in nats.
        counts: tokens that each step of a block would reveal by the schedule alone; of what is
            not certain, as large a share is revealed. None: of it the most certain position, and
            only where nothing is certain.
        order: of what is not certain: random, confidence, margin or entropy.
        ends: ids of tokens that end the text and come last.

    Returns:
        bool (batch, width).
    """
    first = priorities.argsort(dim=1, descending=True)
    entropy = -torch.special.xlogy(law, law).sum(-1)
    doubt = -law.amax(-1) if measure == "confidence" else entropy
    doubt = _placed(doubt, masked, torch.inf)
    certainty = _placed(_certainty(law, order, ends), masked, -torch.inf)
    if ends:
        late = torch.isin(law.argmax(-1), torch.tensor(ends, device=law.device))
        late = torch.zeros_like(masked).masked_scatter(masked, late)
        others = (masked & ~late).any(dim=1, keepdim=True)
        doubt = doubt.masked_fill(late & others, torch.inf)
        certainty = certainty.masked_fill(late, torch.finfo(certainty.dtype).min)
    doubt, certainty, real = (each.gather(1, first) for each in (doubt, certainty, masked))
    sure = _certain(doubt, measure, cutoff)
    rest = real & ~sure
    known, left = sure.sum(dim=1), rest.sum(dim=1)
    if counts is None:
        certainty, share = -doubt, (known == 0).long()
    else:
        share = _share(left, steps, counts)
    certainty = certainty.masked_fill(~rest, -torch.inf)
    rank = certainty.argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    chosen = sure | (rest & (rank < share[:, None]))
    return torch.zeros_like(masked).scatter(1, first, chosen)


def drawn(logits, temperature, uniforms):
    """Tokens (n,) of logits (n, V); uniforms (n,) in [0, 1) choose among them."""
    if temperature == 0:
        return logits.argmax(-1)
    weights = ((logits - logits.amax(-1, keepdim=True)) / temperature).exp()
    cumulative = weights.cumsum(-1)
    total = cumulative[:, -1]
    targets = torch.minimum(uniforms * total, total.nextafter(torch.zeros_like(total)))
    return torch.searchsorted(cumulative, targets[:, None], right=True)[:, 0]


def _placed(values, masked, elsewhere):
    filled = torch.full(masked.shape, elsewhere, dtype=values.dtype, device=values.device)
    return filled.masked_scatter(masked, values)


def _certainty(law, order, ends):
    if ends:
        law = law.index_fill(-1, torch.tensor(ends, device=law.device), 0.0)
        law = law / law.sum(-1, keepdim=True)
    if order == "random":
        return torch.zeros_like(law[:, 0])
    if order == "entropy":
        return torch.special.xlogy(law, law).sum(-1)
    top = law.topk(2, dim=-1).values
    return top[:, 0] - top[:, 1] if order == "margin" else top[:, 0]


def _certain(doubt, measure, cutoff):
    if measure == "confidence":
        return doubt <= -cutoff
    if measure == "entropy":
        return doubt <= cutoff
    rising, columns = doubt.sort(dim=1, stable=True)
    before = torch.nn.functional.pad(rising[:, :-1].cumsum(dim=1), (1, 0))
    within = (before <= cutoff) & rising.isfinite()
    return torch.zeros_like(within).scatter(1, columns, within)


def _share(left, steps, counts):
    """left * count / masked, a half upwards, at least one where anything is left."""
    counts = torch.tensor(counts, device=left.device)
    step = steps.clamp(max=len(counts) - 1)
    count, masked = counts[step], counts.flip(0).cumsum(0).flip(0)[step]
    nearest = (2 * left * count + masked) // (2 * masked)
    return torch.minimum(nearest.clamp(min=1), left)
'''


def rule_of(exported: ExportedSchedule) -> Rule:
    """The rule, with the cap that it has for the exported length.

    Raises:
        ValueError: where the schedule alone decides.
    """
    plan = exported.candidate.plan(exported.schedule.decoding, exported.schedule.length)
    if plan.rule is None:
        raise ValueError(f"{exported.candidate.label} has no rule")
    return plan.rule


def rule_layout(exported: ExportedSchedule, format_name: str, target: Target) -> Layout:
    """A rule in the blocks in which it was measured.

    Its steps are the most that a block takes, its counts those of the schedule of what is not
    certain, None without one.

    Raises:
        InputError: for other blocks: what is certain depends on them.
    """
    values, block_length = exported.schedule, measured_blocks(exported)
    if target.block_length not in (None, block_length):
        raise InputError(
            f"format {format_name}: block_length: {target.block_length} is not accepted, a rule "
            f"keeps the measured blocks; accepted: {block_length}, or none"
        )
    plan = exported.candidate.plan(values.decoding, values.length)
    blocks = values.length // block_length
    steps, counts = plan.steps // blocks, None
    if rule_of(exported).scheduled and plan.shares is not None:
        counts = tuple(plan.shares[:steps].tolist())
    grid = tuple(reveal_grid(exported.mask_schedule, steps).tolist())
    return Layout(blocks, block_length, steps, counts, grid)


def rule_said(rule: Rule) -> str:
    """What a step reveals, in words."""
    certain = {
        "confidence": f"all positions whose largest probability is at least {rule.cutoff:g}",
        "entropy": f"all positions whose entropy is at most {rule.cutoff:g} nats",
        "bound": "positions by rising entropy while all their entropies but the largest sum to "
        f"at most {rule.cutoff:g} nats",
    }[rule.measure]
    if rule.scheduled:
        return (
            f"each step reveals {certain}, and of the others the share of a schedule of "
            f"{rule.cap} steps, at least one"
        )
    return f"each step reveals {certain}; where there is none, the most certain one"
