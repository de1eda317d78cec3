"""What every training stage shares: the clock, the optimiser, states on disk, figures."""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
import torch._dynamo
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import blueprint, mixture

T = TypeVar("T")


def device() -> torch.device:
    torch.set_float32_matmul_precision("high")
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def autocast() -> torch.autocast:
    kind = device().type
    return torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda")


class Clock:
    """Steps until a point in time (`time.time()`): yields the share done, 0..1, counted from the first step on.

    The learning rate follows the time, not a step count: a stage ends when it must, however long compiling took.
    """

    def __init__(self, until: float) -> None:
        self.until, self.step = until, 0

    def __iter__(self) -> Iterator[float]:
        start = time.time()
        while (now := time.time()) < self.until:
            yield (now - start) / (self.until - start)
            self.step += 1
            if self.step == 1:
                start = time.time()  # the first step compiles


class Trainer:
    """AdamW on groups of (parameters, peak rate): `warm` steps of warm-up, cosine to 1 %, gradients clipped at 1."""

    def __init__(
        self, groups: list[tuple[Iterable[nn.Parameter], float]], decay: float = 0.02, warm: int = 200
    ) -> None:
        lists = [(list(p), rate) for p, rate in groups]
        self.parameters = [p for ps, _ in lists for p in ps]
        for p in self.parameters:
            p.requires_grad_(True)
        fused = self.parameters[0].is_cuda
        self.optimiser = torch.optim.AdamW(
            [{"params": ps, "lr": rate, "peak": rate} for ps, rate in lists],
            betas=(0.9, 0.98),
            weight_decay=decay,
            fused=fused,
        )
        self.steps, self.warm = 0, warm

    def step(self, loss: torch.Tensor, share: float) -> None:
        factor = min(1.0, (self.steps + 1) / self.warm) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.steps += 1


def compiling() -> bool:
    """On a GPU layers and scenes are compiled, unless KENSA_COMPILE=0: minutes at first, then half the time a step."""
    return device().type == "cuda" and os.environ.get("KENSA_COMPILE", "1") != "0"


def compile_layers(layers: Iterable[nn.Module]) -> None:
    """Each layer by itself: one graph serves all of a kind, for any batch and length."""
    if compiling():
        torch._dynamo.config.cache_size_limit = 64
        for layer in layers:
            layer.forward = torch.compile(layer.forward, dynamic=True)  # type: ignore[method-assign]


def compile_methods(owner: Any, *names: str) -> None:
    if compiling():
        for name in names:
            setattr(owner, name, torch.compile(getattr(owner, name), dynamic=True))


class Ahead(Generic[T]):
    """Makes the next batch on a stream of its own while the GPU still runs the step of this one.

    `make` may wait for what it has drawn (to write targets): only its own stream is waited for.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make
        self.stream: Any = torch.cuda.Stream() if device().type == "cuda" else None  # type: ignore[no-untyped-call]
        self.ready: T | None = None

    def take(self) -> T:
        if self.ready is None:
            self.prepare()
        batch, self.ready = self.ready, None
        if self.stream is not None:
            torch.cuda.current_stream().wait_stream(self.stream)
            for tensor in _tensors(batch):
                tensor.record_stream(torch.cuda.current_stream())
        assert batch is not None
        return batch

    def prepare(self) -> None:
        with torch.no_grad():
            if self.stream is None:
                self.ready = self.make()
                return
            with torch.cuda.stream(self.stream):
                self.ready = self.make()


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """All tensors in nested dataclasses, tuples and lists."""
    if isinstance(value, torch.Tensor):
        yield value
    elif is_dataclass(value):
        for known in fields(value):
            yield from _tensors(getattr(value, known.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)


def freeze(model: Phi4MultimodalForCausalLM) -> None:
    for p in model.parameters():
        p.requires_grad_(False)


def save(
    model: Phi4MultimodalForCausalLM,
    mixtures: dict[str, mixture.MixtureLinear],
    path: Path,
    extra: dict[str, torch.Tensor] | None = None,
) -> None:
    """Base weights (fp32) and every LoRA in one safetensors file, written whole or not at all."""
    base = {k: v.detach().cpu().contiguous() for k, v in base_state(model).items()}
    for name in next(iter(mixtures.values())).a:
        base |= {f"lora.{name}.{k}": v.float() for k, v in mixture.state(mixtures, name).items()}
    base |= {f"extra.{k}": v.detach().float().cpu().contiguous() for k, v in (extra or {}).items()}
    save_file(base, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def base_state(model: Phi4MultimodalForCausalLM) -> dict[str, torch.Tensor]:
    """The class's own keys: LoRAs left out, the tied head left out."""
    return {k: v for k, v in model.state_dict().items() if ".a." not in k and ".b." not in k and k != "lm_head.weight"}


def restore(
    path: Path | None,
) -> tuple[Phi4MultimodalForCausalLM, dict[str, mixture.MixtureLinear], dict[str, torch.Tensor]]:
    """A model on the training device, its mixtures, and the extra tensors of the stage that wrote `path`."""
    model = blueprint.build()
    mixtures = mixture.mix(model)
    extra: dict[str, torch.Tensor] = {}
    if path is not None:
        weights = load_file(path)
        names = {k.split(".")[1] for k in weights if k.startswith("lora.")}
        for name in sorted(names):
            start = f"lora.{name}."
            mixture.load(mixtures, name, {k[len(start) :]: v for k, v in weights.items() if k.startswith(start)})
        extra = {k[6:]: v for k, v in weights.items() if k.startswith("extra.")}
        base = {k: v for k, v in weights.items() if not k.startswith(("lora.", "extra."))}
        missing, unexpected = model.load_state_dict(base, strict=False)
        lost = [k for k in missing if ".a." not in k and ".b." not in k and k != "lm_head.weight"]
        if lost or unexpected:
            raise ValueError(f"{path}: missing {lost[:3]}, unexpected {unexpected[:3]}")
    freeze(model)
    nn.Module.to(model, device())
    return model, mixtures, extra


def take_text(model: Phi4MultimodalForCausalLM, path: Path) -> dict[str, torch.Tensor]:
    """Waits for the text stage, takes its decoder and returns its extra tensors."""
    while not path.exists():
        time.sleep(0.5)
    for part in ("model.embed_tokens.", "model.layers.", "model.norm."):
        copy_part(model, path, part)
    return {k[6:]: v for k, v in load_file(path).items() if k.startswith("extra.")}


def plainly() -> Any:
    """Runs compiled layers as they were written: measuring comes in too many shapes to compile for."""
    return torch.compiler.set_stance("force_eager")


def copy_part(model: Phi4MultimodalForCausalLM, path: Path, prefix: str) -> None:
    """Takes the weights under `prefix` from another stage's file."""
    weights = load_file(path)
    own = model.state_dict()
    with torch.no_grad():
        for key, value in weights.items():
            if key.startswith(prefix):
                own[key].copy_(value)


def lora_of(path: Path, name: str, device: torch.device) -> dict[str, torch.Tensor]:
    """One LoRA of another stage's file, under peft's key names."""
    start = f"lora.{name}."
    return {k[len(start) :]: v.to(device) for k, v in load_file(path).items() if k.startswith(start)}
