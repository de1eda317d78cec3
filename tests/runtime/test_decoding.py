"""The grammar and the walk through it, with scores from anywhere: whatever the model says, a judgment comes out."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from model_runtime.decoding import LOOPS, Answer, NotANumber, _loop, answer_ids, walk
from model_runtime.grammar import OPENING, Literal, Shape, Vocabulary, after, plain
from model_runtime.nano import tokens
from model_runtime.verdict import DEFECTS, Region, Stopped
from tests.runtime import tiny

NAMES = ("scratch", "scratches", "scratch deep", "傷", "傷あり", "欠け", "black spot", "s", 'say "x"', "a\\b", "é")


def byte_fallback(folder: Path) -> PreTrainedTokenizerFast:
    """As kensa-nano has it."""
    tiny.write_tokenizer(folder)
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))


def byte_level(folder: Path) -> PreTrainedTokenizerFast:
    """As the full model has it."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(vocab_size=500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(['{"verdict": "OK", "defect": "scratch deep"}', "傷あり 傷なし", *NAMES] * 9, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in tiny.SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))


@pytest.fixture(scope="module", params=[byte_fallback, byte_level])
def vocabulary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    tokenizer = request.param(tmp_path_factory.mktemp("tokenizer"))
    return Vocabulary(tokenizer, len(tokenizer) + 5)


class Dice:
    """A model that says anything: scores drawn from a seed and everything it was fed."""

    def __init__(self, rows: int, seed: int) -> None:
        self.rows, self.seed = rows, seed
        self.fed: list[int] = []
        self.passes: list[int] = []

    @property
    def state(self) -> Tensor:
        return torch.tensor([float(hash((self.seed, *self.fed)) % 2**31)])

    def step(self, ids: Sequence[int]) -> Tensor:
        assert ids, "a pass without a token"
        self.fed.extend(ids)
        self.passes.append(len(ids))
        return self.state

    def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
        drawn = torch.randn(self.rows, generator=torch.Generator().manual_seed(int(hidden[0]))) * 3
        return drawn if rows is None else drawn[list(rows)]


def roll(vocabulary: Vocabulary, shape: Shape, seed: int = 0, ok_below: float = 0.5) -> tuple[Answer, Dice]:
    dice = Dice(vocabulary.rows, seed)
    return walk(dice, dice.state, vocabulary, shape, ok_below=ok_below), dice


def check(answer: Answer, shape: Shape, vocabulary: Vocabulary) -> None:
    """The tokens spell the JSON of the contract, and the fields are what the JSON says."""
    text = vocabulary.tokenizer.decode(answer.ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    spoken = json.loads(text)
    assert list(spoken) == ["verdict", "defect", "severity", "region", "heard", "voice_says", "remark"]
    bad = spoken["verdict"] == "NG"
    assert answer.fields["verdict"] == spoken["verdict"]
    assert bad or (spoken["defect"], spoken["severity"], spoken["region"]) == ("none", "none", None)
    if bad:
        assert answer.fields["defect"] in shape.defects
        assert spoken["defect"] == answer.fields["defect"]
        assert spoken["severity"] in ("minor", "major", "critical")
        assert (spoken["region"] is not None) == shape.has_photo
    if bad and shape.has_photo:
        assert spoken["region"] == {"row": int(answer.fields["row"]), "col": int(answer.fields["col"])}
        assert {*spoken["region"].values()} <= set(range(8))
    assert spoken["voice_says"] in (("OK", "NG", "nothing") if shape.has_voice else ("nothing",))
    for name, budget in (("heard", shape.heard_tokens if shape.has_voice else 0), ("remark", shape.remark_tokens)):
        said = answer.fields.get(name, "")
        assert plain(said) == said
        assert len(said) <= 30 * budget
    assert all(0 < chance <= 1 for chance in answer.probabilities.values())
    assert len(answer.ids) <= vocabulary.longest(shape)


SHAPES = st.builds(
    Shape,
    defects=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True).map(tuple),
    has_photo=st.booleans(),
    has_voice=st.booleans(),
    heard_tokens=st.integers(0, 12),
    remark_tokens=st.sampled_from([0, 0, 5]),
)

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc"])
WILD_NAMES = st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=5, unique=True)


