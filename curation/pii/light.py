"""spaCy and Presidio without the heavy libraries that they load where these are installed.

Both try ``import torch``, ``import transformers`` and so on as they start, to know whether they could be used. That takes
a second of every process and some 100 MB, and what is used of them here, a tokenizer and patterns, needs none of it.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from threading import RLock

HEAVY = ("torch", "transformers", "stanza", "gliner")
_LOCK = RLock()


def load_light(module: str) -> None:
    """Imports ``module`` as on a machine without :data:`HEAVY`, unless it is loaded; what of these is loaded stays."""
    with _LOCK:
        if module in sys.modules:
            return
        hidden = [name for name in HEAVY if name not in sys.modules]
        # None is Python's own way to say that there is no such module.
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
        try:
            import_module(module)
        finally:
            for name in hidden:
                if sys.modules.get(name) is None:
                    sys.modules.pop(name, None)


def spacy_lacks_torch() -> bool:
    """Whether spaCy was loaded without torch although it is installed: it does not look for it again."""
    return find_spec("torch") is not None and not import_module("thinc.compat").has_torch
