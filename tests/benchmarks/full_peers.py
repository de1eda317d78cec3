"""What a user would run the decoder with instead: rows of bench_full for llama.cpp and onnxruntime-genai.

Neither is a part of the project: each is looked for by name, and its row says where it is not installed. Both get the
decoder's true shape with random weights in their own four-bit format, two threads, the same number of tokens in and
out. They cannot see or hear: our encoders' time (the row "ours") is added to theirs when the table is made.
"""

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.bench_full import ANSWER, TOKENS, memory
from tests.benchmarks.peer_models import THREADS, gguf_model, onnx_model


def missing(name: str) -> dict[str, Any] | None:
    """What the row says where the peer is not installed."""
    return None if importlib.util.find_spec(name) else {"note": f"{name} is not installed: no figure"}


def llama(folder: Path, rounds: int) -> dict[str, Any]:
    """llama.cpp, Q4_K_M: the mixture of formats that its own tool gives this architecture."""
    if gone := missing("llama_cpp") or missing("gguf"):
        return gone
    import llama_cpp

    path = gguf_model(folder.parent / "peer-q4_k_m.gguf")
    quiet = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(quiet, None)
    llama_cpp.llama_backend_init()
    settings = llama_cpp.llama_model_default_params()
    settings.n_gpu_layers = 0
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), settings)
    assert model, "llama.cpp did not load the model"
    wanted = llama_cpp.llama_context_default_params()
    wanted.n_ctx = wanted.n_batch = 1024
    wanted.n_threads = wanted.n_threads_batch = THREADS
    context = llama_cpp.llama_init_from_model(model, wanted)

    def feed(ids: list[int]) -> None:
        array = (llama_cpp.llama_token * len(ids))(*ids)
        failed = llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(array, len(ids)))
        logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, -1), (200064,))
        assert not failed and np.isfinite(logits).all()

    def once() -> tuple[float, float]:
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        return _timed(lambda: feed(_prompt()), lambda: feed([7]))

    once()
    version = getattr(llama_cpp, "__version__", "?")
    return _result([once() for _ in range(rounds)], f"llama.cpp (llama-cpp-python {version}), Q4_K_M")


def genai(folder: Path, rounds: int) -> dict[str, Any]:
    """onnxruntime-genai, int4 from its own model builder."""
    if gone := missing("onnxruntime_genai") or missing("onnx"):
        return gone
    import onnxruntime_genai as og

    model = og.Model(str(onnx_model(folder.parent / "peer-onnx")))

    def once() -> tuple[float, float]:
        settings = og.GeneratorParams(model)
        settings.set_search_options(max_length=1024, min_length=1024, do_sample=False)
        generator = og.Generator(model, settings)

        def prefill() -> None:
            generator.append_tokens(np.array(_prompt(), dtype=np.int32))
            generator.generate_next_token()

        return _timed(prefill, generator.generate_next_token)

    once()
    return _result([once() for _ in range(rounds)], f"onnxruntime-genai {og.__version__}, int4")


def _prompt() -> list[int]:
    return np.random.default_rng(0).integers(10, 190_000, TOKENS).tolist()


def _timed(prefill: Callable[[], object], step: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the prompt, and of the answer's tokens behind its first."""
    start = time.perf_counter()
    prefill()
    middle = time.perf_counter()
    for _ in range(ANSWER - 1):
        step()
    return middle - start, time.perf_counter() - middle


def _result(spent: list[tuple[float, float]], note: str) -> dict[str, Any]:
    prefill, decode = (float(np.median(part)) for part in zip(*spent, strict=True))
    stages = {"prefill": prefill, "decode": decode}
    return {"seconds": prefill + decode, "decoder_only": True, "stages": stages, "memory": memory(), "note": note}
