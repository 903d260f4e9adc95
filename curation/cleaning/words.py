"""Lists of words as they read best: in one string."""


def words(listed: str) -> frozenset[str]:
    """The words of ``listed``, which are parted by spaces."""
    return frozenset(listed.split())
