"""A first look at a text, which most pass: plain characters alone, so that rules about others need not be tried."""


def is_plain(text: str) -> bool:
    """Whether ``text`` is ASCII, and its only control characters are line feeds."""
    return text.isascii() and text.replace("\n", " ").isprintable()
