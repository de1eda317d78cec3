"""How kensa-nano is made: its forward is the library's, its answers are the grammar's, its data are what they claim."""

import random
from itertools import groupby
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast
from transformers.models.phi4_multimodal.feature_extraction_phi4_multimodal import Phi4MultimodalFeatureExtractor

from model_runtime import adapters, checkpoint, figures, manifest
from model_runtime.decoding import answer_ids
from model_runtime.heard import distance
from model_runtime.nano import assemble, blueprint, calibrate, forward, mixture, notes, tokens, training
from model_runtime.nano.answers import WEIGHT, Answers, Target, corrupt
from model_runtime.nano.canvas import SIDE
from model_runtime.nano.letters import Letters, LetterStream, spread
from model_runtime.nano.photos import Batch
from model_runtime.nano.scenes import CHIP, EVIDENT, GENERIC, Scenes, centre, dense_labels
from model_runtime.nano.speech_stage import answer_states, voice_prompt
from model_runtime.nano.vision_stage import look, photo_prompt, prompt_ids
from model_runtime.train import fit_temperature
from model_runtime.verdict import Region


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tokenizer of kensa-nano's kind."""
    r = random.Random(0)
    texts = [make(r).text for _ in range(400) for make in (notes.english_note, notes.japanese_note)]
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    tokens.build_tokenizer(texts, folder)
    return folder


@pytest.fixture(scope="module")
def made(
    tokenizer: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, torch.nn.Module, dict[str, mixture.MixtureLinear]]:
    """An untrained kensa-nano as a folder, and the same in the training's form; its LoRAs are not zero."""
    model, mixtures, _ = training.restore(None)
    for name, rank in blueprint.RANKS.items():
        for parameter in mixture.add(mixtures, name, rank):
            parameter.data.normal_(std=0.02)
    work: Path = tmp_path_factory.mktemp("nano")
    training.save(model, mixtures, work / "state.safetensors")
    from model_runtime.nano.make import parts

    parts(work / "state.safetensors", work / "parts")
    out = work / "kensa-nano"
    out.mkdir()
    weights = assemble.read_parts(work / "parts")
    assemble.write_base(weights, tokenizer / "tokenizer.json", out)
    base = manifest.make_manifest(out, "kensa-nano", prompt=blueprint.prompt_settings())
    manifest.write_manifest(out, base)
    even = {"temperature": 1.0, "thresholds": {"ok_below": 0.2, "ng_above": 0.8}}
    assemble.write_defect(weights, base.sha256, out / "defect-lora", {}, even)
    for parameter in model.parameters():
        parameter.data = parameter.data.half().float()
    return out, model, mixtures


