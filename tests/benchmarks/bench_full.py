"""The full-size model on the CPU: ours against the library, every row in a process of its own, one table at the end.

    python -m tests.benchmarks.bench_full [--folder KEPT] [--rows ours,library,...] [--quick] [--threads 2]

Random weights of the true shape (11 GB, made once in --folder; 4 GB more for ours in eight bits). The job: one photo
(overview and one crop, both full), five seconds of voice, instruction: 758 tokens in; about 60 tokens of JSON out. The
library gets the same tensors, with the LoRA merged, and is asked for 60 tokens. --quick: two layers of everything, for
trying the benchmark itself. Rows: first (ours, no prepared weights yet), ours, golden, vision, library, trimmed
(the library without its dead work), llama and genai (peers, where they are installed; see full_peers), numbers.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROWS = ("first", "ours", "golden", "vision", "library", "trimmed", "llama", "genai", "numbers")
PEERS = ("llama", "genai")
TOKENS, ANSWER = 758, 60
FLOOR = 11.8
"""Seconds: what eight-bit products and four-bit steps cost this job at the machine's limits (docs/speed.md)."""


def main() -> None:
    options = parse()
    if options.row:
        from tests.benchmarks import full_peers, full_rows

        rows = full_peers if options.row in PEERS else full_rows
        print(json.dumps(getattr(rows, options.row)(options.folder, options.rounds)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch) / "full"
        build(folder, options.quick)
        results = {row: run(row, folder, options) for row in options.rows.split(",")}
    show(results)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--row", help=argparse.SUPPRESS)
    parser.add_argument("--before", default="", help="put before every row's command, e.g. 'nice -n -15'")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def build(folder: Path, quick: bool) -> None:
    """In a process of its own, whose memory is gone afterwards."""
    layers = "2, 3, 24" if quick else ""
    code = f"from pathlib import Path; from tests.benchmarks.full_model import build; build(Path({str(folder)!r})"
    subprocess.run([sys.executable, "-c", f"{code}, {layers})" if layers else f"{code})"], check=True)


def run(row: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One row's figures, from a fresh process."""
    command = [
        *options.before.split(),
        sys.executable,
        "-m",
        "tests.benchmarks.bench_full",
        "--row",
        row,
        "--folder",
        str(folder),
    ]
    command += ["--rounds", str(options.rounds)]
    threads = str(options.threads)
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "KENSA_MODEL_THREADS": threads}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return {"failed": f"exit code {done.returncode}"}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{row}: {json.dumps(result)}", file=sys.stderr, flush=True)
    return result


def show(results: dict[str, dict[str, Any]]) -> None:
    table = Table("row", "first (s)", "verdict (s)", "ours is faster", "stages (s)", "peak memory", "notes")
    ours = results.get("ours", {}).get("seconds")
    encoders = sum(results.get("ours", {}).get("stages", {}).get(name, 0.0) for name in ("vision", "audio"))
    for row, result in results.items():
        seconds = result.get("seconds")
        if seconds and result.get("decoder_only"):
            seconds += encoders
            result["note"] += f"; our encoders' {encoders:.2f} s are in it"
        table.add_row(
            row,
            _number(result.get("first")),
            _number(seconds),
            f"{seconds / ours:.2f} x" if ours and seconds and row in ("library", "trimmed", *PEERS) else "",
            "  ".join(f"{name} {spent:.2f}" for name, spent in result.get("stages", {}).items()),
            f"{result['memory'] / 2**30:.2f} GiB" if "memory" in result else "",
            str(result.get("note") or result.get("failed") or ""),
        )
    Console(width=190).print(table)
    if ours:
        print(f"floor of the job {FLOOR} s: ours takes {ours / FLOOR:.2f} times that")


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def memory() -> int:
    """Bytes this process had in memory at most, mapped files' pages among them."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
