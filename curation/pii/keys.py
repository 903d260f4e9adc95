"""The key of the surrogates: a file that its owner alone may read, made when it is first needed.

Who loses it can no longer give an item the same surrogates again; who leaks it lets others test guesses at the names behind
them. A map from surrogates back to names is kept only where it is asked for, under another key (``kept_map``).
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from schemas.errors import CurateError

BYTES = 32

SURROGATE_KEY = "keys/surrogates.key"
"""Where a workspace keeps its key, in its private folder."""


class Key(NamedTuple):
    """A secret of 32 bytes, and an id that tells two of them apart and reveals neither."""

    secret: bytes
    id: str


def read_key(file: Path, *, make: bool = False) -> Key:
    """The key in ``file`` (hexadecimal digits).

    Args:
        file: Where it is, such as ``.curate/keys/surrogates.key``.
        make: Whether it is made if it is missing, with mode 0600.

    Raises:
        CurateError: If it is missing, unreadable, or others may read it.
    """
    if make and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(secrets.token_hex(BYTES) + "\n")
    try:
        mode, key = file.stat().st_mode, key_of(file.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise CurateError("holds no key", file=file, mend=f"It wants {2 * BYTES} hexadecimal digits.") from error
    if mode & 0o077:
        raise CurateError("others may read this key", file=file, mend=f"chmod 600 {file}")
    return key


def key_of(digits: str) -> Key:
    """The key that 64 hexadecimal digits are. Raises :class:`ValueError` if they are none."""
    secret = bytes.fromhex(digits.strip())
    if len(secret) != BYTES:
        raise ValueError
    return Key(secret, hashlib.sha256(b"emocurate-key-id" + secret).hexdigest()[:16])
