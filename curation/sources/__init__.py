"""Sources: files and datasets of any shape, read and mapped into records that have their provenance."""

from curation.sources.fingerprint import source_files
from curation.sources.load import LoadedBatch, load, reread
from curation.sources.presets import Preset, list_presets, load_preset

__all__ = ["LoadedBatch", "Preset", "list_presets", "load", "load_preset", "reread", "source_files"]