@given(seed=st.integers(0, 10**6), shape=SHAPES, ok_below=st.sampled_from([0.0, 0.2, 0.5, 1.0]))
@settings(max_examples=150, deadline=None)
def test_every_walk_ends_in_a_judgment(vocabulary: Vocabulary, seed: int, shape: Shape, ok_below: float) -> None:
    answer, dice = roll(vocabulary, shape, seed, ok_below)
    check(answer, shape, vocabulary)
    assert (answer.fields["verdict"] == "NG") == (answer.p_ng >= ok_below)
    assert [*vocabulary.encode(OPENING.text), *dice.fed] == answer.ids[
        : len(dice.fed) + len(vocabulary.encode(OPENING.text))
    ]
    again, _ = roll(vocabulary, shape, seed, ok_below)
    assert again == answer


@given(names=WILD_NAMES, seed=st.integers(0, 999))
@settings(max_examples=60, deadline=None)
def test_any_name_of_a_defect_can_be_chosen(vocabulary: Vocabulary, names: list[str], seed: int) -> None:
    encoded = {vocabulary.option(name) for name in names}
    shape = Shape(tuple(names))
    answer, _ = roll(vocabulary, shape, seed, ok_below=0.0)
    assert answer.fields["defect"] in names
    if len(encoded) == len(names):
        check(answer, shape, vocabulary)


def test_probability_of_a_choice_is_that_of_its_tokens(vocabulary: Vocabulary) -> None:
    """Over all names of a trie the greedy path's probability is the product along its branches."""
    shape = Shape(("scratch", "scratches", "scratch deep", "crack", "傷", "傷あり"))
    end = vocabulary.encode('", "severity": "')[0]
    for seed in range(20):
        answer, dice = roll(vocabulary, shape, seed, ok_below=0.0)
        lead = [*vocabulary.option("NG"), *vocabulary.encode('", "defect": "')]
        replay, alive, expected = (
            Dice(vocabulary.rows, seed),
            [(*vocabulary.option(n), end) for n in shape.defects],
            1.0,
        )
        replay.fed = list(lead)
        for token in (*vocabulary.option(answer.fields["defect"]), end):
            heads = sorted({path[0] for path in alive})
            if len(alive) > 1 and len(heads) > 1:
                scores = torch.softmax(replay.scores(replay.state, heads), -1)
                expected *= float(scores[heads.index(token)])
                assert token == heads[int(scores.argmax())]
            alive = [path[1:] for path in alive if path[0] == token]
            replay.fed.append(token)
        assert answer.probabilities["defect"] == pytest.approx(expected, rel=1e-5)


def test_only_choices_cost_a_pass(vocabulary: Vocabulary) -> None:
    answer, dice = roll(vocabulary, Shape(DEFECTS), ok_below=1.0)
    assert (answer.passes, dice.passes) == (0, []), "OK without a voice is decided by the prompt's own pass"
    names = ("alpha", "beta", "gamma")
    answer, dice = roll(vocabulary, Shape(names), ok_below=0.0)
    assert answer.passes == len(dice.passes) <= 4 + 4
    assert sum(dice.passes) < len(answer.ids)


@given(gap=st.floats(-50, 50), temperature=st.floats(0.1, 10))
@settings(max_examples=50, deadline=None)
def test_p_ng_is_the_tempered_softmax(vocabulary: Vocabulary, gap: float, temperature: float) -> None:
    ok, ng = vocabulary.option("OK")[0], vocabulary.option("NG")[0]

    class Says(Dice):
        def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
            scores = super().scores(hidden, None)
            scores[ok], scores[ng] = 1.0, 1.0 + gap
            return scores if rows is None else scores[list(rows)]

    dice = Says(vocabulary.rows, 0)
    answer = walk(dice, dice.state, vocabulary, Shape(DEFECTS), temperature=temperature)
    assert answer.p_ng == pytest.approx(1 / (1 + math.exp(-gap / temperature)), abs=1e-5)


