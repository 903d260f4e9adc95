"""Memory: what this process has taken, and what it may still take."""

import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def available(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = _CGROUP) -> int | None:
    """Bytes that the system, and the container that this may run in, can still give; None where nobody says."""
    limits = []
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
        limits += [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
        most = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        if most != "max":
            limits.append(int(most) - int((cgroup / "memory.current").read_text(encoding="ascii")))
    except OSError:
        pass
    return min(limits, default=None)