@pytest.mark.slow
def test_the_training_forward_is_the_librarys(
    made: tuple[Path, torch.nn.Module, dict[str, mixture.MixtureLinear]], tokenizer: Path
) -> None:
    folder, model, mixtures = made
    assert checkpoint.verify(folder) == []
    loaded, answers = checkpoint.load(folder), Answers(tokenizer)
    adapters.attach(loaded, folder / "defect-lora")
    torch.manual_seed(1)
    golden, test = torch.rand(1, 3, SIDE, SIDE), torch.rand(1, 3, SIDE, SIDE)
    with torch.no_grad():
        adapters.activate(loaded, ["vis_lora", "defect"])
        mixture.use(mixtures, "vis_lora", "defect")
        _, [(seen, beside)] = look(model, Batch(golden, test, [], test))
        prompt, _ = photo_prompt(model, answers, seen, beside)
        closing = prompt_ids(answers, 1, answers.closing)
        ours = forward.logits(
            model, forward.decode(model, torch.cat([prompt, forward.embed(model, closing)], 1))[:, -1]
        )
        image = [tokens.IMAGE] * (2 * blueprint.CELLS * (blueprint.CELLS + 1) + 1)
        ids = [tokens.USER, *answers.prompt("golden"), *image, *answers.prompt("photo"), *image, *answers.closing]
        side = SIDE // blueprint.PATCH
        theirs = loaded.model(
            input_ids=torch.tensor([ids]),
            image_pixel_values=torch.stack([golden.expand(2, -1, -1, -1), test.expand(2, -1, -1, -1)]) * 2 - 1,
            image_sizes=torch.full((2, 2), SIDE),
            image_attention_mask=torch.ones(2, 2, side, side),
        ).logits[:, -1]
        torch.testing.assert_close(ours, theirs, atol=2e-3, rtol=1e-3)
        adapters.activate(loaded, ["sp_lora", "defect"])
        mixture.use(mixtures, "sp_lora", "defect")
        # two notes of unlike length in one batch: the padding of the shorter must not be heard
        sound, samples = torch.randn(2, 24000) * 0.1, torch.tensor([24000, 16000])
        sound[1, 16000:] = 0
        states, count = forward.audio_states(model, forward.LogMel()(sound), forward.frames_of(samples))
        before, closing = voice_prompt(model, answers, 2)
        heard = forward.audio_tokens(model, states, "speech")
        ours = forward.logits(model, answer_states(model, before, heard, count, closing, torch.tensor([[5], [5]])))[
            :, 0
        ]
        for row in range(2):
            clip = sound[row, : samples[row]].numpy()
            features = Phi4MultimodalFeatureExtractor()(clip, sampling_rate=16000)
            length = int(features["audio_embed_sizes"][0])
            assert length == int(count[row])
            ids = [tokens.USER, *answers.prompt("voice"), *[tokens.AUDIO] * length, *answers.closing]
            theirs = loaded.model(
                input_ids=torch.tensor([ids]),
                audio_input_features=features["audio_input_features"],
                audio_embed_sizes=features["audio_embed_sizes"],
            ).logits[:, -1]
            # log-mel in single precision here, in double there
            torch.testing.assert_close(ours[row], theirs[0], atol=0.01 * float(theirs.abs().max()), rtol=0)


def test_loras_in_use_add_up() -> None:
    torch.manual_seed(0)
    layer = mixture.MixtureLinear(torch.nn.Linear(12, 7, bias=False))
    for name, rank in (("vis_lora", 3), ("defect", 2)):
        layer.add(name, rank, 2.0 * rank)
        torch.nn.init.normal_(layer.b[name])
    x, said = torch.randn(4, 12), {}
    for names in ((), ("vis_lora",), ("defect",), ("vis_lora", "defect")):
        layer.active = names
        said[names] = layer(x)
    torch.testing.assert_close(said["vis_lora", "defect"], said["vis_lora",] + said["defect",] - said[()])


@pytest.mark.parametrize(("photo", "voice"), [(True, False), (True, True), (False, True)])
@pytest.mark.parametrize("bad", [False, True])
def test_training_answers_are_the_grammars(tokenizer: Path, bad: bool, photo: bool, voice: bool) -> None:
    answers, heard = Answers(tokenizer), "左端に傷があります"
    target = Target("NG" if bad else "OK", "scratch", "major", 2, 5, answers.encode(heard), "NG")
    ids, weights = answers.sequence(target, photo=photo, voice=voice)
    fast = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer / "tokenizer.json"))
    known, chosen = answer_ids(
        fast,
        verdict="NG" if bad else "OK",
        defect="scratch" if bad else "none",
        severity="major" if bad else "none",
        region=Region(2, 5) if bad and photo else None,
        heard=heard if voice else "",
        voice_says="NG" if voice else "nothing",
        remark="",
        has_photo=photo,
        has_voice=voice,
        remark_tokens=0,
    )
    assert known[: len(ids)] == ids
    # where the model chooses there is a loss, and nowhere else but at the transcript's end
    lost = {i for i, weight in enumerate(weights) if weight > 0}
    choices = {i for i, choice in enumerate(chosen[: len(ids)]) if choice}
    assert choices <= lost and len(lost - choices) <= int(voice)


