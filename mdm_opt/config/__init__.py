"""The study file, validated once."""

from mdm_opt.config.models import (
    AntibertyModel,
    BundledModel,
    DigitsModel,
    EnumeratedModel,
    HuggingFaceModel,
    PluginModel,
    ReactionsModel,
    ServedModel,
    model_words,
)
from mdm_opt.config.objectives import (
    CausalJudge,
    DivergenceObjective,
    EnergyDistanceObjective,
    JudgeNllObjective,
    LmEvalObjective,
    PathKlObjective,
    PluginObjective,
    SpreadTable,
    TaskObjective,
    ValidityObjective,
)
from mdm_opt.config.space import SpaceTable
from mdm_opt.config.study import StudyFile, load_study_file, parse_study
from mdm_opt.config.tables import PLACE_KEYS
from mdm_opt.table import Table

__all__ = [
    "PLACE_KEYS",
    "AntibertyModel",
    "BundledModel",
    "CausalJudge",
    "DigitsModel",
    "DivergenceObjective",
    "EnergyDistanceObjective",
    "EnumeratedModel",
    "HuggingFaceModel",
    "JudgeNllObjective",
    "LmEvalObjective",
    "PathKlObjective",
    "PluginModel",
    "PluginObjective",
    "ReactionsModel",
    "ServedModel",
    "SpaceTable",
    "SpreadTable",
    "StudyFile",
    "Table",
    "TaskObjective",
    "ValidityObjective",
    "load_study_file",
    "model_words",
    "parse_study",
]