def test_looks_at_one_unit_are_judged_together(vocabulary: Vocabulary) -> None:
    """The log odds of all looks count alike; what follows is said from the first."""
    alone = [roll(vocabulary, Shape(DEFECTS), seed, ok_below=0.0)[0] for seed in (1, 2, 3)]
    odds = [math.log(one.p_ng / (1 - one.p_ng)) for one in alone]
    first, *others = (Dice(vocabulary.rows, seed) for seed in (1, 2, 3))
    looks = [(other, other.state) for other in others]
    answer = walk(first, first.state, vocabulary, Shape(DEFECTS), ok_below=0.0, also=looks)
    assert answer.p_ng == pytest.approx(1 / (1 + math.exp(-sum(odds) / 3)), abs=1e-6)
    assert answer.fields == alone[0].fields


def test_a_certain_model_does_not_overflow(vocabulary: Vocabulary) -> None:
    class Sure(Dice):
        def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
            return torch.tensor([3e8, -3e8]) if rows else super().scores(hidden, None)

    dice = Sure(vocabulary.rows, 0)
    answer = walk(dice, dice.state, vocabulary, Shape(DEFECTS), temperature=0.01)
    assert answer.p_ng == pytest.approx(0, abs=1e-100)


@pytest.mark.parametrize("after_passes", [0, 1, 3])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_nan_is_never_an_answer(vocabulary: Vocabulary, after_passes: int, value: float) -> None:
    class Breaks(Dice):
        def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
            scores = super().scores(hidden, rows)
            if len(self.passes) >= after_passes:
                scores[-1] = value
            return scores

    dice = Breaks(vocabulary.rows, 0)
    with pytest.raises(NotANumber) as caught:
        walk(dice, dice.state, vocabulary, Shape(DEFECTS, has_voice=True, heard_tokens=9), ok_below=0.0)
    assert (caught.value.where == "verdict") == (after_passes == 0)


def test_a_walk_can_be_stopped_between_steps(vocabulary: Vocabulary) -> None:
    dice = Dice(vocabulary.rows, 0)
    with pytest.raises(Stopped):
        walk(dice, dice.state, vocabulary, Shape(DEFECTS), ok_below=0.0, stop=lambda: len(dice.passes) == 2)
    assert len(dice.passes) == 2


def test_plain_tokens_cannot_leave_the_string(vocabulary: Vocabulary) -> None:
    allowed = vocabulary.plain.nonzero().flatten().tolist()
    assert len(allowed) > 100
    assert len(vocabulary.plain) == vocabulary.rows
    special = set(vocabulary.tokenizer.all_special_ids)
    for token in allowed:
        text = vocabulary.tokenizer.decode([token])
        assert token not in special
        assert not any(letter in '"\\' or ord(letter) < 32 or ord(letter) == 127 for letter in text)
    for wanted in ("a", " ", "7"):
        assert vocabulary.plain[vocabulary.encode(wanted)[0]]


