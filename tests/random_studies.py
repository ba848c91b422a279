"""Valid studies, at random: the content of study files as Hypothesis draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from study_contents import Tree

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=8
)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
references = st.from_regex(
    r"[a-z_][a-z0-9_]{0,5}(\.[a-z]{1,4})?:[a-z_][a-z0-9]{0,5}", fullmatch=True
)
scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words
)
options = st.dictionaries(
    words,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)
batch_sizes = st.integers(1, 65536)
betas = st.floats(0.05, 20) | st.integers(1, 20)
bounds = st.tuples(betas, betas).filter(lambda pair: pair[0] != pair[1]).map(sorted)


def table(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries(required, optional=optional)


runs_on_device = {
    "dtype": st.sampled_from(["auto", "float32", "bfloat16", "float16"]),
    "device": st.sampled_from(["auto", "cpu", "cuda:1"]),
    "batch_size": st.just("auto") | batch_sizes,
}
hub_model = {"kind": st.just("huggingface"), "path": st.just("owner/name")} | {
    "length": st.integers(1, 2000)
}
frozen_models = (
    table({"kind": st.just("bundled")}, **runs_on_device),
    table({"kind": st.just("antiberty"), "length": st.integers(1, 510)}, **runs_on_device),
    table({"kind": st.just("reactions"), "length": st.integers(1, 510)}, **runs_on_device),
    table(
        hub_model,
        **runs_on_device,
        revision=words,
        prefix=st.lists(words, max_size=2),
        suffix=st.lists(words, max_size=2),
        end_tokens=st.lists(words, max_size=2),
        compile=st.booleans(),
    ),
    table(hub_model, device_map=st.sampled_from(["auto", "balanced", "sequential"])),
    table(hub_model | {"revision": words, "trust_remote_code": st.just(True)}),
    table(
        {
            "kind": st.just("enumerated"),
            "law": st.sampled_from(["toy_extremes", "toy_balanced", "sudoku4"]) | references,
        },
        options=options,
        batch_size=batch_sizes,
    ),
)
models = st.one_of(
    *frozen_models, table({"kind": references}, options=options, batch_size=batch_sizes)
)
causal = table(
    {"kind": st.just("causal"), "path": st.just("x")},
    **runs_on_device | {"batch_size": batch_sizes},
    revision=words,
)
instances = st.integers(2, 10**6)
exact_objectives = st.one_of(
    table({"kind": st.just("path_kl")}, instances=instances, references=st.just("data.txt")),
    table({"kind": st.just("divergence")}, metric=st.sampled_from(["tv", "kl"])),
)
sampled_objectives = st.one_of(
    table(
        {"kind": st.just("validity"), "verifier": references},
        instances=instances,
        options=options,
    ),
    table(
        {"kind": st.just("energy_distance"), "references": st.just("data.txt")},
        instances=instances,
        most_references=st.integers(2, 65536),
        draws=st.integers(2, 64),
    ),
    table(
        {
            "kind": st.just("energy_distance"),
            "references": st.just("data.txt"),
            "feature": references,
        },
        options=options,
    ),
    table(
        {"kind": st.just("judge_nll"), "judge": st.one_of(causal, *frozen_models)},
        instances=instances,
        min_entropy_nats=st.floats(0, 1e6),
    ),
    table(
        {"kind": references, "direction": st.sampled_from(["minimize", "maximize"])},
        instances=instances,
        unit=st.just("points"),
        options=options,
    ),
)
texts = words.filter(bool)
prompted_objectives = st.one_of(
    table(
        {"kind": st.just("lm_eval"), "task": st.just("arc")},
        instances=instances,
        metric=texts,
        num_fewshot=st.integers(0, 9),
        limit=st.integers(1, 10**6),
        chat=st.booleans(),
        allow_code=st.booleans(),
    ),
    table(
        {"kind": st.just("task"), "data": texts},
        instances=instances,
        prompt=st.sampled_from(["{a}", "{{{a}}}: {b}", "plain"]),
        reference=st.just("{answer}"),
        chat=st.booleans(),
        stop=st.lists(texts, max_size=2),
        normalise=st.lists(
            st.sampled_from(["strip", "lower", "whitespace", "punctuation", "numbers"]),
            max_size=2,
        ),
        timeout_seconds=st.floats(0.1, 3600),
        memory_mib=st.integers(16, 2**24),
    ),
)
reveals = {
    "reveal": st.sampled_from(["fixed", "ancestral"]),
    "rounding": st.sampled_from(["full", "cumulative"]),
}
seeds = st.lists(
    st.sampled_from(["energy", "profile", "baselines", "history"])
    | st.lists(betas, min_size=2, max_size=2),
    max_size=4,
)
whole_space = {
    "steps": st.lists(st.integers(1, 4096), min_size=1, max_size=5, unique=True),
}
search_keys = {
    "trials": st.integers(1, 10**6),
    "seeds": seeds,
    "racing": st.booleans(),
    "samples": st.integers(0, 64),
}
shared = {
    "study": table({"name": names}, seed=st.integers(0, 2**63 - 1)),
    "model": models,
}
beta_space = table(whole_space, family=st.just("beta"), beta_a=bounds, beta_b=bounds)
beta_search = table({}, sampler=st.sampled_from(["shape", "gp", "tpe", "random"]), **search_keys)
rest = {
    "profile": table(
        {},
        references=st.just("clean.txt"),
        sequences=st.integers(8, 65536),
        boundaries=st.integers(2, 4096),
        orders=st.integers(1, 1024),
        precision=st.floats(0, 1, exclude_max=True),
        seed=st.integers(0, 2**63 - 1),
    ),
    "verify": table(
        {},
        instances=instances,
        top=st.integers(1, 100),
        confidence=st.floats(0.5, 1, exclude_min=True, exclude_max=True),
    ),
}
studies = st.one_of(
    table(
        shared | {"space": beta_space, "objective": exact_objectives},
        **rest,
        search=beta_search,
        sampler=table({}, **reveals),
    ),
    table(
        shared
        | {
            "space": table(whole_space | {"family": st.just("free")}),
            "objective": exact_objectives,
        },
        **rest,
        search=table({}, sampler=st.just("shape"), **search_keys),
    ),
    table(
        shared | {"space": beta_space, "objective": sampled_objectives},
        **rest,
        search=beta_search,
        sampler=table(
            {},
            **reveals,
            order=st.sampled_from(["random", "confidence", "margin", "entropy"]),
            temperature=st.floats(0, 100) | st.integers(0, 100),
        ),
    ),
    table(
        shared | {"space": beta_space, "objective": prompted_objectives},
        **rest,
        search=beta_search.filter(lambda search: "profile" not in search.get("seeds", [])),
        sampler=table(
            {"order": st.sampled_from(["confidence", "margin", "entropy"])},
            block_length=st.integers(1, 10**6),
            guidance=st.floats(0, 100) | st.integers(0, 100),
            end_last=st.booleans(),
        ),
    ),
)
