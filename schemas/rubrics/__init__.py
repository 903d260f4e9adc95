"""The rubrics that come with the toolkit, one YAML file a version: data, which :mod:`annotations.rubric` reads.

A version that was ever used never changes: a change is a new file with a new version.
"""