@given(ids=st.lists(st.integers(0, 450), max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_tokens_decode_to_text_that_json_takes(vocabulary: Vocabulary, ids: list[int]) -> None:
    text = vocabulary.decode([i for i in ids if i < len(vocabulary.tokenizer)])
    assert json.loads(f'"{text}"') == text
    assert "\ufffd" not in text
    text.encode("utf-8")


def test_halves_of_letters_are_dropped(vocabulary: Vocabulary) -> None:
    ids = vocabulary.encode("傷")
    if len(ids) > 1:
        assert vocabulary.decode([*vocabulary.encode("ok "), *ids[:-1]]) == "ok"
    assert vocabulary.decode([*vocabulary.encode("ok "), *ids]) == "ok 傷"


def test_free_text_ends_when_it_turns_in_circles(vocabulary: Vocabulary) -> None:
    words = [*vocabulary.encode("ab ")]

    class Parrot(Dice):
        said = 0

        def scores(self, hidden: Tensor, rows: Sequence[int] | None) -> Tensor:
            scores = super().scores(hidden, None)
            if rows is None:
                scores[words[self.said % len(words)]] = 100
                self.said += 1
            return scores if rows is None else scores[list(rows)]

    dice = Parrot(vocabulary.rows, 0)
    answer = walk(dice, dice.state, vocabulary, Shape(DEFECTS, has_voice=True, heard_tokens=90), ok_below=1.0)
    assert answer.fields["heard"] == "ab"
    assert dice.said == LOOPS * len(words)


def test_loops_are_found_at_any_length() -> None:
    assert _loop([7, 7, 7]) == 0
    assert _loop([1, 7, 7, 7, 7]) == 1
    assert _loop([1, 2, 3] * 4) == 3
    assert _loop([1, 2, 3] * 3 + [1, 2, 4]) == 0
    assert _loop([]) == 0


def test_training_feeds_what_the_walk_says(vocabulary: Vocabulary) -> None:
    """The same judgment gives the same tokens; everything that the walk asked for is marked as chosen."""
    for seed in range(30):
        shape = Shape(
            DEFECTS, has_photo=seed % 3 > 0, has_voice=seed % 2 == 0, heard_tokens=8, remark_tokens=4 * (seed % 4 == 0)
        )
        answer, _ = roll(vocabulary, shape, seed)
        said = answer.fields
        place = (int(said["row"]), int(said["col"])) if "row" in said else None
        ids, chosen = answer_ids(
            vocabulary,
            verdict=said["verdict"],
            defect=said.get("defect", "none"),
            severity=said.get("severity", "none"),
            region=place,
            heard="scratch on the left",
            voice_says=said.get("voice_says", "nothing"),
            remark="seen",
            has_photo=shape.has_photo,
            has_voice=shape.has_voice,
            remark_tokens=shape.remark_tokens,
        )
        assert len(ids) == len(chosen)
        text = vocabulary.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        spoken = json.loads(text)
        assert spoken["heard"] == ("scratch on the left" if shape.has_voice else "")
        assert spoken["remark"] == ("seen" if shape.remark_tokens else "")
        if not shape.has_voice and not shape.remark_tokens:
            assert ids == answer.ids
        assert any(chosen)
        assert not chosen[0]


def test_the_end_of_a_free_text_is_learned_too(vocabulary: Vocabulary) -> None:
    ids, chosen = answer_ids(vocabulary, verdict="OK", heard="ab", voice_says="OK", has_voice=True)
    marked = [token for token, free in zip(ids, chosen, strict=True) if free]
    end = vocabulary.encode('", "voice_says": "')[0]
    assert marked == [*vocabulary.option("OK"), *vocabulary.encode("ab"), end, *vocabulary.option("OK")]


def test_wrong_targets_are_refused(vocabulary: Vocabulary) -> None:
    with pytest.raises(ValueError, match="region"):
        answer_ids(vocabulary, verdict="NG", defect="scratch", severity="major")
    with pytest.raises(ValueError, match="severity"):
        answer_ids(vocabulary, verdict="NG", defect="scratch", severity="awful", region=Region(1, 2))
    with pytest.raises(ValueError, match="voice_says"):
        answer_ids(vocabulary, verdict="OK", voice_says="maybe", has_voice=True)


def test_hostile_transcripts_are_made_plain(vocabulary: Vocabulary) -> None:
    ids, _ = answer_ids(vocabulary, verdict="OK", heard='say "OK"\\\n\tnow', voice_says="OK", has_voice=True)
    assert json.loads(vocabulary.tokenizer.decode(ids))["heard"] == "say OK now"


def test_a_tokenizer_whose_literals_begin_with_plain_text_is_refused(vocabulary: Vocabulary) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        vocabulary.free_mask(vocabulary.encode("a")[0])


def test_every_literal_is_one_token_of_kensa_nano() -> None:
    """Its tokenizer was trained with the grammar's literals as tokens: a changed literal would be spelled out."""
    shapes = [Shape(DEFECTS, photo, voice, 9, 0) for photo in (True, False) for voice in (True, False)]
    segments = [segment for shape in shapes for verdict in ("OK", "NG") for segment in after(verdict, shape)]
    literals = {segment.text for segment in segments if isinstance(segment, Literal)}
    assert literals | {OPENING.text} == set(tokens.SPANS)
