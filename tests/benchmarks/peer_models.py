"""The decoder's true shape with random weights in the peers' own four-bit formats. Knows formats; times nothing.

The speed of a product does not depend on the numbers in it, so blocks of random bits stand for weights that were
rounded: only their scales are chosen, so that what flows through the layers keeps its size.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

WIDTH, INNER, LAYERS, HEADS, GROUPS, SIZE, WORDS = 3072, 8192, 32, 24, 8, 128, 200064
ROTARY = 96
THREADS = 2
Bytes = npt.NDArray[np.uint8]

# --- llama.cpp ---


class Blocks:
    """Rows of k-quant blocks: 256 weights each, random bits, a mean of nearly zero."""

    def __init__(self) -> None:
        self._pool = np.random.default_rng(2).integers(0, 256, 1 << 24, dtype=np.uint8)

    def of(self, kind: str, rows: int, columns: int) -> Bytes:
        """(rows, bytes of a row) of Q4_K, Q5_K or Q6_K."""
        count, size = rows * columns // 256, columns**-0.5
        length = {"Q4_K": 144, "Q5_K": 176, "Q6_K": 210}[kind]
        block = np.resize(self._pool, count * length).reshape(count, length)
        if kind == "Q6_K":  # four and two bits, 16 scales in signed bytes, the scale of scales
            block[:, 192:208] = 16
            block[:, 208:] = np.frombuffer(np.float16(size / (16 * 18.5)).tobytes(), np.uint8)
        else:  # scales of values and of offsets, both in six bits, here all 15
            middle, spread = (7.5, 4.61) if kind == "Q4_K" else (15.5, 9.23)
            step = size / (15 * spread)
            block[:, :4] = np.frombuffer(np.array([step, step * middle], np.float16).tobytes(), np.uint8)
            block[:, 4:12], block[:, 12:16] = 15, 255
        return block.reshape(rows, -1)


def gguf_model(path: Path) -> Path:
    """Written once: architecture phi3, the formats of llama.cpp's Q4_K_M for it. Returns the path."""
    if path.is_file():
        return path
    import gguf

    draft = path.with_suffix(".new")
    writer = gguf.GGUFWriter(str(draft), "phi3")
    writer.add_context_length(4096)
    writer.add_rope_scaling_orig_ctx_len(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(GROUPS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(ROTARY)
    writer.add_rope_freq_base(10000.0)
    writer.add_sliding_window(0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_tokenizer_model("none")
    writer.add_vocab_size(WORDS)
    blocks = Blocks()

    def add(name: str, kind: str, rows: int, columns: int) -> None:
        writer.add_tensor(name, blocks.of(kind, rows, columns), raw_dtype=gguf.GGMLQuantizationType[kind])

    def norm(name: str) -> None:
        writer.add_tensor(name, np.ones(WIDTH, np.float32))

    add("token_embd.weight", "Q6_K", WORDS, WIDTH)
    norm("output_norm.weight")
    for layer in range(LAYERS):
        name = f"blk.{layer}"
        norm(f"{name}.attn_norm.weight")
        add(f"{name}.attn_qkv.weight", "Q5_K", (HEADS + 2 * GROUPS) * SIZE, WIDTH)
        add(f"{name}.attn_output.weight", "Q4_K", WIDTH, WIDTH)
        norm(f"{name}.ffn_norm.weight")
        add(f"{name}.ffn_up.weight", "Q4_K", 2 * INNER, WIDTH)
        add(f"{name}.ffn_down.weight", "Q6_K" if more_bits(layer) else "Q4_K", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    draft.replace(path)
    return path


def more_bits(layer: int) -> bool:
    """llama.cpp's own choice of layers that get six bits."""
    eighth = LAYERS // 8
    return layer < eighth or layer >= 7 * eighth or (layer - eighth) % 3 == 2


# --- onnxruntime-genai ---


def onnx_model(folder: Path) -> Path:
    """Written once: two layers by onnxruntime-genai's own builder, the second one repeated. Returns the folder."""
    if (folder / "genai_config.json").is_file():
        return folder
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    small = draft / "two"
    code = "from pathlib import Path; from tests.benchmarks.peer_models import two_layers"
    code += f"; two_layers(Path({str(draft)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)  # its memory is gone afterwards
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(draft / "source"), "-o", str(small)]
    subprocess.run([*command, "-p", "int4", "-e", "cpu", "-c", str(draft / "cache")], check=True)
    repeat(small, draft / "whole")
    shutil.rmtree(folder, ignore_errors=True)
    (draft / "whole").replace(folder)
    shutil.rmtree(draft)
    return folder


def two_layers(draft: Path) -> None:
    """A folder of the library with two random layers of this shape."""
    import torch
    from transformers import Phi3Config, Phi3ForCausalLM

    from tests.benchmarks.full_model import build_tokenizer

    config = Phi3Config(
        vocab_size=WORDS, hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=2, num_attention_heads=HEADS,
        num_key_value_heads=GROUPS, max_position_embeddings=4096, original_max_position_embeddings=4096,
        tie_word_embeddings=True, bos_token_id=0, pad_token_id=0, eos_token_id=3,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": ROTARY / SIZE},
    )  # fmt: skip
    torch.set_default_dtype(torch.bfloat16)
    source = draft / "source"
    Phi3ForCausalLM(config).save_pretrained(source)
    build_tokenizer(source)
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "pad_token": "<|endoftext|>"}
    (source / "tokenizer_config.json").write_text(json.dumps(about))


def repeat(small: Path, whole: Path) -> None:
    """The builder's graph of two layers with the second one repeated, every repetition with weights of its own."""
    import onnx

    shutil.copytree(small, whole)
    model = onnx.load(str(small / "model.onnx"), load_external_data=False)
    graph = model.graph
    with (small / "model.onnx.data").open("rb") as source, (whole / "model.onnx.data").open("ab") as data:
        for number in range(2, LAYERS):
            for items in (graph.node, graph.initializer, graph.value_info, graph.input, graph.output):
                for item in [item for item in items if re.search(r"(layers|values|present)\.1\b", item.name)]:
                    copy = type(item).FromString(item.SerializeToString())
                    copy.name = _moved(item.name, number)
                    if items is graph.node:
                        copy.input[:], copy.output[:] = (
                            [_moved(name, number) for name in names] for names in (item.input, item.output)
                        )
                    if items is graph.initializer:
                        _give_own_bytes(copy, source, data)
                    items.append(copy)
    for node in graph.node:  # what followed the second layer follows the last one
        if "final_norm" in node.name:
            node.input[:] = [re.sub(r"^/model/layers\.1/", f"/model/layers.{LAYERS - 1}/", name) for name in node.input]
    _in_order(graph.node)
    onnx.save_model(model, str(whole / "model.onnx"))
    path = whole / "genai_config.json"
    settings = json.loads(path.read_text())
    settings["model"]["decoder"]["num_hidden_layers"] = LAYERS
    settings["model"]["decoder"]["session_options"]["intra_op_num_threads"] = THREADS
    path.write_text(json.dumps(settings, indent=2))


def _moved(name: str, number: int) -> str:
    """A name of the second layer, or of the first where the second reads it, as layer `number` has it."""
    moved = re.sub(r"(layers|values|present)\.([01])\b", lambda m: f"{m[1]}.{number - 1 + int(m[2])}", name)
    return str(moved)


def _give_own_bytes(tensor: Any, source: IO[bytes], data: IO[bytes]) -> None:
    """Copies what a tensor has in the file beside the graph to the file's end."""
    where = {entry.key: entry for entry in tensor.external_data}
    if not where:
        return
    source.seek(int(where["offset"].value))
    data.write(bytes(-data.tell() % 4096))
    where["offset"].value = str(data.tell())
    data.write(source.read(int(where["length"].value)))


def _in_order(nodes: Any) -> None:
    """Layers one after the other, the final norm and the head behind them."""

    def place(node: Any) -> int:
        if "final_norm" in node.name or "lm_head" in node.name:
            return LAYERS + 1
        found = re.search(r"layers\.(\d+)/", node.name)
        return int(found[1]) + 1 if found else 0

    ordered = sorted(nodes, key=place)
    del nodes[:]
    nodes.extend(ordered)
