"""Licences: what each asks, and whether texts under it may be given out under another."""

from exports.licences.compatible import Conflict, conflicts, licence_of_generator
from exports.licences.terms import Terms, alternatives, known_terms

__all__ = ["Conflict", "Terms", "alternatives", "conflicts", "known_terms", "licence_of_generator"]
