"""The study file, validated once (DESIGN.md)."""

from mdm_opt.config.models import (
    AntibertyModel,
    BundledModel,
    EnumeratedModel,
    HuggingFaceModel,
    PluginModel,
)
from mdm_opt.config.objectives import (
    CausalJudge,
    DivergenceObjective,
    JudgeNllObjective,
    LmEvalObjective,
    PathKlObjective,
    PluginObjective,
    TaskObjective,
    ValidityObjective,
)
from mdm_opt.config.study import (
    SamplerTable,
    SpaceTable,
    StudyFile,
    load_study_file,
    parse_study,
)
from mdm_opt.config.tables import PLACE_KEYS, Table

__all__ = [
    "PLACE_KEYS",
    "AntibertyModel",
    "BundledModel",
    "CausalJudge",
    "DivergenceObjective",
    "EnumeratedModel",
    "HuggingFaceModel",
    "JudgeNllObjective",
    "LmEvalObjective",
    "PathKlObjective",
    "PluginModel",
    "PluginObjective",
    "SamplerTable",
    "SpaceTable",
    "StudyFile",
    "Table",
    "TaskObjective",
    "ValidityObjective",
    "load_study_file",
    "parse_study",
]
