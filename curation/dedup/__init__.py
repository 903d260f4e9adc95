"""Which items stand for which: exact and near-duplicates out, and what belongs together kept together."""
