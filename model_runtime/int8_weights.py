"""A model folder's weights in eight bits: read one after the other, LoRA folded in, rounded, packed, kept in a file.

Knows which linear layers there are, what is folded into them, and where the files lie. Knows no activations. Never
holds more than one weight in floats: the whole decoder in bf16 and in bytes at once would not fit an ordinary PC.
"""

import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs
import torch
from safetensors import safe_open
from torch import Tensor

from model_runtime import packed
from model_runtime.checkpoint import LORAS, Checkpoint
from model_runtime.int8 import Int8Linear, pack, quantise_weight
from model_runtime.lora import WEIGHTS, plain_key, read_lora
from model_runtime.weights import Entry, read_headers

_log = logging.getLogger(__name__)

FOLDER = ".int8"
"""Inside the model's folder; hidden, so that it is no part of the model."""
DECODER = ("self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj")
VISION = "model.embed_tokens_extend.image_embed.img_processor.encoder.layers"
EYE = ("self_attn.out_proj", "mlp.fc1", "mlp.fc2")
DECODES = "decoder-"
"""What the decoder's part is called, before the LoRA that is folded in."""
HEAD = "model.embed_tokens.weight"
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
Say = Callable[[str], None]
Piece = tuple[str, Tensor, Tensor, Tensor | None]
"""Name, signed bytes (n, k), steps (n,), bias (n,)."""


class Floats:
    """The folder's own weights, read from the files one at a time and never kept."""

    def __init__(self, folder: Path) -> None:
        self._where: Mapping[str, tuple[Path, Entry]] = read_headers(folder)[0]

    def __call__(self, name: str) -> Tensor:
        """One tensor as float32, in memory of its own."""
        path, entry = self._where[name]
        raw = bytearray(entry.size)
        with path.open("rb") as file:
            file.seek(entry.begin)
            if file.readinto(raw) != entry.size:
                raise OSError(f"{path.name} ended while it was being read")
        return torch.frombuffer(raw, dtype=TYPES[entry.dtype]).view(entry.shape).to(torch.float32)


class Folded:
    """One LoRA folder's products."""

    def __init__(self, folder: Path) -> None:
        lora, _ = read_lora(folder)
        assert lora is not None, "checked when the checkpoint was loaded"
        self._factor = lora.alpha / (lora.rank**0.5 if lora.rank_stabilised else lora.rank)
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            self._pairs = {plain_key(key): file.get_tensor(key) for key in file.keys()}

    def add_to(self, weight: Tensor, module: str) -> None:
        """Adds this LoRA's change of a module, if it has one, to its float weight."""
        if f"{module}.lora_A.weight" in self._pairs:
            down, up = (self._pairs[f"{module}.lora_{side}.weight"].float() for side in "AB")
            weight.addmm_(up, down, alpha=self._factor)


def decoder_pieces(checkpoint: Checkpoint, kind: str) -> Iterator[Piece]:
    """The decoder's linear layers with the LoRA `kind` folded in; queries are scaled already."""
    config: Any = checkpoint.config
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    floats = Floats(checkpoint.folder)
    lora = Folded(checkpoint.folder / LORAS[kind]) if kind else None
    for number in range(config.num_hidden_layers):
        for name in DECODER:
            module = f"model.layers.{number}.{name}"
            weight = floats(f"{module}.weight")
            if lora is not None:
                lora.add_to(weight, module)
            if name == DECODER[0]:
                weight[: config.num_attention_heads * size] *= size**-0.5
            yield (f"{number}.{name}", *quantise_weight(weight), None)


