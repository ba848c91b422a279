"""``python -m mdm_opt.harness``: the command of lm-evaluation-harness with our sampler in it."""

from __future__ import annotations

import importlib.util
import json
import sys

from mdm_opt.errors import InputError, MdmOptError


def main() -> None:
    """Runs the harness's own command, with ``--model mdm_opt`` known to it.

    ``documents STUDY [search|selection|verification]`` prints which documents of its task a study
    measures, as ``--samples`` takes them.
    """
    try:
        if importlib.util.find_spec("lm_eval") is None:
            raise InputError(
                "mdm_opt.harness needs lm-evaluation-harness: pip install 'mdm-opt[lm-eval]'"
            )
        _run(sys.argv[1:])
    except MdmOptError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


def _run(arguments: list[str]) -> None:
    from mdm_opt.handoff.lm_eval_model import document_numbers

    if arguments[:1] == ["documents"]:
        if len(arguments) not in (2, 3):
            raise InputError("documents STUDY [search|selection|verification]")
        role = arguments[2] if len(arguments) == 3 else "verification"
        print(json.dumps(document_numbers(arguments[1], role)))
        return
    from lm_eval.__main__ import cli_evaluate

    cli_evaluate()


if __name__ == "__main__":
    main()
