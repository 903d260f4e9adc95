"""Releases: approved items as a Hugging Face dataset repository that can be published as it stands."""
