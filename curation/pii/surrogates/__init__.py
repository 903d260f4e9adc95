"""Surrogates: invented values in the place of personal ones, so that a text stays one that a person could have written."""

from curation.pii.surrogates.surrogate import Surrogates

__all__ = ["Surrogates"]
