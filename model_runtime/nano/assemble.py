"""Trained parts -> the checkpoint folder that the program ships: native layout, manifest, adapter cards, model card.

python -m model_runtime.nano.assemble RUN/parts --tokenizer .work/nano/tokenizer.json --out resources/models/kensa-nano
"""

import argparse
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from model_runtime import manifest
from model_runtime.nano import blueprint, mixture, tokens

LICENSE = "CC BY-SA 4.0 (some of the training data asks for it); sources: README.md, resources/THIRD_PARTY.md"


CARD = Path(__file__).with_name("model_card.md")


def read_parts(folder: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = {}
    for path in sorted(folder.glob("part-*.safetensors")):
        weights |= load_file(path)
    return weights


def lora_of(weights: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    start = f"lora.{name}."
    return {key[len(start) :]: value.half().contiguous() for key, value in weights.items() if key.startswith(start)}


def write_base(weights: dict[str, torch.Tensor], tokenizer: Path, out: Path) -> None:
    """config, weights in fp16, tokenizer, the two modality LoRAs."""
    base = {k: v.half().contiguous() for k, v in weights.items() if not k.startswith(("lora.", "extra."))}
    save_file(base, out / "model.safetensors", metadata={"format": "pt"})
    config = blueprint.config()
    config.architectures = ["Phi4MultimodalForCausalLM"]
    config.dtype = "float16"
    config.save_pretrained(out)
    shutil.copy(tokenizer, out / "tokenizer.json")
    _json(out / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 4096,
                                          "bos_token": "<|endoftext|>", "eos_token": "<|end|>", "pad_token": "<|pad|>",
                                          "clean_up_tokenization_spaces": False})  # fmt: skip
    _json(
        out / "generation_config.json",
        {"bos_token_id": tokens.EOS, "eos_token_id": [tokens.EOS, tokens.END], "pad_token_id": tokens.PAD},
    )
    _json(out / "preprocessor_config.json", {"image_processor_type": "Phi4MultimodalImageProcessor", "dynamic_hd": 1,
                                             "size": {"height": blueprint.SIDE, "width": blueprint.SIDE},
                                             "patch_size": blueprint.PATCH, "sampling_rate": 16000})  # fmt: skip
    for name, folder in (("vis_lora", "vision-lora"), ("sp_lora", "speech-lora")):
        lora = lora_of(weights, name)
        mixture.save_adapter(lora, blueprint.RANKS[name], out / folder)


def write_defect(
    weights: dict[str, torch.Tensor], base: str, out: Path, figures: dict[str, Any], calibrated: dict[str, Any]
) -> None:
    """`calibrated`: temperature and thresholds, as `calibrate` prints them."""
    rank = blueprint.RANKS["defect"]
    mixture.save_adapter(lora_of(weights, "defect"), rank, out)
    sha256 = hashlib.sha256((out / "adapter_model.safetensors").read_bytes()).hexdigest()
    card = {"format": 1, "name": "defect", "version": 1, "base": base, "parent": None, "rank": rank,
            "alpha": 2.0 * rank, "target_modules": mixture.PATTERN, "sha256": sha256,
            "temperature": calibrated["temperature"], "thresholds": calibrated["thresholds"],
            "trained_on": "procedural parts; demo-part; train splits of magnetic_tile, deeppcb, bsdata, xsdd",
            "figures": figures, "created": datetime.now(UTC).isoformat(timespec="seconds")}  # fmt: skip
    _json(out / "card.json", card)


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_known(samples: Path, out: Path) -> None:
    """Three bundled samples at the model's size and what the finished model says of them, for the self-test."""
    from PIL import Image

    from model_runtime.runtime import load_judge
    from model_runtime.verdict import Question

    folder = out / "known"
    folder.mkdir(exist_ok=True)
    for name in ("golden.jpg", "demo-01.jpg", "demo-04.jpg"):
        small = Image.open(samples / name).resize((blueprint.SIDE, blueprint.SIDE), Image.Resampling.BICUBIC)
        small.save(folder / name, quality=92)
    shutil.copy(samples / "demo-05.flac", folder / "demo-05.flac")
    judge = load_judge(out)
    photo, golden, voice = folder / "demo-04.jpg", folder / "golden.jpg", folder / "demo-05.flac"
    answers: list[dict[str, Any]] = []
    for question in (Question(photo, golden=golden), Question(folder / "demo-01.jpg", voice), Question(voice=voice)):
        kinds = {"photo": question.photo, "voice": question.voice, "golden": question.golden}
        names = {kind: path.name for kind, path in kinds.items() if path}
        answers.append(names | {"p_ng": round(judge.judge(question).p_ng, 5)})
    _json(folder / "known.json", {"adapter": judge.card.sha256 if judge.card else "none", "answers": answers})


ON_THE_CARD = ("auroc", "miss", "overkill", "coverage", "defect_right", "region_right", "ece",
               "cer", "notes_right", "digit_errors", "voice_says_right", "voice_defect_heard", "voice_place_heard",
               "contradiction_precision", "contradiction_recall")  # fmt: skip


def card_figures(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """From the object of `kensa evaluate`: set -> figure -> value, low, high, n; speech also by language and noise."""
    sets = dict(found.get("folders", {}))
    if "together" in found:
        sets["all together"] = found["together"]
    for name, of in tuple(sets.items()):
        for kind in ("language", "noise"):
            groups = of.get("slices", {}).get(kind, {})
            sets |= {f"{name}, {value}": group for value, group in groups.items() if name != "all together"}
    return {name: {key: of[key] for key in ON_THE_CARD if "value" in (of.get(key) or {})} for name, of in sets.items()}


def model_card(made: manifest.Manifest, figures: dict[str, dict[str, Any]]) -> str:
    """README.md of the folder, in the form of a Hugging Face model card."""
    lines = [
        f"| {name} | {key.replace('_', ' ')} | {f['value']:.3g} | {f['low']:.3g}-{f['high']:.3g} | {f['n']} |"
        for name, of in figures.items()
        for key, f in of.items()
        if f["value"] is not None
    ]
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    text = CARD.read_text(encoding="utf-8")
    return text.format(identity=made.identity, size=made.size / 1e6, date=datetime.now(UTC).date(),
                       commit=head.stdout.strip(), figures="\n".join(lines) or "| not measured | | | | |")  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("parts", type=Path)
    options.add_argument("--tokenizer", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--samples", type=Path, help="the bundled samples, for the self-test's known answers")
    options.add_argument("--figures", type=Path, help="figures.json of `kensa evaluate`, for the cards")
    options.add_argument("--calibrated", type=Path, help="what `calibrate` printed, for temperature and thresholds")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    weights = read_parts(given.parts)
    write_base(weights, given.tokenizer, given.out)
    made = manifest.make_manifest(given.out, "kensa-nano", prompt=blueprint.prompt_settings(),
                                  source="trained by model_runtime.nano", license=LICENSE)  # fmt: skip
    manifest.write_manifest(given.out, made)
    figures = card_figures(json.loads(given.figures.read_text(encoding="utf-8"))) if given.figures else {}
    calibrated = {"temperature": 1.0, "thresholds": {"ok_below": 0.2, "ng_above": 0.8}}
    if given.calibrated:
        calibrated = json.loads(given.calibrated.read_text(encoding="utf-8"))
    write_defect(weights, made.sha256, given.out / "defect-lora", figures, calibrated)
    (given.out / "README.md").write_text(model_card(made, figures), encoding="utf-8")
    if given.samples:
        write_known(given.samples, given.out)
    print(f"{given.out}: {made.size / 1e6:.1f} MB, {made.identity}")


if __name__ == "__main__":
    main()
