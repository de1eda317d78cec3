"""Stage 3, speech: the encoder with CTC over letters, then projector and speech LoRA under the frozen decoder.

CTC reads two letters from each 80 ms state. The decoder has learned to read streams of letters from text; so the
projector first learns, without the decoder, to say what CTC reads in the embeddings of such a stream, and only then all
is trained on the judgment. The decoder sees transcripts with a tenth of their tokens replaced, so that it cannot lean
on the sentence instead of the sound.
"""

import random
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.heard import distance
from model_runtime.nano import blueprint, forward, mixture, tokens, training
from model_runtime.nano.answers import Answers, corrupt
from model_runtime.nano.forward import LogMel
from model_runtime.nano.letters import PER_STATE, Letters, LetterStream
from model_runtime.nano.sound import SoundBatch, Speech, mask_features, other_throats
from model_runtime.nano.text_stage import note_target, reader

CORRUPTED = 0.1


def states(
    model: Phi4MultimodalForCausalLM, mel: LogMel, speech: Speech, b: SoundBatch, augment: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    if augment:
        b = speech.augment(b)
    with torch.no_grad():
        features = mel(b.sound)
        if augment:
            features = mask_features(other_throats(features) if speech.r.random() < 0.6 else features, speech.r)
    with training.autocast():
        return forward.audio_states(model, features, forward.frames_of(b.samples))


def ctc_loss(
    head: nn.Linear, hidden: torch.Tensor, count: torch.Tensor, letters: Letters, rows: list[dict[str, Any]]
) -> torch.Tensor:
    scores = head(hidden.float()).unflatten(-1, (PER_STATE, -1)).flatten(1, 2).log_softmax(-1)
    flat, lengths = letters.targets(rows, hidden.device)
    return F.ctc_loss(scores.transpose(0, 1), flat, count * PER_STATE, lengths, zero_infinity=True)


def answer_states(
    model: Phi4MultimodalForCausalLM,
    before: torch.Tensor,
    audio: torch.Tensor,
    count: torch.Tensor,
    closing: torch.Tensor,
    ids: torch.Tensor,
) -> torch.Tensor:
    """States before each answer token. `before` (N, P, D) is the prompt up to `audio` (N, T, D), ragged by `count`."""
    rows = before.shape[0]
    fixed = torch.full_like(count, before.shape[1])
    tail = forward.embed(model, torch.cat([closing, ids[:, :-1]], 1)).to(before.dtype)
    width = before.shape[1] + audio.shape[1] + tail.shape[1]
    embeds, total = forward.place_rows(
        [(before, fixed), (audio, count), (tail, torch.full_like(count, tail.shape[1]))], width
    )
    hidden = forward.decode(model, embeds)
    at = (total - ids.shape[1])[:, None] + torch.arange(ids.shape[1], device=ids.device)
    return hidden[torch.arange(rows, device=ids.device)[:, None], at]


def voice_prompt(model: Phi4MultimodalForCausalLM, answers: Answers, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    start = answers.on_device((tokens.USER, *answers.prompt("voice"))).expand(count, -1)
    return forward.embed(model, start), answers.on_device(answers.closing).expand(count, -1)


def voice_loss(
    model: Phi4MultimodalForCausalLM,
    answers: Answers,
    hidden: torch.Tensor,
    count: torch.Tensor,
    rows: list[dict[str, Any]],
    r: random.Random | None = None,
) -> torch.Tensor:
    """Answer loss of voices alone; with `r`, half of the transcripts stand behind a verdict that need not be right."""
    targets = [note_target(answers, row, r) for row in rows]
    ids, weights = answers.batch(targets, photo=False, voice=True, device=hidden.device)
    before, closing = voice_prompt(model, answers, len(rows))
    audio = forward.audio_tokens(model, hidden, "speech")
    states_before = answer_states(
        model, before.to(audio.dtype), audio, count, closing, corrupt(ids, weights, CORRUPTED)
    )
    return forward.answer_loss(model, states_before, ids, weights)


@torch.no_grad()
def measure(
    model: Phi4MultimodalForCausalLM,
    answers: Answers,
    mel: LogMel,
    speech: Speech,
    indices: list[int],
    decibel: float | None = None,
) -> dict[str, float]:
    """CER and the share of right `voice_says`, greedy, voice alone; the verdict before the text is often wrong."""
    r = random.Random(1)
    wrong = length = right = 0
    ends = answers.encode('", "voice_says": "')[0]
    for at in range(0, len(indices), 64):
        b = speech.batch(indices[at : at + 64])
        b = b if decibel is None else speech.add_noise(b, decibel)
        hidden, count = states(model, mel, speech, b, augment=False)
        with training.autocast():
            audio = forward.audio_tokens(model, hidden, "speech")
            starts = []
            for row in b.rows:
                target = note_target(answers, row, r)
                ids, _ = answers.sequence(target, photo=False, voice=True)
                starts.append(ids[: ids.index(ends) - len(target.heard or ())])
            said, verdicts = greedy(model, answers, audio, count, starts, ends)
        for row, text, says in zip(b.rows, said, verdicts, strict=True):
            wrong += distance(text, row["text"])
            length += len(row["text"])
            right += says == row["says"]
    return {"cer": wrong / max(1, length), "says": right / max(1, len(indices)), "n": len(indices)}


def greedy(
    model: Phi4MultimodalForCausalLM,
    answers: Answers,
    audio: torch.Tensor,
    count: torch.Tensor,
    starts: list[list[int]],
    ends: int,
    most: int = 72,
) -> tuple[list[str], list[str]]:
    """Transcript and `voice_says` of each row; every step runs the whole prompt again, good enough for measuring."""
    rows, device = len(starts), audio.device
    before, closing = voice_prompt(model, answers, rows)
    sequences = [list(s) for s in starts]
    done = [False] * rows
    choices = {name: answers.encode(name)[0] for name in ("OK", "NG", "nothing")}
    says = [""] * rows
    for _ in range(most):
        width = max(len(s) for s in sequences) + 1
        ids = torch.tensor([s + [tokens.PAD] * (width - len(s)) for s in sequences], device=device)
        hidden = answer_states(model, before.to(audio.dtype), audio, count, closing, ids)
        last = torch.tensor([len(s) for s in sequences], device=device)
        scores = forward.logits(model, hidden[torch.arange(rows, device=device), last])
        scores[:, : len(tokens.SPECIAL)] = -1e9
        for i, best in enumerate(scores.argmax(-1).tolist()):
            if done[i]:
                continue
            if sequences[i][-1] == ends:
                says[i] = max(choices, key=lambda name: float(scores[i, choices[name]]))
                done[i] = True
            else:
                sequences[i].append(best)
        if all(done):
            break
    texts = []
    for s, start in zip(sequences, starts, strict=True):
        heard = s[len(start) :]
        texts.append(answers.tokenizer.decode(heard[: heard.index(ends)] if ends in heard else heard))
    return texts, says


def test_sets(speech: Speech, most: int = 64) -> dict[str, list[int]]:
    return {
        "notes en": speech.indices("test", kind="note", language="en")[::2][:most],
        "notes ja": speech.indices("test", kind="note", language="ja")[::2][:most],
        "free en": speech.indices("test", kind="free", language="en")[::4][:most],
        "free ja": speech.indices("test", kind="free", language="ja")[::4][:most],
        "digits en": speech.indices("test", kind="fsdd_digits_en")[::2][:most],
        "words ja": speech.indices("test", kind="tofugu_words_ja")[:most],
    }


def report(name: str, model: Phi4MultimodalForCausalLM, answers: Answers, mel: LogMel, speech: Speech) -> None:
    for key, indices in test_sets(speech).items():
        clean = measure(model, answers, mel, speech, indices)
        noisy = measure(model, answers, mel, speech, indices, 10.0)
        print(
            f"{name} {key}: n {clean['n']} CER {clean['cer']:.3f} (10 dB {noisy['cer']:.3f}) says {clean['says']:.3f}",
            flush=True,
        )


def calibrate_input(model: Phi4MultimodalForCausalLM, mel: LogMel, speech: Speech) -> None:
    """Mean and deviation of each mel channel from the data, into the class's own normalising layer."""
    features = torch.cat([mel(speech.augment(speech.draw(32)).sound).flatten(0, 1) for _ in range(8)])
    norm = model.model.embed_tokens_extend.audio_embed.encoder.encoder_embedding
    norm.global_mean.copy_(features.mean(0))
    norm.global_invstd.copy_(1 / features.std(0).clamp(min=0.5))


def encoder_alone(
    model: Phi4MultimodalForCausalLM,
    mel: LogMel,
    speech: Speech,
    folder: Path,
    letters: Letters,
    head: nn.Linear,
    until: float,
    size: int,
) -> Speech:
    """CTC. Short words spoken by people first (on long notes CTC stays with its blanks), notes once they are there."""
    audio = model.model.embed_tokens_extend.audio_embed
    trainer = training.Trainer([(audio.encoder.parameters(), 1e-3), (head.parameters(), 1e-3)], warm=300)
    clock, spoken_at = training.Clock(until), None
    for share in clock:
        if spoken_at is None and clock.step % 50 == 0 and (folder / "speech.npy").exists():
            speech, spoken_at = Speech(folder, training.device()), share
            print(f"speech: the notes are there at step {clock.step}", flush=True)
        ripe = 1.0 if spoken_at is None else min(1.0, 0.3 + 2 * (share - spoken_at) / (1 - spoken_at))
        b = speech.draw(size, seconds=size * 3.0, shortest=ripe)
        hidden, count = states(model, mel, speech, b, augment=clock.step > 1000)
        loss = ctc_loss(head, hidden, count, letters, b.rows)
        trainer.step(loss, share * 0.75)
        if clock.step % 500 == 0:
            scores = head(hidden[0].float()).unflatten(-1, (PER_STATE, -1)).flatten(0, 1)
            said, read = b.rows[0]["text"], letters.read(scores, int(count[0]))
            print(f"speech encoder {clock.step}: CTC {loss.item():.3f}  [{said}] -> [{read}]", flush=True)
    while spoken_at is None and not (folder / "speech.npy").exists():
        time.sleep(1)
    return speech if spoken_at is not None else Speech(folder, training.device())


def say_letters(
    model: Phi4MultimodalForCausalLM,
    mel: LogMel,
    speech: Speech,
    head: nn.Linear,
    stream: LetterStream,
    mode: str,
    until: float,
    size: int = 256,
) -> None:
    """The projector of `mode` learns to give the embedding that CTC expects in each state; the encoder is frozen."""
    audio = model.model.embed_tokens_extend.audio_embed
    up, down = (getattr(audio, f"{way}_proj_for_{mode}") for way in ("up", "down"))
    trainer = training.Trainer([(up.parameters(), 2e-3), (down.parameters(), 2e-3)], decay=0.0, warm=50)
    clock = training.Clock(until)
    with_errors = torch.zeros(())
    for share in clock:
        with torch.no_grad():
            hidden, count = states(model, mel, speech, speech.draw(size, seconds=size * 3.0), augment=True)
            scores = head(hidden.float()).unflatten(-1, (PER_STATE, -1)).flatten(1, 2)
            wanted = stream.expected(scores)
            inside = torch.arange(hidden.shape[1], device=hidden.device) < count[:, None]
        said = down(F.gelu(up(hidden.float())))
        with_errors = ((said - wanted) ** 2).mean(-1)[inside].mean() / (wanted**2).mean(-1)[inside].mean()
        trainer.step(with_errors, share)
    print(f"speech: {mode} projector, {clock.step} steps, {with_errors.item():.3f} of the variance left", flush=True)
    for p in (*up.parameters(), *down.parameters()):
        p.requires_grad_(False)


def ctc_rate(
    model: Phi4MultimodalForCausalLM, mel: LogMel, speech: Speech, head: nn.Linear, letters: Letters, indices: list[int]
) -> float:
    """Character error rate of greedy CTC."""
    wrong = length = 0
    for at in range(0, len(indices), 64):
        b = speech.batch(indices[at : at + 64])
        with torch.no_grad():
            hidden, count = states(model, mel, speech, b, augment=False)
            scores = head(hidden.float()).unflatten(-1, (PER_STATE, -1)).flatten(1, 2)
        for row, line, n in zip(b.rows, scores, count.tolist(), strict=True):
            wrong += distance(letters.read(line, n), row["text"])
            length += len(row["text"])
    return wrong / max(1, length)


def run(folder: Path, out: Path, text: Path, alone: float, until: float, size: int = 512) -> None:
    """`alone`, `until`: when the encoder's own phase and the stage end, as `time.time()`."""
    answers, device, r = Answers(folder), training.device(), random.Random(13)
    model, mixtures, _ = training.restore(None)
    speech, mel = Speech(folder, device), LogMel().to(device)
    letters = Letters(answers)
    calibrate_input(model, mel, speech)
    audio = model.model.embed_tokens_extend.audio_embed
    head = nn.Linear(audio.encoder.config.hidden_size, PER_STATE * len(letters.letters)).to(device)
    speech = encoder_alone(model, mel, speech, folder, letters, head, alone, size)
    for language in ("ja", "en"):
        rate = ctc_rate(model, mel, speech, head, letters, speech.indices("test", kind="note", language=language)[:192])
        print(f"speech: CTC alone, notes {language}: CER {rate:.3f}", flush=True)
    stream = reader(training.take_text(model, text), letters, model.config.hidden_size)
    say_letters(model, mel, speech, head, stream, "speech", time.time() + 0.05 * (until - time.time()))
    lora = mixture.add(mixtures, "sp_lora", blueprint.RANKS["sp_lora"])
    mixture.use(mixtures, "sp_lora")
    projector = [*audio.up_proj_for_speech.parameters(), *audio.down_proj_for_speech.parameters()]
    trainer = training.Trainer(
        [(audio.encoder.parameters(), 4e-4), (head.parameters(), 4e-4), (projector, 5e-4), (lora, 8e-4)]
    )
    clock = training.Clock(until - 0.12 * (until - time.time()))
    for share in clock:
        b = speech.draw(size // 2, seconds=size * 1.5)
        hidden, count = states(model, mel, speech, b, augment=True)
        with training.autocast():
            answer = voice_loss(model, answers, hidden, count, b.rows, r)
        ctc = ctc_loss(head, hidden, count, letters, b.rows)
        trainer.step(answer + 0.5 * ctc, share)
        if clock.step % 500 == 0:
            print(f"speech {clock.step} {share:.2f}: answer {answer.item():.3f} CTC {ctc.item():.3f}", flush=True)
    say_letters(model, mel, speech, head, stream, "vision_speech", until)
    training.save(model, mixtures, out)
    report(f"speech ({clock.step} steps)", model, answers, mel, speech)
