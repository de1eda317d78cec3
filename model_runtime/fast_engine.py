"""The engine without the library's modules: plain tensors, LoRAs folded, several units side by side, CUDA graphs.

Knows how the plain encoders and the decoder fit together. Knows no questions and no verdicts. Equal to `Engine`, which
a test proves; one by one and side by side give the same. Used where the folded weights fit into memory: kensa-nano on
the CPU, any size on CUDA.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from model_runtime.checkpoint import Checkpoint
from model_runtime.cuda_decoder import CudaDecoder
from model_runtime.cuda_graphs import Graphs, sent
from model_runtime.engine import Engine, Memory
from model_runtime.inputs import halt
from model_runtime.notes import Notes
from model_runtime.photo import PhotoTensors
from model_runtime.plain_audio import Hearing
from model_runtime.plain_decoder import LOWEST, Decoder, Feed, Layer, causal_bias, rows_bias
from model_runtime.plain_vision import Vision
from model_runtime.products import halves
from model_runtime.verdict import StopCheck
from model_runtime.voice import VoiceTensors

SPANS = (1, 2, 4, 8, 16, 24, 32, 48, 64)
"""Lengths of a step that has a graph; a span is padded to the next one."""
TREES = (8, 16, 24, 32, 48, 64, 80, 96, 128)
"""The same for trees of tokens. A pass reads all weights once, so more tokens cost little up to some hundred."""
PIECE = 32
"""Prompts and rooms are rounded up to this on CUDA, so that few graphs serve all."""
ROOMS = (1024, 1536, 2048, 3072, 4096)
"""Positions of a row on CUDA."""
ROWS = (1, 2, 4, 8, 12, 16, 24, 32)


class Rows(Memory):
    """Keys and values of several units side by side; `lengths` says how much of each row is filled."""

    def __init__(self, engine: Engine, rows: int, capacity: int, store: Tensor | None = None) -> None:
        heads, size = engine.config.num_key_value_heads, engine.head_size
        shape = (2, engine.config.num_hidden_layers, rows, heads, capacity, size)
        # Zeros: what nobody looks at is multiplied by zero, which makes a number of anything but NaN.
        self.store = store if store is not None else torch.zeros(shape, dtype=engine.dtype, device=engine.device)
        self.capacity = capacity
        self.lengths = [0] * rows

    @property
    def length(self) -> int:
        """Of the longest row."""
        return max(self.lengths)

    @length.setter
    def length(self, value: int) -> None:
        self.lengths = [value] * len(self.lengths)

    def row(self, engine: Engine, number: int) -> "Rows":
        """One row by itself; it writes into the same memory."""
        one = Rows(engine, 1, self.capacity, self.store[:, :, number : number + 1])
        one.lengths = [self.lengths[number]]
        return one

    def keep(self, engine: Engine, numbers: Sequence[int]) -> "Rows":
        """Some of the rows, in memory of their own."""
        where = torch.tensor(numbers, device=engine.device)
        kept = Rows(engine, len(numbers), self.capacity, self.store.index_select(2, where))
        kept.lengths = [self.lengths[number] for number in numbers]
        return kept


class FastEngine(Engine):
    """Runs one checkpoint whose folded weights fit into memory. Not safe to use from two threads at once.

    Raises ValueError for a model of a kind that only the library's modules know.
    """

    def __init__(self, checkpoint: Checkpoint, graphs: bool = True) -> None:
        super().__init__(checkpoint)
        self.graphs = Graphs(self.device, graphs)
        self._sounds = Graphs(self.device, graphs)
        self.side: Any = torch.cuda.Stream(self.device) if self.graphs.enabled else None  # type: ignore[no-untyped-call]
        """Where notes are heard while photos are seen; None: one after the other."""
        self._compiled = False
        if halves(self.body.layers[0].mlp.gate_up_proj.weight):
            checkpoint.engine = checkpoint.engine.replace("fp32", "bf16")  # what the verdict's record tells
        self._build()
        self._layers: dict[tuple[str, ...], list[Layer]] = {}
        self._arenas: dict[tuple[int, int], Tensor] = {}
        self._masks: dict[int, tuple[Tensor, Tensor]] = {}
        self.notes = Notes()
        self.ahead = self.graphs.enabled
        """Whether a unit alone looks at all options of a choice in one pass; on the CPU each token costs its share."""

    def _build(self) -> None:
        """Takes the weights over from the library's modules."""
        with torch.inference_mode():
            self.vision = Vision(self.image, self.dtype, self.device, self.graphs)
            self.hearing = Hearing(self.audio, self.dtype, self.device, self._sounds)
            place = self.body, self.config, self.cosines, self.sines
            cuda = self.device.type == "cuda"
            self.decoder = CudaDecoder(*place, compiled=self._compiled) if cuda else Decoder(*place)

    # --- LoRAs ---

    def use(self, names: Sequence[str]) -> None:
        """Makes these LoRAs work. What is folded is known to be right: it was asserted when it was folded."""
        if tuple(names) in self._layers:
            self._set = tuple(names)
        else:
            super().use(names)

    def forget(self) -> None:
        """Takes all weights over anew, after some have changed."""
        super().forget()
        self._layers.clear()
        self.graphs.forget()
        self._sounds.forget()
        self._build()

    def folded(self) -> list[Layer]:
        """The decoder's layers with the LoRAs at work folded in; made once a set."""
        if self._set not in self._layers:
            while len(self._layers) >= self._kept_sets():
                del self._layers[next(iter(self._layers))]
                self.graphs.forget()
            with torch.inference_mode():
                self._layers[self._set] = [self._fold(module) for module in self.body.layers]
        return self._layers[self._set]

    def _kept_sets(self) -> int:
        """Both sets, for questions with photo and without, where the card has room for a second one."""
        if self.device.type != "cuda" or not self._layers:
            return 2
        size = sum(p.numel() for p in self.body.layers.parameters()) * self.dtype.itemsize
        return 2 if torch.cuda.mem_get_info(self.device)[0] > 2 * size else 1

    def _fold(self, module: Any) -> Layer:
        parts = (module.self_attn.qkv_proj, module.self_attn.o_proj, module.mlp.gate_up_proj, module.mlp.down_proj)
        return self.decoder.layer(module, [_weight(part, self._set) for part in parts])

    def compile(self) -> None:
        """Has torch compile what lies between the decoder's products; needs Triton and a compiler. CUDA only."""
        if isinstance(self.decoder, CudaDecoder):
            self._compiled = True
            self.decoder.compile()
            self.graphs.forget()

    # --- photo and voice ---

    def see(self, photo: PhotoTensors, stop: StopCheck | None = None) -> Tensor:
        """Image embeddings of one photo; (tokens, hidden)."""
        return self.vision.see([photo], stop)[0]

    def see_all(self, photos: Sequence[PhotoTensors], stop: StopCheck | None = None) -> list[Tensor]:
        """Image embeddings of several photos, their crops in one pass; (tokens, hidden) each."""
        return self.vision.see(photos, stop) if photos else []

    def crops(self, pixels: Tensor, mask: Tensor, stop: StopCheck | None = None) -> Tensor:
        """Features of every crop, 2x2 patches averaged; (crops, side, side, d)."""
        return self.vision.crops(pixels, mask, stop)

    def hear(self, features: Tensor, tokens: int, beside_photo: bool) -> Tensor:
        """Audio embeddings of one note; (tokens, hidden)."""
        return self.hearing.hear([VoiceTensors(features, tokens)], beside_photo)[0]

    def hear_all(self, voices: Sequence[VoiceTensors], beside_photo: bool) -> list[Tensor]:
        """Audio embeddings of several notes in one pass; (tokens, hidden) each."""
        return self.hearing.hear(voices, beside_photo) if voices else []

    def hear_meanwhile(self, voices: Sequence[VoiceTensors], beside_photo: bool) -> Callable[[], list[Tensor]]:
        """Begins `hear_all`; what is given back waits for it, once the photos are on their way."""
        if self.side is None or not voices:
            heard = self.hear_all(voices, beside_photo)
            return lambda: heard
        here: Any = torch.cuda.current_stream(self.device)
        self.side.wait_stream(here)
        with torch.cuda.stream(self.side):
            heard = self.hear_all(voices, beside_photo)

        def joined() -> list[Tensor]:
            here.wait_stream(self.side)
            for one in heard:
                one.record_stream(here)
            return heard

        return joined

    # --- decoder ---

    def embed(self, ids: Sequence[int]) -> Tensor:
        """Token embeddings; (n, hidden)."""
        embedded: Tensor = self.body.embed_tokens(sent(torch.tensor(ids), self.device))
        return embedded

    def rows(self, count: int, capacity: int) -> Rows:
        """Room for several units. On CUDA the same memory each time, so that graphs find it: one judgment at a time."""
        if not self.graphs.enabled:
            return Rows(self, count, capacity + SPANS[-1])  # what fills a step up is written behind a row's end
        wide = next((size for size in ROWS if size >= count), count)
        room = next((size for size in ROOMS if size >= capacity + max(PIECE, SPANS[-1])), capacity + SPANS[-1])
        if (wide, room) not in self._arenas:
            self._arenas[wide, room] = Rows(self, wide, room).store
        return Rows(self, wide, room, self._arenas[wide, room])

    def clean(self) -> None:
        """Empties the memory that is used again, after a unit that left no numbers in it."""
        for store in self._arenas.values():
            store.zero_()

    def read(self, embedded: Tensor, memory: Memory, stop: StopCheck | None = None) -> Tensor:
        """Feeds embeddings (n, hidden) into the memory; the hidden state after the last one, normalised (hidden,)."""
        count, start = len(embedded), memory.length
        self._room(start + count, memory.capacity)
        halt(stop)
        bias = None if count == 1 or start == 0 else causal_bias(count, start, embedded)
        places = torch.arange(start, start + count, device=self.device)[None]
        state = self.decoder.read(self.folded(), embedded[None], memory.store, Feed(places, start + count, start, bias))
        memory.length = start + count
        return state[0]

    def read_rows(self, embedded: Sequence[Tensor], memory: Rows, stop: StopCheck | None = None) -> Tensor:
        """Feeds each row its embeddings (n, hidden); the states after each row's last one (rows, hidden).

        Rows behind those given stay as they are; what is returned for them means nothing.
        """
        counts = [len(one) for one in embedded]
        most = max(counts)
        if self.graphs.enabled:
            most = -(-most // PIECE) * PIECE
        starts = memory.lengths[: len(counts)]
        self._room(max(start + count for start, count in zip(starts, counts, strict=True)), memory.capacity)
        halt(stop)
        padded = embedded[0].new_zeros(len(counts), most, embedded[0].shape[1])
        for row, one in enumerate(embedded):
            padded[row, : counts[row]] = one
        last = sent(torch.tensor([count - 1 for count in counts]), self.device)
        begins = sent(torch.tensor(starts), self.device)
        store = memory.store[:, :, : len(counts)]
        alike = starts[0] if len(set(starts)) == 1 else None
        ragged = min(counts) < most
        key = ("prompt", self._set, store.data_ptr(), alike, memory.capacity, ragged)

        def work(padded: Tensor, last: Tensor, begins: Tensor) -> Tensor:
            return self._prompts(padded, last if ragged else None, begins, store, alike)

        states = self.graphs(key, work, padded, last, begins)
        for row, count in enumerate(counts):
            memory.lengths[row] += count
        return states

    def _prompts(self, padded: Tensor, last: Tensor | None, begins: Tensor, store: Tensor, alike: int | None) -> Tensor:
        count = padded.shape[1]
        if alike is None:
            places = begins[:, None] + torch.arange(count, device=self.device)
            keys = store.shape[4]
            feed = Feed(places, keys, None, rows_bias(places, keys, padded), last)
        else:
            places = torch.arange(alike, alike + count, device=self.device)[None]
            bias = causal_bias(count, alike, padded) if alike and count > 1 else None
            feed = Feed(places, alike + count, alike, bias, last)
        return self.decoder.read(self.folded(), padded, store, feed)

    def step_rows(self, ids: Sequence[Sequence[int]], memory: Rows, stop: StopCheck | None = None) -> Tensor:
        """Feeds each row some tokens, maybe none; the states after each row's last one (rows, hidden).

        What is returned for a row that was fed none means nothing.
        """
        halt(stop)
        most = max(map(len, ids))
        graphs = self.graphs.enabled
        if graphs:
            most = next((span for span in SPANS if span >= most), most)
        rows = len(memory.lengths) if graphs else len(ids)
        tokens = torch.zeros(rows, most, dtype=torch.long)
        for row, one in enumerate(ids):
            tokens[row, : len(one)] = torch.tensor(one)
        starts = memory.lengths[:rows]
        fed = [len(one) for one in ids] + [0] * (rows - len(ids))
        self._room(max(start + count for start, count in zip(starts, fed, strict=True)), memory.capacity)
        about = torch.tensor([starts, [max(0, count - 1) for count in fed]])
        keys = memory.capacity if graphs else min(memory.capacity, max(starts) + most)
        store = memory.store[:, :, :rows]

        def work(tokens: Tensor, about: Tensor) -> Tensor:
            return self._steps(tokens, about, store, keys)

        if graphs:
            key = ("step", self._set, memory.store.data_ptr(), rows, keys)
            states = self.graphs(key, work, sent(tokens, self.device), sent(about, self.device))
        elif len(set(zip(starts, fed, strict=True))) == 1:  # one unit, or all alike: no padding to be masked
            states = self._prompts(self.body.embed_tokens(tokens.to(self.device)), None, about[0], store, starts[0])
        else:
            states = work(tokens.to(self.device), about.to(self.device))
        for row, count in enumerate(fed):
            memory.lengths[row] += count
        return states

    def _steps(self, tokens: Tensor, about: Tensor, store: Tensor, keys: int) -> Tensor:
        count = tokens.shape[1]
        # Padding is written behind a row's end, where the next step writes over it.
        places = about[0][:, None] + torch.arange(count, device=self.device)
        embedded: Tensor = self.body.embed_tokens(tokens)
        feed = Feed(places, keys, None, rows_bias(places, keys, embedded), about[1])
        return self.decoder.read(self.folded(), embedded, store, feed)

    def step_tree(self, tokens: Sequence[int], parents: Sequence[int], memory: Rows, stop: StopCheck | None) -> Tensor:
        """Feeds the only row a tree of tokens, each seeing what is kept and those it follows; the states of all
        (n, hidden). `parents` are earlier tokens' numbers, -1 for what is kept. The memory's length does not move:
        `take` keeps one path."""
        halt(stop)
        count, start = len(tokens), memory.lengths[0]
        most = self.tree_room(count)
        self._room(start + most, memory.capacity)
        seen, depths = torch.eye(most, dtype=torch.bool), torch.zeros(most, dtype=torch.long)
        for number, parent in enumerate(parents):
            if parent >= 0:
                seen[number] |= seen[parent]
                depths[number] = depths[parent] + 1
        padded = torch.tensor([*tokens, *[0] * (most - count)])
        about = torch.stack([padded, depths, torch.full_like(depths, start)])
        keys = memory.capacity if self.graphs.enabled else start + most
        store = memory.store

        def work(about: Tensor, seen: Tensor) -> Tensor:
            return self._tree(about, seen, store, keys)

        key = ("tree", self._set, store.data_ptr(), store.stride(), keys)
        return self.graphs(key, work, sent(about, self.device), sent(seen, self.device))[0, :count]

    def tree_room(self, count: int) -> int:
        """Places that a tree of so many tokens takes."""
        return next((size for size in TREES if size >= count), count) if self.graphs.enabled else count

    def _tree(self, about: Tensor, seen: Tensor, store: Tensor, keys: int) -> Tensor:
        count = about.shape[1]
        slots = about[2] + torch.arange(count, device=self.device)
        behind = torch.arange(keys, device=self.device) - about[2, :1]
        known = seen[:, behind.clamp(0, count - 1)] & (behind < count)
        embedded: Tensor = self.body.embed_tokens(about[:1])
        bias = torch.zeros(known.shape, dtype=embedded.dtype, device=self.device)
        bias = bias.masked_fill_(~(known | (behind < 0)), LOWEST)[None, None]
        feed = Feed((about[2] + about[1])[None], keys, None, bias, None, slots[None])
        return self.decoder.read(self.folded(), embedded, store, feed)

    def take(self, path: Sequence[int], memory: Rows) -> None:
        """Keeps of a tree that was fed these tokens, in their order, as if they had been fed alone."""
        start = memory.lengths[0]
        if list(path) != list(range(len(path))):
            where = sent(torch.tensor([start + number for number in path]), self.device)
            memory.store[..., start : start + len(path), :] = memory.store.index_select(4, where)
        memory.lengths[0] += len(path)

    def scores_rows(self, hidden: Tensor, rows: Sequence[Sequence[int]]) -> list[Tensor]:
        """Logits of some tokens for each state (B, hidden); float32 on the CPU, in one wait for the device."""
        wide = max(map(len, rows))
        chosen = torch.tensor([[*one, *[one[0]] * (wide - len(one))] for one in rows])
        logits = (self.head[sent(chosen, self.device)] @ hidden[:, :, None])[..., 0].float().cpu()
        return [logits[row, : len(one)] for row, one in enumerate(rows)]

    def likeliest(self, hidden: Tensor, masks: Sequence[Tensor | None]) -> list[tuple[int, bool]]:
        """For each state (B, hidden) the likeliest token that its mask (vocabulary,) allows, and whether all its
        logits are numbers."""
        logits = hidden @ self.head.t()
        finite = torch.isfinite(logits).all(dim=1)
        allowed = torch.stack([self._here(mask) for mask in masks if mask is not None])
        best = logits.masked_fill(~allowed, float("-inf")).argmax(dim=1)
        told = torch.stack([best, finite.long()], dim=1).tolist()
        return [(token, bool(sane)) for token, sane in told]

    def _here(self, mask: Tensor) -> Tensor:
        """A vocabulary's mask on the device; it is the same one at every free text."""
        kept = self._masks.get(id(mask))
        if kept is None or kept[0] is not mask:
            if len(self._masks) > 64:
                self._masks.clear()
            kept = self._masks[id(mask)] = mask, mask.to(self.device)
        return kept[1]

    def _room(self, end: int, capacity: int) -> None:
        if end > min(capacity, self.limit):
            raise ValueError(f"{end} tokens pass the {min(capacity, self.limit)} there is room for")


def _weight(module: Any, names: Sequence[str]) -> Tensor:
    """A linear layer's weight with the LoRAs' products added to it; a new tensor where there are any."""
    if not hasattr(module, "base_layer"):
        return module.weight.detach()  # type: ignore[no-any-return]
    weight: Tensor = module.base_layer.weight.detach().clone()
    for name in names:
        if name in module.lora_A:
            weight += module.get_delta_weight(name).detach().to(weight.dtype)
    return weight
