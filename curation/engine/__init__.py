"""Engines run row steps over tables, and compute only what no earlier run has computed."""

from curation.engine.local import LocalEngine, StepResult

__all__ = ["LocalEngine", "StepResult"]
