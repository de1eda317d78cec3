"""kensa-nano from nothing: text, vision and speech side by side, then photo and voice together.

    python -m model_runtime.nano.make .work/nano .work/run [--from together] [--until text=150,vision=1050,...]
    python -m model_runtime.nano.make .work/nano .work/run --again OLD/parts

The first folder comes from `model_runtime.nano.prepare`. Each stage writes one file that the next one starts from; a
stage that fails stops the run. `--until` gives the second, counted from the start, at which a stage ends. The schedule
below takes 23 minutes of one H100; the trained weights are in RUN/parts. `--again` lets a finished model learn on.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNTIL = {
    "text": 170.0,
    "encoder": 180.0,
    "ctc": 560.0,
    "speech": 1000.0,
    "vision": 1060.0,
    "together": 1360.0,
    "ear": 800.0,
    "eye": 1040.0,
}
STAGES = ("modalities", "together", "parts")
Ends = dict[str, float]


def _rows(folder: Path) -> list[dict[str, Any]]:
    """What is said, of spoken notes to be and of real words."""
    with gzip.open(folder / "jobs.jsonl.gz", "rt", encoding="utf-8") as lines:
        notes = [{k: v for k, v in json.loads(line).items() if k != "labels"} for line in lines]
    real: list[dict[str, Any]] = json.loads((folder / "real.json").read_text(encoding="utf-8"))
    return notes + real


def _text(folder: Path, run: Path, ends: Ends) -> None:
    from model_runtime.nano import text_stage

    text_stage.run(folder, run / "text.safetensors", _rows(folder), ends["text"])


def _vision(folder: Path, run: Path, ends: Ends) -> None:
    from model_runtime.nano import vision_stage

    while not (folder / "photos.json").exists():  # a slow line brings them after the rest
        time.sleep(1)
    out, text = run / "vision.safetensors", run / "text.safetensors"
    vision_stage.run(folder, out, text, _rows(folder), ends["encoder"], ends["vision"])


def _speech(folder: Path, run: Path, ends: Ends) -> None:
    from model_runtime.nano import speech_stage

    speech_stage.run(folder, run / "speech.safetensors", run / "text.safetensors", ends["ctc"], ends["speech"])


def _together(folder: Path, run: Path, ends: Ends) -> None:
    from model_runtime.nano import together_stage

    out, vision, speech = (run / f"{name}.safetensors" for name in ("together", "vision", "speech"))
    together_stage.run(folder, out, vision, speech, ends["together"])


def _eye(folder: Path, run: Path, ends: Ends) -> None:
    from model_runtime.nano import again_stage

    while not (folder / "photos.json").exists():
        time.sleep(1)
    again_stage.see(folder, run / "vision.safetensors", run / "source.safetensors", ends["eye"])


def _ear(folder: Path, run: Path, ends: Ends) -> None:
    from model_runtime.nano import again_stage

    again_stage.hear(folder, run / "speech.safetensors", run / "source.safetensors", ends["ear"])


def source(parts: Path, out: Path) -> None:
    """A finished model as stages read it, without its defect LoRA: that one is made anew."""
    from safetensors.torch import save_file

    from model_runtime.nano.assemble import read_parts

    save_file({k: v.float() for k, v in read_parts(parts).items() if not k.startswith("lora.defect.")}, out)


def speak_notes(folder: Path) -> None:
    """Spoken on the processor while the GPU trains on text and photos."""
    if not (folder / "speech.npy").exists():
        command = [sys.executable, "-m", "model_runtime.nano.speak", str(folder / "jobs.jsonl.gz"), str(folder)]
        subprocess.Popen(["nice", *command], env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""})


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


def side_by_side(name: str, folder: Path, run: Path, ends: Ends, *jobs: Callable[[Path, Path, Ends], None]) -> None:
    """Each job in a process of its own, on a GPU of its own where there are several."""
    import torch

    gpus = [str(n) for n in range(torch.cuda.device_count())] or [""]
    begin, context = time.time(), multiprocessing.get_context("spawn")
    running = [context.Process(target=job, args=(folder, run, ends)) for job in jobs]
    for number, process in enumerate(running):
        os.environ["CUDA_VISIBLE_DEVICES"] = gpus[number % len(gpus)]  # a process has the environment it starts in
        process.start()
    os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        sys.exit(f"stage {name} failed")
    print(f"== {name}: {time.time() - begin:.0f} s", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("run", type=Path)
    options.add_argument("--from", dest="start", choices=STAGES, default=STAGES[0])
    options.add_argument("--again", type=Path, metavar="PARTS", help="a finished model learns on, instead of --from")
    options.add_argument("--until", default="")
    given = options.parse_args()
    start = time.time()
    until = UNTIL | {k: float(v) for k, v in (pair.split("=") for pair in given.until.split(",") if pair)}
    ends = {stage: start + seconds for stage, seconds in until.items()}
    given.run.mkdir(parents=True, exist_ok=True)
    todo = STAGES[STAGES.index("together" if given.again else given.start) :]
    if "modalities" in todo:
        speak_notes(given.folder)
        side_by_side("text, vision and speech", given.folder, given.run, ends, _text, _vision, _speech)
    if given.again:
        source(given.again, given.run / "source.safetensors")
        speak_notes(given.folder)
        side_by_side("eye and ear", given.folder, given.run, ends, _eye, _ear)
    if "together" in todo:
        side_by_side("together", given.folder, given.run, ends, _together)
    parts(given.run / "together.safetensors", given.run / "parts")


if __name__ == "__main__":
    main()
