"""Made corpora for measuring whole builds: items put together from real sentences, with planted faults and a truth."""

from benchmarks.made.maker import Made, make

__all__ = ["Made", "make"]
