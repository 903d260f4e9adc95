"""Cleaning: from a text as its source holds it to the text that its author meant, by small named rules."""

from curation.cleaning.clean import Clean, CleanConfig
from curation.cleaning.rules import GENERAL_RULES, SOURCE_RULES, Unsettled, clean_text

__all__ = ["GENERAL_RULES", "SOURCE_RULES", "Clean", "CleanConfig", "Unsettled", "clean_text"]
