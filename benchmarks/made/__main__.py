"""Makes a workspace of made items, with planted faults and the truth about them.

    python -m benchmarks.made OUT --items 10000 [--seed 7] [--sentences FILE_OR_FOLDER ...]

Items are put together from the sentences of the given files; without any, from those of the example workspace, which
are enough for some hundred. Where OUT was made before, the items are added to it.
"""

import argparse
import json
from pathlib import Path

from benchmarks.made.maker import make
from benchmarks.made.sentences import texts_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.made", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--items", type=int, required=True, help="records in all, faulty ones among them")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sentences", type=Path, nargs="+", default=[EXAMPLES], metavar="FILE_OR_FOLDER")
    arguments = parser.parse_args()
    made = make(arguments.out, arguments.items, arguments.seed, texts_of(arguments.sentences))
    print(json.dumps(made._asdict(), indent=1))


if __name__ == "__main__":
    main()
