"""kensa-nano's tokenizer: about two thousand pieces for notes in Japanese and English and for the judgment's JSON.

Every fixed span of the judgment is one token, so that the runtime feeds it in one step. Letters never seen fall back to
bytes.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SPECIAL = ("<|pad|>", "<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>", "<|image|>", "<|audio|>")
PAD, EOS, USER, ASSISTANT, END, IMAGE, AUDIO = range(7)
SPANS = (
    '{"verdict": "',
    '", "defect": "none", "severity": "none", "region": null, "heard": "',
    '", "defect": "',
    '", "severity": "',
    '", "region": {"row": ',
    '", "region": null, "heard": "',
    ', "col": ',
    '}, "heard": "',
    '", "voice_says": "',
    '", "voice_says": "nothing',
    '", "remark": "',
    '"}',
)
MARKERS = ("golden", "photo", "voice", "judge")
CLASSES = (
    "scratch crack dent stain hole chip foreign missing deformation damaged burr rust blowhole break fray uneven open "
    "short mousebite spur copper pin-hole pitting finishing_roll_printing iron_sheet_ash oxide_scale_of_plate_system "
    "oxide_scale_of_temperature_system red_iron slag_inclusion surface_scratch"
).split()
CHOICES = ("OK", "NG", "nothing", "minor", "major", "critical", *"01234567")
VOCABULARY = 2048


def build_tokenizer(texts: Iterable[str], folder: Path) -> Tokenizer:
    """Trains the pieces on `texts` and writes `tokenizer.json` into `folder`."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token=None))
    tokenizer.normalizer = normalizers.NFC()
    # a word with the space before it; each digit and each mark alone; Japanese runs stay whole
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r" ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9]+|\s"), "isolated")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    ascii_letters = [chr(c) for c in range(32, 127)]
    kana = [chr(c) for c in range(0x3041, 0x3097)] + [chr(c) for c in range(0x30A1, 0x30F7)] + ["ー", "々", "、", "。"]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(SPANS),
        special_tokens=[*SPECIAL, *(f"<0x{b:02X}>" for b in range(256))],
        initial_alphabet=ascii_letters + kana,
        max_token_length=10,
        show_progress=False,
    )
    names = [*CLASSES, *MARKERS, *CHOICES]
    tokenizer.train_from_iterator([*texts, *(name for name in names for _ in range(3000))], trainer)
    tokenizer.add_tokens([AddedToken(span, normalized=False, special=False) for span in SPANS])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in SPECIAL])
    state = json.loads(tokenizer.to_str())
    # bytes were given as special so that the trainer keeps them; they are plain text
    state["added_tokens"] = [t for t in state["added_tokens"] if not t["content"].startswith("<0x")]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