def test_every_span_of_the_judgment_is_one_token(tokenizer: Path) -> None:
    known = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    assert known.get_vocab_size() <= tokens.VOCABULARY
    for text in (*tokens.SPANS, *tokens.CHOICES, *tokens.MARKERS):
        assert len(known.encode(text, add_special_tokens=False).ids) == 1, text
    for text in ("左端に深い傷があります", "lot two two nine one", "龍の鱗 42%"):
        assert known.decode(known.encode(text, add_special_tokens=False).ids) == text


def test_notes_say_what_they_claim() -> None:
    r = random.Random(3)
    drawn = [make(r) for _ in range(3000) for make in (notes.english_note, notes.japanese_note)]
    assert {note.says for note in drawn} == {"OK", "NG", "nothing"}
    assert len({note.text for note in drawn}) > 3500  # no handful of sentences
    for note in drawn:
        if note.says == "OK":
            assert not any(word in note.text for word in ("reject", "scrap", "不良", "だめ", "不合格"))
        if note.says == "nothing":
            assert note.defect == "none"
        if note.language == "ja":
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in note.reading)  # engines of kana read it


def test_scenes_show_the_defect_they_name() -> None:
    torch.manual_seed(5)
    pairs = Scenes("cpu").draw(24, bad=1.0)
    difference = (pairs.test - pairs.golden).abs().mean(1)
    assert set(pairs.label.tolist()) - {0} and int(pairs.label.max()) < len(GENERIC)
    for row in range(24):
        if pairs.label[row] == 0:
            assert float(difference[row].max()) == 0 and float(pairs.mask[row].max()) == 0
            continue
        inside = float((difference[row] * pairs.mask[row]).sum() / pairs.mask[row].sum())
        outside = float((difference[row] * (1 - pairs.mask[row])).mean())
        assert inside > 0.02 and outside < inside
    evident = Scenes("cpu").draw(24, evident=True)
    assert set(evident.label.tolist()) <= {0, *EVIDENT} and CHIP not in EVIDENT


def test_cut_out_things_are_damaged_where_the_mask_says() -> None:
    torch.manual_seed(3)
    things = torch.randint(0, 256, (5, 4, 48, 48), dtype=torch.uint8)
    things[:, 3] = 255
    pairs = Scenes("cpu").draw(16, bad=1.0, cutouts=things)
    difference = (pairs.test - pairs.golden).abs().mean(1)
    bad = pairs.label > 0
    assert int(bad.sum()) > 8
    assert float(difference[~bad].sum()) == 0
    inside = (difference * pairs.mask).sum((1, 2)) / pairs.mask.sum((1, 2)).clamp(min=1)
    assert float(inside[bad].min()) > 0.02


