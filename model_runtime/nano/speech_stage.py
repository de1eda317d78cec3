"""Stage 3, speech: the encoder with CTC over letters, then projector and speech LoRA under the frozen decoder.

CTC reads two letters from each 80 ms state (English has more letters a second than the encoder has states). The decoder
sees transcripts with a tenth of their tokens replaced, so that it cannot lean on the sentence instead of the sound.
"""

import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Phi4MultimodalForCausalLM

from model_runtime.nano import blueprint, forward, mixture, tokens, training
from model_runtime.nano.answers import Answers
from model_runtime.nano.forward import LogMel
from model_runtime.nano.sound import SoundBatch, Speech, mask_features
from model_runtime.nano.text_stage import note_target

PER_STATE = 2
CORRUPTED = 0.1


class Letters:
    """The tokenizer's single letters; 0 is CTC's blank. A letter it does not know is left out."""

    def __init__(self, answers: Answers) -> None:
        self.letters = ["", *sorted(c for c in answers.tokenizer.get_vocab() if len(c) == 1)]
        self.index = {c: i for i, c in enumerate(self.letters)}

    def targets(self, rows: list[dict[str, Any]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        spelled = [[self.index[c] for c in row["text"] if c in self.index] for row in rows]
        flat = torch.tensor([i for row in spelled for i in row], device=device)
        return flat, torch.tensor([len(row) for row in spelled], device=device)

    def read(self, scores: torch.Tensor, count: int) -> str:
        best = scores[: count * PER_STATE].argmax(-1).tolist()
        return "".join(self.letters[b] for a, b in zip([0, *best[:-1]], best, strict=True) if b != a and b != 0)


def states(
    model: Phi4MultimodalForCausalLM, mel: LogMel, speech: Speech, b: SoundBatch, augment: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    if augment:
        b = speech.augment(b)
    with torch.no_grad():
        features = mel(b.sound)
        if augment:
            features = mask_features(features, speech.r)
    with training.autocast():
        return forward.audio_states(model, features, forward.frames_of(b.samples))


def ctc_loss(
    head: nn.Linear, hidden: torch.Tensor, count: torch.Tensor, letters: Letters, rows: list[dict[str, Any]]
) -> torch.Tensor:
    scores = head(hidden.float()).unflatten(-1, (PER_STATE, -1)).flatten(1, 2).log_softmax(-1)
    flat, lengths = letters.targets(rows, hidden.device)
    return F.ctc_loss(scores.transpose(0, 1), flat, count * PER_STATE, lengths, zero_infinity=True)


def corrupt(ids: torch.Tensor, weights: torch.Tensor, share: float) -> torch.Tensor:
    """Replaces a share of the free tokens (those with a loss that are no span and no choice) by random ones."""
    free = (
        (weights == 1.0)
        & (ids < tokens.VOCABULARY - len(tokens.SPANS))
        & (torch.rand(ids.shape, device=ids.device) < share)
    )
    return torch.where(
        free, torch.randint(len(tokens.SPECIAL) + 256, tokens.VOCABULARY - 20, ids.shape, device=ids.device), ids
    )


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
    start = torch.tensor([tokens.USER, *answers.prompt("voice")], device=training.device()).expand(count, -1)
    return forward.embed(model, start), torch.tensor(answers.closing, device=training.device()).expand(count, -1)


def voice_loss(
    model: Phi4MultimodalForCausalLM,
    answers: Answers,
    hidden: torch.Tensor,
    count: torch.Tensor,
    rows: list[dict[str, Any]],
) -> torch.Tensor:
    ids, weights = answers.batch([note_target(answers, r) for r in rows], photo=False, voice=True, device=hidden.device)
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
    """CER and the share of right `voice_says`, greedy, voice alone; the branch before the transcript is given."""
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
                target = note_target(answers, row)
                ids, _ = answers.sequence(target, photo=False, voice=True)
                starts.append(ids[: ids.index(ends) - len(target.heard or ())])
            said, verdicts = greedy(model, answers, audio, count, starts, ends)
        for row, text, says in zip(b.rows, said, verdicts, strict=True):
            wrong += training.edit_distance(text, row["text"])
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
    trainer = training.Trainer([(audio.encoder.parameters(), 8e-4), (head.parameters(), 8e-4)], warm=300)
    clock, spoken_at = training.Clock(until), None
    for share in clock:
        if spoken_at is None and clock.step % 50 == 0 and (folder / "speech.npy").exists():
            speech, spoken_at = Speech(folder, training.device()), share
            print(f"speech: the notes are there at step {clock.step}", flush=True)
        ripe = 1.0 if spoken_at is None else min(1.0, 0.3 + 2 * (share - spoken_at) / (1 - spoken_at))
        b = speech.draw(size, seconds=size * 3.0, shortest=ripe)
        hidden, count = states(model, mel, speech, b, augment=clock.step > 1000)
        loss = ctc_loss(head, hidden, count, letters, b.rows)
        trainer.step(loss, share * 0.6)
        if clock.step % 500 == 0:
            scores = head(hidden[0].float()).unflatten(-1, (PER_STATE, -1)).flatten(0, 1)
            said, read = b.rows[0]["text"], letters.read(scores, int(count[0]))
            print(f"speech encoder {clock.step}: CTC {loss.item():.3f}  [{said}] -> [{read}]", flush=True)
    while spoken_at is None and not (folder / "speech.npy").exists():
        time.sleep(1)
    return speech if spoken_at is not None else Speech(folder, training.device())


def run(folder: Path, out: Path, text: Path, alone: float, until: float, size: int = 256) -> None:
    """`alone`, `until`: when the encoder's own phase and the stage end, as `time.time()`."""
    answers, device = Answers(folder), training.device()
    model, mixtures, _ = training.restore(None)
    speech, mel = Speech(folder, device), LogMel().to(device)
    letters = Letters(answers)
    calibrate_input(model, mel, speech)
    head = nn.Linear(
        model.model.embed_tokens_extend.audio_embed.encoder.config.hidden_size, PER_STATE * len(letters.letters)
    ).to(device)
    speech = encoder_alone(model, mel, speech, folder, letters, head, alone, size)
    training.take_text(model, text)
    audio = model.model.embed_tokens_extend.audio_embed
    lora = mixture.add(mixtures, "sp_lora", blueprint.RANKS["sp_lora"])
    mixture.use(mixtures, "sp_lora")
    projector = [*audio.up_proj_for_speech.parameters(), *audio.down_proj_for_speech.parameters()]
    trainer = training.Trainer(
        [(audio.encoder.parameters(), 5e-4), (head.parameters(), 5e-4), (projector, 1e-3), (lora, 1e-3)]
    )
    clock = training.Clock(until)
    for share in clock:
        b = speech.draw(size, seconds=size * 3.0)
        hidden, count = states(model, mel, speech, b, augment=True)
        with training.autocast():
            answer = voice_loss(model, answers, hidden, count, b.rows)
        ctc = ctc_loss(head, hidden, count, letters, b.rows)
        trainer.step(answer + 0.3 * ctc, share)
        if clock.step % 500 == 0:
            print(f"speech {clock.step} {share:.2f}: answer {answer.item():.3f} CTC {ctc.item():.3f}", flush=True)
    training.save(model, mixtures, out)
    report(f"speech ({clock.step} steps)", model, answers, mel, speech)