def vision_pieces(checkpoint: Checkpoint) -> Iterator[Piece]:
    """The vision encoder's linear layers that are looked at; query, key and value in one, queries scaled already."""
    vision: Any = checkpoint.config.vision_config
    floats = Floats(checkpoint.folder)
    scale = (vision.hidden_size // vision.num_attention_heads) ** -0.5
    for number in range(vision.feature_layer % (vision.num_hidden_layers + 1)):
        heads = [[floats(f"{VISION}.{number}.self_attn.{letter}_proj.{part}") for letter in "qkv"] for part in
                 ("weight", "bias")]  # fmt: skip
        for part in heads:
            part[0] *= scale
        weight, bias = (torch.cat(part) for part in heads)
        yield (f"{number}.self_attn.qkv", *quantise_weight(weight), bias)
        for name in EYE:
            weight, bias = (floats(f"{VISION}.{number}.{name}.{part}") for part in ("weight", "bias"))
            yield (f"{number}.{name}", *quantise_weight(weight), bias)


def head_pieces(checkpoint: Checkpoint) -> Iterator[Piece]:
    """The output layer, for the places where all tokens are asked for."""
    tied = checkpoint.config.tie_word_embeddings
    yield ("head", *quantise_weight(Floats(checkpoint.folder)(HEAD if tied else "lm_head.weight")), None)


def is_left_out(name: str) -> bool:
    """Whether a tensor of the model class is used in eight bits only and need not be loaded."""
    decoder = "|".join(part.replace(".", r"\.") for part in DECODER)
    eye = re.escape(VISION) + r"\.\d+\.(self_attn\.\w+_proj|mlp\.fc[12])"
    return re.fullmatch(rf"(model\.layers\.\d+\.({decoder})|{eye})\.weight", name) is not None


def kept_in(model: Path, sha256: str) -> Path:
    """Where the files of a model's weights are kept: in its folder, or in the user's cache where that is read-only.

    As a program's folder or a share is. Tried, not asked: Windows tells nothing true about folders.
    """
    own = model / FOLDER
    try:
        own.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=own).close()
    except OSError:
        return platformdirs.user_cache_path("kensa", appauthor=False) / "int8" / sha256[:16]
    return own


class Int8Weights:
    """What the engine multiplies by, from the file where one fits, else made, kept and used."""

    def __init__(self, checkpoint: Checkpoint, say: Say | None = None) -> None:
        self._checkpoint, self._say = checkpoint, say or (lambda _: None)
        self._kept = kept_in(checkpoint.folder, checkpoint.manifest.sha256)
        self._open: dict[str, Callable[[str], Int8Linear]] = {}
        self._checked: set[str] = set()
        """Files whose every byte this process has looked at."""

    def prepare(self) -> None:
        """Makes the files that are not there yet, for every kind of question, so that no unit waits for it later."""
        kinds = [name for name, lora in LORAS.items() if (self._checkpoint.folder / lora).is_dir()]
        for part in ("vision", "head", *(f"{DECODES}{kind}" for kind in kinds)):
            path, key = self._path(part)
            if not path.is_file():
                self._make(part, path, key)

    def vision(self, name: str) -> Int8Linear:
        """`name`: layer number and name."""
        return self._find("vision")(name)

    def head(self) -> Int8Linear:
        """The output layer."""
        return self._find("head")("head")

    def decoder(self, kind: str) -> list[list[Int8Linear]]:
        """For every layer those of `DECODER`. `kind`: the LoRA of the model that is folded in, or ""."""
        part = f"{DECODES}{kind}"
        for other in [name for name in self._open if name.startswith(DECODES) and name != part]:
            del self._open[other]  # two decoders at once would not fit an ordinary PC
        find = self._find(part)
        layers = self._checkpoint.config.num_hidden_layers
        return [[find(f"{number}.{name}") for name in DECODER] for number in range(layers)]

    def _path(self, part: str) -> tuple[Path, str]:
        key = packed.key_of({"base": self._checkpoint.manifest.sha256, "part": part})
        name = f"{part}-{key[:12]}.safetensors"
        own = self._checkpoint.folder / FOLDER / name  # perhaps made by whoever may write there
        return own if own.is_file() else self._kept / name, key

    def _pieces(self, part: str) -> Iterator[Piece]:
        if part.startswith(DECODES):
            return decoder_pieces(self._checkpoint, part.removeprefix(DECODES))
        return (vision_pieces if part == "vision" else head_pieces)(self._checkpoint)

    def _find(self, part: str) -> Callable[[str], Int8Linear]:
        """From the file; from a new one where there is none that can be used; from memory where none can be written."""
        if part not in self._open:
            path, key = self._path(part)
            try:
                self._open[part] = packed.Packed(path, key, checked=part in self._checked).linear
                self._checked.add(part)
            except packed.NotUsable as error:
                if path.exists():
                    _log.warning("%s; it is made again", error)
                if self._make(part, path, key):
                    self._open[part] = packed.Packed(path, key).linear
                else:
                    made = {name: Int8Linear(pack(weight), step, bias) for name, weight, step, bias in
                            self._pieces(part)}  # fmt: skip
                    self._open[part] = made.__getitem__
        return self._open[part]

    def _make(self, part: str, path: Path, key: str) -> bool:
        """Writes the file; whether it could be written. One that another model or machine left is removed."""
        self._say(f"preparing the model for this computer ({part}); once")
        try:
            with torch.inference_mode():
                packed.write(path, key, self._pieces(part))
        except OSError as error:
            _log.warning("the prepared model cannot be kept (%s): every start prepares it again", error)
            return False
        packed.remove_others(path, f"{part}-*.safetensors")
        return True
