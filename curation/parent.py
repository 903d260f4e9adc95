"""The end of a process whose parent was killed: nobody else would end it."""

import os
import threading
import time
from collections.abc import Callable


def end_with(parent: int, end: Callable[[], None]) -> None:
    """Calls ``end`` in this process soon after its parent, the process ``parent``, is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        end()

    threading.Thread(target=watch, daemon=True).start()
