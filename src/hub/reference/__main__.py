"""``scripts/reference``: write the pages, or with ``--check`` say which are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from hub.reference import stale, write

FOLDER = Path("docs/reference")


def main() -> int:
    """Return the exit status: 1 when ``--check`` finds something."""
    if "--check" not in sys.argv[1:]:
        for name in write(FOLDER):
            print(f"{FOLDER / name}: written")  # noqa: T201  a command
        return 0
    found = stale(FOLDER)
    for name in found:
        print(f"{FOLDER / name} is stale. Run scripts/reference.")  # noqa: T201
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
