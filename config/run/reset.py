"""`python -m config.run.reset`: forgets the demo's state. Refused while the demo runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from config.run.errors import CannotRun
from config.run.state import ROOT, State


def main() -> int:
    folder = Path(os.environ.get("JENJANG_STATE") or ROOT / ".jenjang")
    if not folder.is_dir():
        print("There is nothing to remove.")
        return 0
    state = State(folder)
    try:
        state.take("make demo-reset", needed=0)
        state.remove()
    except CannotRun as sentence:
        print(sentence, file=sys.stderr)
        return 1
    print(f"{folder} is removed. The next make demo starts over.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
