"""[track]: where trials and results are sent besides the database."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from mdm_opt.errors import InputError
from mdm_opt.messages import key_name
from mdm_opt.table import Table


class MlflowTable(Table):
    """An MLflow tracking store.

    Attributes:
        uri: of the tracking store, without a password.
        experiment: its name. Default: that of the study.
    """

    uri: str = Field(min_length=1, max_length=2000)
    experiment: str | None = Field(None, min_length=1, max_length=256)

    @model_validator(mode="after")
    def _without_password(self) -> Self:
        # Of the whole table: a message about the key alone would repeat the password.
        try:
            hidden = urlsplit(self.uri).password is not None
        except ValueError as error:
            raise ValueError(f"the uri cannot be read: {error}") from error
        if hidden:
            raise ValueError(
                "the uri has a password, which no study file keeps: accepted is one without; "
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD are read"
            )
        return self


class WandbTable(Table):
    """A project of Weights & Biases.

    Attributes:
        project: its name.
        entity: the user or team that it belongs to. Default: the tracker's own.
        mode: ``online``, or ``offline`` for runs that ``wandb sync`` sends later.
        directory: offline runs lie in ``wandb`` below it.
    """

    project: str = Field(pattern=r"^[^/\\#?%:]{1,128}$")
    entity: str | None = Field(None, min_length=1, max_length=256)
    mode: Literal["online", "offline"] = "online"
    directory: str = Field(".", min_length=1)


class TensorboardTable(Table):
    """Event files of TensorBoard.

    Attributes:
        directory: each study has a folder below it.
    """

    directory: str = Field(min_length=1)


def _or_text(table: type[Table], key: str) -> Callable[[Any], Any]:
    """A text is the value of one key, and all others have their defaults."""
    keys = list(table.model_fields)
    accepted = f"a text, the {key}, or a table with keys of {', '.join(keys)} is expected"

    def made(value: Any) -> Any:
        if isinstance(value, table):
            return value
        if isinstance(value, str):
            return {key: value}
        if not isinstance(value, dict):
            raise ValueError(accepted)
        unknown = [one for one in value if one not in keys]
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}: {accepted}")
        return value

    return made


class TrackTable(Table):
    """[track]; nothing is sent anywhere unless it is named here (docs/tracking.md).

    Attributes:
        mlflow: an MLflow tracking store; a text is its ``uri``.
        wandb: a project of Weights & Biases; a text is its ``project``.
        tensorboard: event files of TensorBoard; a text is their ``directory``.
        wait_seconds: how long the end of a command waits for a tracker.
    """

    mlflow: Annotated[MlflowTable | None, BeforeValidator(_or_text(MlflowTable, "uri"))] = None
    wandb: Annotated[WandbTable | None, BeforeValidator(_or_text(WandbTable, "project"))] = None
    tensorboard: Annotated[
        TensorboardTable | None, BeforeValidator(_or_text(TensorboardTable, "directory"))
    ] = None
    wait_seconds: float = Field(60.0, ge=0, le=86_400)

    @property
    def names(self) -> tuple[str, ...]:
        """The trackers that are asked for, in the order of their keys."""
        return tuple(name for name in TRACKERS if getattr(self, name) is not None)


# Names of the trackers, each with the package that its extra of the same name brings.
TRACKERS = {"mlflow": "mlflow", "wandb": "wandb", "tensorboard": "tensorboard"}


def missing_package(name: str) -> str | None:
    """What installs the package of a tracker; None where it is there."""
    return f"pip install 'mdm-opt[{name}]'" if find_spec(TRACKERS[name]) is None else None


def check_installed(table: TrackTable) -> None:
    """Refuses trackers whose packages are missing.

    Raises:
        InputError: naming the key and the extra.
    """
    for name in table.names:
        install = missing_package(name)
        if install is not None:
            raise InputError(f"{key_name(f'track.{name}')} needs its package: {install}")