def test_labels_of_a_mask() -> None:
    mask = torch.zeros(1, SIDE, SIDE)
    mask[0, SIDE // 2 + 4 : SIDE // 2 + 12, 4:12] = 1
    assert dense_labels(mask, torch.tensor([3]))[0].nonzero().tolist() == [[4, 0]]
    assert [int(v) for v in centre(mask)] == [4, 0]


def test_figures_of_training() -> None:
    scores, bad = [0.1, 0.4, 0.35, 0.8], [False, False, True, True]
    told, even = figures.auroc(scores, bad), figures.auroc([1.0] * 4, bad)
    assert told is not None and told.value == pytest.approx(0.75)
    assert even is not None and even.value == pytest.approx(0.5)
    assert figures.auroc(scores, [True] * 4) is None
    assert distance("kitten", "sitting") == 3


def test_letters_in_time_can_be_read_back(tokenizer: Path) -> None:
    """Without damage a stream holds the letters in their order, in the states that it was given."""
    torch.manual_seed(2)
    letters = Letters(Answers(tokenizer))
    texts = ["deep scratch", "左端に傷があります", "ok", "a b c d e f g h"]
    spelled, counts = letters.table(texts, torch.device("cpu"))
    slots = spread(spelled, counts, 24, len(letters.letters), damage=0.0)
    assert slots.shape == (4, 24, 2)
    for row, text in zip(slots.flatten(1).tolist(), texts, strict=True):
        read = [letters.letters[i] for i in row if i]
        assert [k for k, _ in groupby(read)] == [k for k, _ in groupby(text)]  # a letter may be read twice


def test_the_expected_embedding_of_sure_letters_is_the_streams(tokenizer: Path) -> None:
    letters = Letters(Answers(tokenizer))
    stream = LetterStream(letters, 16)
    slots = torch.randint(0, len(letters.letters), (2, 5, 2))
    sure = torch.nn.functional.one_hot(slots.flatten(1), len(letters.letters)).float() * 60
    torch.testing.assert_close(stream.expected(sure), stream(slots, unsure=0.0), atol=1e-5, rtol=1e-4)


def test_what_is_not_asked_has_no_weight(tokenizer: Path) -> None:
    """A verdict that stands there without being asked bears no loss; the transcript behind it does."""
    answers = Answers(tokenizer)
    heard = answers.encode("deep scratch")
    asked = answers.sequence(Target("NG", "hole", "major", 1, 2, heard, "NG"), photo=True, voice=True)
    given = answers.sequence(Target("NG", "hole", "major", 1, 2, heard, "NG", asked=False), photo=True, voice=True)
    assert asked[0] == given[0]
    begin = len(given[1]) - len(heard) - 2
    assert sum(given[1][:begin]) == 0 < sum(asked[1][:begin])
    assert given[1][begin:] == asked[1][begin:] and sum(given[1][begin:]) > 0


def test_a_class_weighs_where_names_part_however_long_they_are(tokenizer: Path) -> None:
    answers = Answers(tokenizer)
    for name in ("slag_inclusion", "oxide_scale_of_plate_system", "deformation"):
        ids, weights = answers.sequence(Target("NG", name, "major"), photo=True, voice=False)
        named = answers.encode(name)
        at = next(i for i in range(len(ids)) if tuple(ids[i : i + len(named)]) == named)
        given = weights[at : at + len(named)]
        assert given[0] == WEIGHT["defect"]
        parts = [w == WEIGHT["defect"] for w in given]
        assert sum(parts) == (2 if name.startswith("oxide") else 1), name
        assert all(0 < w < 0.2 for w, parting in zip(given, parts, strict=True) if not parting)


def test_corrupted_answers_keep_spans_and_choices(tokenizer: Path) -> None:
    torch.manual_seed(0)
    answers = Answers(tokenizer)
    ids, weights = answers.batch([Target("OK", heard=answers.encode("looks good no scratches"), says="OK")] * 40,
                                 photo=False, voice=True, device="cpu")  # fmt: skip
    changed = corrupt(ids, weights, 0.5) != ids
    assert bool(changed.any())
    assert not bool(changed[weights != 1.0].any())


def test_the_next_batch_is_made_ahead() -> None:
    made: list[int] = []
    ahead = training.Ahead(lambda: made.append(len(made)) or torch.tensor(len(made)))  # type: ignore[func-returns-value]
    assert int(ahead.take()) == 1
    ahead.prepare()
    assert len(made) == 2 and int(ahead.take()) == 2


def test_calibration_finds_the_temperature_and_the_thresholds() -> None:
    torch.manual_seed(0)
    odds = torch.randn(4000) * 2
    bad = torch.rand(4000) < torch.sigmoid(odds)
    assert fit_temperature((odds * 2.5).numpy(), bad.numpy()) == pytest.approx(2.5, rel=0.15)
    good = torch.linspace(0.0, 0.6, 101)
    assert calibrate.quantile(good, 0.5, 0.02, 0.5) == pytest.approx(0.3, abs=1e-3)
    assert calibrate.quantile(good, 1.0, 0.02, 0.5) == 0.5
    assert calibrate.quantile(good, 0.0, 0.02, 0.5) == 0.02
