"""An item's passage as a form or a page shows it: the sentences that support the answer are marked."""

from typing import Any

from markupsafe import Markup, escape


def marked_passage(row: dict[str, Any]) -> Markup:
    """The passage of an item as HTML, with what supports it within ``<mark>`` and where it stands below.

    Args:
        row: ``passage``, ``support`` and ``provenance`` of an item of a build.

    Returns:
        Escaped HTML: paragraphs, and one of the class ``locator``. Empty where the item has no passage.
    """
    passage, provenance = row["passage"], row["provenance"]
    if not passage:
        return Markup()
    marked, end = Markup(), 0
    for start, stop in _joined(row["support"] or []):
        marked += escape(passage[end:start]) + Markup("<mark>") + escape(passage[start:stop]) + Markup("</mark>")
        end = stop
    marked += escape(passage[end:])
    text = Markup(str(marked).replace("\n\n", "</p><p>").replace("\n", "<br>"))
    where = ", ".join(part for part in (provenance["locator"], provenance["license"], provenance["citation"]) if part)
    return Markup("<div><p>{}</p><p class='locator'>{}</p></div>").format(text, where)


def _joined(support: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The stretches in order, those that touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((one["start"], one["end"]) for one in support):
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
