"""What a model, an objective or a family of your own must do, as assertions for your tests."""

from mdm_opt.testing.families import check_family
from mdm_opt.testing.models import check_model
from mdm_opt.testing.objectives import check_objective

__all__ = ["check_family", "check_model", "check_objective"]
