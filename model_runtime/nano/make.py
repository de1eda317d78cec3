"""kensa-nano from nothing: speech, text, vision beside speech, both together, the defect adapter.

    python -m model_runtime.nano.make .work/nano .work/run [--from vision] [--minutes text=1,vision=10,...]

The first folder comes from `model_runtime.nano.prepare`. Each stage writes one file and is gated by the one before it: a
stage whose file is missing stops the run. One H100 needs about 25 minutes; the assembled parts are in RUN/parts.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

MINUTES = {"text": 1.2, "encoder": 1.0, "vision": 10.5, "ctc": 4.5, "speech": 6.5, "joint": 5.5, "defect": 2.0}
STAGES = ("speak", "text", "modalities", "joint", "defect", "parts")


def _text(folder: Path, run: Path, minutes: dict[str, float]) -> None:
    from model_runtime.nano import text_stage

    with gzip.open(folder / "jobs.jsonl.gz", "rt", encoding="utf-8") as lines:
        notes = [{k: v for k, v in json.loads(line).items() if k != "labels"} for line in lines]
    text_stage.run(folder, run / "text.safetensors", notes, minutes["text"])


def _vision(folder: Path, run: Path, minutes: dict[str, float]) -> None:
    from model_runtime.nano import vision_stage

    vision_stage.run(
        folder, run / "vision.safetensors", run / "text.safetensors", minutes["vision"], minutes["encoder"]
    )


def _speech(folder: Path, run: Path, minutes: dict[str, float]) -> None:
    from model_runtime.nano import speech_stage

    while not (folder / "speech.npy").exists():  # spoken beside the text stage
        time.sleep(1)
    speech_stage.run(folder, run / "speech.safetensors", run / "text.safetensors", minutes["speech"], minutes["ctc"])


def _joint(folder: Path, run: Path, minutes: dict[str, float]) -> None:
    from model_runtime.nano import joint_stage

    joint_stage.run_joint(
        folder, run / "joint.safetensors", run / "vision.safetensors", run / "speech.safetensors", minutes["joint"]
    )


def _defect(folder: Path, run: Path, minutes: dict[str, float]) -> None:
    from model_runtime.nano import joint_stage

    joint_stage.run_defect(folder, run / "defect.safetensors", run / "joint.safetensors", minutes["defect"])


def parts(source: Path, out: Path, most: int = 15_000_000) -> None:
    """The trained weights in fp16 in files of at most `most` bytes, so that any line carries them."""
    import torch
    from safetensors.torch import load_file, save_file

    out.mkdir(parents=True, exist_ok=True)
    piece: dict[str, torch.Tensor] = {}
    size = number = 0
    weights = {k: v if k.startswith("extra.") else v.half() for k, v in load_file(source).items()}
    for key, value in weights.items():
        if piece and size + value.nbytes > most:
            save_file(piece, out / f"part-{number}.safetensors")
            piece, size, number = {}, 0, number + 1
        piece[key] = value.contiguous()
        size += value.nbytes
    save_file(piece, out / f"part-{number}.safetensors")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("run", type=Path)
    options.add_argument("--from", dest="start", choices=STAGES, default="speak")
    options.add_argument("--minutes", default="")
    given = options.parse_args()
    minutes = MINUTES | {k: float(v) for k, v in (pair.split("=") for pair in given.minutes.split(",") if pair)}
    given.run.mkdir(parents=True, exist_ok=True)
    todo = STAGES[STAGES.index(given.start) :]
    context = multiprocessing.get_context("spawn")

    def stage(name: str, *jobs: object) -> None:
        begin = time.monotonic()
        running = [context.Process(target=job, args=(given.folder, given.run, minutes)) for job in jobs]  # type: ignore[arg-type]
        for process in running:
            process.start()
        for process in running:
            process.join()
        if any(process.exitcode for process in running):
            sys.exit(f"stage {name} failed")
        print(f"== {name}: {time.monotonic() - begin:.0f} s", flush=True)

    if "speak" in todo and not (given.folder / "speech.npy").exists():
        command = [
            sys.executable,
            "-m",
            "model_runtime.nano.speak",
            str(given.folder / "jobs.jsonl.gz"),
            str(given.folder),
        ]
        subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""})
    if "text" in todo:
        stage("text", _text)
    if "modalities" in todo:
        stage("vision and speech", _vision, _speech)
    if "joint" in todo:
        stage("joint", _joint)
    if "defect" in todo:
        stage("defect", _defect)
    parts(given.run / "defect.safetensors", given.run / "parts")


if __name__ == "__main__":
    main()
