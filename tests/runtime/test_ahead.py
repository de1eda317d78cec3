"""What is read ahead is what a pass for each question tells: same states, same answers, fewer passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
import torch

from model_runtime.ahead import MOST, Ahead, Tree
from model_runtime.checkpoint import load
from model_runtime.cuda_decoder import CudaDecoder
from model_runtime.cuda_graphs import Graphs
from model_runtime.engine import Memory
from model_runtime.fast_engine import FastEngine
from model_runtime.notes import Notes
from model_runtime.plain_decoder import Decoder
from model_runtime.runtime import ModelJudge, load_judge
from model_runtime.verdict import Question, Thresholds
from tests.runtime.test_engine import CLOSE
from tests.runtime.test_runtime import babble, picture

NG_BRANCH = Thresholds(0.0, 1.0)
PROMPT = [300, 301, 302, 303, 304]


@pytest.fixture(params=[Decoder, CudaDecoder])
def engine(tiny_checkpoint: Path, request: pytest.FixtureRequest) -> Iterator[FastEngine]:
    with torch.inference_mode():
        engine = FastEngine(load(tiny_checkpoint))
        engine.decoder = request.param(engine.body, engine.config, engine.cosines, engine.sines)
        engine.use(["vis_lora"])
        yield engine


def begun(engine: FastEngine) -> Ahead:
    memory = engine.rows(1, 400)
    engine.read(engine.embed(PROMPT), memory)
    return Ahead(engine, memory)


def alone(engine: FastEngine, said: list[int]) -> torch.Tensor:
    memory = Memory(engine, 100)
    return engine.read(engine.embed([*PROMPT, *said]), memory)


def test_branches_share_their_beginning() -> None:
    tree = Tree([5, 6], [(7, 8, 9), (7, 8, 4), (3,)])
    assert tree.tokens == [5, 6, 7, 8, 9, 4, 3]
    assert tree.parents == [-1, 0, 1, 2, 3, 3, 1]


def test_a_tree_has_an_end() -> None:
    assert len(Tree([1], [(option, *range(500, 520)) for option in range(20)]).tokens) <= MOST


@pytest.mark.parametrize("option", [(310, 311), (310, 312, 313), (320,)])
def test_any_branch_goes_on_as_if_it_had_been_said_alone(engine: FastEngine, option: tuple[int, ...]) -> None:
    """The branch in several questions, then what was not read ahead, then another choice."""
    looking, said = begun(engine), []
    ahead = [(310, 311, 330, 331), (310, 312, 313, 330, 331), (320, 330, 331)]
    steps = [([305, 306], ahead), (list(option[:1]), ()), ([*option[1:], 330, 331], ())]
    steps += [([340], [(341, 350), (342, 350)]), ([342, 350], ()), ([360, 361], ())]
    for ids, later in steps:
        said += ids
        assert torch.allclose(looking.state(ids, later)[0], alone(engine, said), atol=CLOSE)
    assert looking.passes == 3
    assert looking.memory.lengths == [len(PROMPT) + len(said)]


def test_what_was_half_foreseen_is_fed_from_there(engine: FastEngine) -> None:
    looking = begun(engine)
    looking.state([305], [(310, 311), (320, 321)])
    assert torch.allclose(looking.state([320, 333, 334], ())[0], alone(engine, [305, 320, 333, 334]), atol=CLOSE)
    assert looking.passes == 2


def test_without_room_for_a_tree_it_goes_on_without(engine: FastEngine) -> None:
    memory = engine.rows(1, 10)
    memory.capacity = 8
    engine.read(engine.embed(PROMPT), memory)
    looking = Ahead(engine, memory)
    assert torch.allclose(looking.state([305], [(310, 311), (312, 313)])[0], alone(engine, [305]), atol=CLOSE)
    assert torch.allclose(looking.state([312, 313], ())[0], alone(engine, [305, 312, 313]), atol=CLOSE)


@pytest.fixture(scope="module")
def judge(tiny_checkpoint: Path) -> ModelJudge:
    return load_judge(tiny_checkpoint)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("files")
    picture(80, 60, seed=1).save(folder / "photo.png")
    soundfile.write(folder / "voice.wav", babble(1.2), 16000)
    return folder


@pytest.mark.parametrize("ok_below", [0.0, 1.0])
@pytest.mark.parametrize("defects", [(), ("dent", "dented", "dent of oil", "stain"), ("rust",)])
def test_a_judgment_is_the_same(judge: ModelJudge, files: Path, defects: tuple[str, ...], ok_below: float) -> None:
    engine = judge.engine
    assert isinstance(engine, FastEngine)
    question = Question(photo=files / "photo.png", voice=files / "voice.wav", defects=defects)
    with torch.inference_mode():
        inputs = judge.reader.read(question)
        apart = judge.answer(inputs, ok_below)
        engine.ahead = True
        engine.notes.clear()
        engine.notes.add("heard", apart.ids[:2])  # which nobody said
        try:
            first, again = (judge.answer(inputs, ok_below) for _ in range(2))
        finally:
            engine.ahead = False
    for together in (first, again):
        assert together.fields == apart.fields and together.ids == apart.ids
        assert together.probabilities == pytest.approx(apart.probabilities, abs=1e-5)
    assert first.passes < apart.passes or (ok_below == 1.0 and first.passes == apart.passes)
    assert again.passes < first.passes, "a text that was said before is read at once"


def test_texts_that_began_alike_are_foreseen() -> None:
    notes = Notes()
    for text in ((1, 2), (1, 3), (4,), (1,), (1, 2)):
        notes.add("heard", text)
    notes.add("remark", (1, 5))
    assert notes.after("heard", [1]) == [(2,), (), (3,)]
    assert notes.after("heard", [9]) == []
    notes.clear()
    assert notes.after("heard", []) == []


def test_what_cannot_be_recorded_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = Graphs(torch.device("cpu"))
    graphs.enabled = True  # recording, which there is none of without a card

    def record(*_: object) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(graphs, "_record", record)
    for number in range(4):
        assert graphs("key", torch.neg, torch.tensor([number])).tolist() == [-number]
    assert graphs.refused == 1 and len(graphs) == 0
