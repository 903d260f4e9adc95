"""What a reader must still see of a link's target once the link is plain text."""

import re

_DIALLED = re.compile(r"(?:tel|sms|callto|whatsapp):(?://)?([^?]*)", re.IGNORECASE)
_MAIL = re.compile(r"mailto:([^?]*)", re.IGNORECASE)
_WEB = re.compile(r"(?:(?:https?|ftp):)?//\S|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#:]|$)", re.IGNORECASE)
_DECORATION = re.compile(r"^(?:(?:https?|ftp):)?(?://)?(?:www\.)?|/+$", re.IGNORECASE)


def shown_target(target: str, label: str) -> str | None:
    """The target in the form in which it is written behind ``label``; None where ``label`` shows it already.

    None as well for targets that lead nowhere outside their page: anchors, scripts, embedded data, relative paths.
    """
    if dialled := _DIALLED.match(target):
        number, digits = dialled[1].strip(), _digits(dialled[1])
        shown = _digits(label)
        known = bool(digits) and (digits in shown or (len(shown) >= 5 and digits.endswith(shown)))
        return None if known or not digits else number
    if mail := _MAIL.match(target):
        address = mail[1].strip()
        return None if not address or address.casefold() in label.casefold() else address
    if not _WEB.match(target):
        return None
    return None if _DECORATION.sub("", target).casefold() in label.casefold() else target


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
