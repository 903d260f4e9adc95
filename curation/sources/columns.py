"""Whether a table has the columns that the mapping names."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from schemas.errors import CurateError

_CLOSE = 75
"""The least similarity, of 100, of a name that a message offers: a name so near to the one asked for is no text."""


def columns_for(paths: Sequence[str], columns: Sequence[str], name: str, mend: str | None = None) -> list[str]:
    """The columns that are needed to look up ``paths``: a column of that name, or of its first part.

    Args:
        paths: Paths into a record, as in :class:`schemas.config.Mapping`.
        columns: What the table has.
        name: How messages call the file.
        mend: What to do, where the reader of the table knows better than to compare names.

    Raises:
        CurateError: If a column is missing, or two have a name that is needed.
    """
    if "." in paths:
        return list(columns)
    needed: list[str] = []
    for path in paths:
        column = path if path in columns else path.split(".")[0]
        if column not in columns:
            raise CurateError(
                f"has no column '{column}'", file=name, field=path, mend=mend or _did_you_mean(column, columns)
            )
        if columns.count(column) > 1:
            raise CurateError(
                f"has the column '{column}' twice", file=name, field=path, mend="Rename one of the two columns."
            )
        if column not in needed:
            needed.append(column)
    return needed


def close_name(name: str, names: Sequence[str]) -> str | None:
    """The name most like ``name``, if one is like it."""
    found = process.extractOne(name, sorted(names), scorer=fuzz.ratio, score_cutoff=_CLOSE, processor=str.casefold)
    return str(found[0]) if found else None


def _did_you_mean(column: str, columns: Sequence[str]) -> str:
    found = close_name(column, columns)
    if found is not None:
        return f"Did you mean '{found}'? Correct map in curate.yaml."
    return "Name the file's own columns in map (of a text file, the first line has to name them)."
