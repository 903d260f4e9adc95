"""What `curate generate` reports."""

from schemas.items import Strict


class Topic(Strict):
    """A section of a book: how many passages it has, and how many questions were made of it."""

    file: str
    section: str
    passages: int
    passages_without_question: int
    questions: int


class Coverage(Strict):
    """What has been asked, and what has not."""

    topics: list[Topic]
    passages_without_question: list[str]
    """The ids of passages that no question was made of; ``passages.jsonl`` has them with their places."""
    types: dict[str, int]
    """Questions by what they ask for."""
    readers: dict[str, int]
    """Questions by whom they are answered for."""
    near_duplicates: int
    """Questions that ask and answer what another one does, within the source; the build takes them out."""


class GenerateResult(Strict):
    """What one run of `curate generate` did.

    With an endpoint ``passages`` = ``answered`` + ``quarantined`` + ``remaining``.

    ``answered`` counts passages that have an answer, ``reused`` those of them that had it before this run, ``empty``
    those of them that hold nothing to ask about. ``requests`` and ``tokens`` are of this source over all runs; a
    request of which it cannot be known whether it was paid for counts with the most that it can have cost.
    """

    source_id: str
    by: str
    documents: int
    passages: int
    left_out: dict[str, int]
    """Blocks of the texts that are in no passage, by the part of the book; ``short`` are those of a few words."""
    items: int
    answered: int = 0
    reused: int = 0
    empty: int = 0
    quarantined: int = 0
    remaining: int = 0
    reasons: dict[str, int] = {}
    """Why passages are in quarantine; with extraction, why questions of the texts were left out."""
    requests: int = 0
    tokens: int = 0
    outcomes: dict[str, int] = {}
    """What came of the requests."""
    coverage: Coverage
    folder: str


class GeneratePlan(Strict):
    """What `curate generate --dry-run` says would be sent, and to whom."""

    source_id: str
    host: str
    license: str
    passages: int
    to_ask: int
    """Passages that have no answer yet."""
    masked: int
    """Stretches of the passages that are masked as personal data before they are sent."""
    tokens: int
    """About how many tokens would be sent and received at most, if every passage is answered at once."""
    file: str
    """Where the passages can be read as they would be sent."""
