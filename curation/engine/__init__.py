"""Engines run row steps over tables, and compute only what no earlier run has computed."""

from curation.engine.engine import Computed, Engine, StepResult, clear_passing
from curation.engine.local import LocalEngine

__all__ = ["Computed", "Engine", "LocalEngine", "StepResult", "clear_passing"]
