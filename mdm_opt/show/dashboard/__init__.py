"""optuna-dashboard on a study's database, guarded, with what only we know."""

from mdm_opt.show.dashboard.guard import Access, Guard
from mdm_opt.show.dashboard.serving import Dashboard, make_dashboard
from mdm_opt.show.dashboard.view import View

__all__ = ["Access", "Dashboard", "Guard", "View", "make_dashboard"]
