"""Fuzzing guided by coverage: `python -m tests.harness.fuzz_atheris TARGET -runs=100000` (needs `pip install atheris`).

The same targets and the same rule as tests/harness/fuzz.py; atheris looks which inputs reach code that none reached
before, and goes on from those. For the parts that are Python: texts, tables, cards, headers, archives.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["inspector_app", "model_runtime"]):
    from model_runtime.verdict import Fixable
    from tests.harness.fuzz import all_targets


def main() -> None:
    """The first word is the target; the others are libFuzzer's."""
    with tempfile.TemporaryDirectory(prefix="kensa-atheris-") as folder:
        targets = all_targets(Path(folder))
        target = targets[sys.argv[1]]
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(target.seeds):
            (corpus / str(number)).write_bytes(seed)
        room = Path(folder) / "room"
        room.mkdir()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

        def look(data: bytes) -> None:
            with contextlib.suppress(Fixable):
                target.look(data, room)

        atheris.Setup([sys.argv[0], *sys.argv[2:], "-timeout=10", "-rss_limit_mb=4000", str(corpus)], look)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
