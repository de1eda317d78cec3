"""The forward pass of training: the class's own modules called in batches, without its loops over images.

Equal to the library's forward for single questions (a test compares them); padding is masked out properly, which the
library's audio encoder does not do in batches (it adds the mask to the scores as 0 or 1).
"""

import math
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Phi4MultimodalForCausalLM
from transformers.models.phi4_multimodal.feature_extraction_phi4_multimodal import Phi4MultimodalFeatureExtractor


def image_features(model: Phi4MultimodalForCausalLM, photos: torch.Tensor) -> torch.Tensor:
    """(N, 3, S, S) in 0..1 -> (N, cells, cells, D): one crop each, encoder and 2 x 2 pooling."""
    image = model.model.embed_tokens_extend.image_embed
    embeddings = image.img_processor.embeddings
    hidden = (
        embeddings.patch_embedding(photos * 2 - 1).flatten(2).transpose(1, 2) + embeddings.position_embedding.weight
    )
    for layer in image.img_processor.encoder.layers:
        hidden = layer(hidden, None)
    side = math.isqrt(hidden.shape[1])
    pooled = F.avg_pool2d(hidden.transpose(1, 2).unflatten(2, (side, side)), 2)
    return pooled.permute(0, 2, 3, 1)


def image_tokens(model: Phi4MultimodalForCausalLM, features: torch.Tensor) -> torch.Tensor:
    """(N, c, c, D) -> (N, 2 c (c + 1) + 1, hidden): the crop's rows, the separator, the global view (here the same)."""
    image = model.model.embed_tokens_extend.image_embed
    count, cells, _, width = features.shape
    rows = torch.cat(
        [features, image.sub_img_feature_extensor.to(features.dtype).expand(count, cells, 1, width)], 2
    ).flatten(1, 2)
    separator = image.global_img_feature_extensor.to(features.dtype).expand(count, 1, width)
    up = image.img_projection_up(torch.cat([rows, separator, rows], 1))
    projected: torch.Tensor = image.img_projection_down(F.gelu(up))
    return projected


class LogMel(nn.Module):
    """The library's log-mel features for a padded batch, on any device."""

    def __init__(self) -> None:
        super().__init__()
        reference = Phi4MultimodalFeatureExtractor()
        self.window: torch.Tensor
        self.filters: torch.Tensor
        self.register_buffer("window", torch.hamming_window(400, periodic=False), persistent=False)
        self.register_buffer("filters", torch.from_numpy(reference.mel_filters).float(), persistent=False)
        self.preemphasis = float(reference.preemphasis)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        """(N, samples) at 16 kHz -> (N, frames, 80), 100 frames a second."""
        frames = sound.float().unfold(-1, 400, 160)
        before = torch.cat([frames[..., :1], frames[..., :-1]], -1)
        frames = (frames - self.preemphasis * before) * 32768
        power = torch.fft.rfft(frames * self.window, n=512).abs() ** 2
        return torch.log((power @ self.filters).clamp(min=1.0))


def frames_of(samples: torch.Tensor) -> torch.Tensor:
    return ((samples - 400) // 160 + 1).clamp(min=1)


def audio_states(
    model: Phi4MultimodalForCausalLM, features: torch.Tensor, frames: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, T, 80) and the frames that count -> encoder states (N, T', D) and how many of them count."""
    encoder = model.model.embed_tokens_extend.audio_embed.encoder
    hidden = _subsample(encoder, encoder.encoder_embedding(features), frames)
    count = -(-frames // encoder.config.time_reduction)
    keep = torch.arange(hidden.shape[1], device=hidden.device) < count[:, None]
    bias = encoder.relative_attention_bias_layer(hidden)
    mask = torch.where(keep[:, None, None, :], bias, torch.finfo(bias.dtype).min / 2)
    for layer in encoder.encoders:
        hidden = layer(hidden, mask.to(hidden.dtype))
    return hidden, count


def _subsample(encoder: Any, features: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
    """The encoder's convolutions; before each of them, what lies past a row's end is zero, as its padding is."""
    hidden, length = features[:, None].to(encoder.embed.out.weight.dtype), frames
    for layer in encoder.embed.conv:
        inside = torch.arange(hidden.shape[2], device=hidden.device) < length[:, None]
        if isinstance(layer, nn.Conv2d):
            hidden = layer(hidden * inside[:, None, :, None])
            length = -(-length // layer.stride[0])
        else:
            hidden = layer(hidden)
    return cast(torch.Tensor, encoder.embed.out(hidden.transpose(1, 2).flatten(2)))


def audio_tokens(model: Phi4MultimodalForCausalLM, states: torch.Tensor, mode: str) -> torch.Tensor:
    audio = model.model.embed_tokens_extend.audio_embed
    up, down = (
        (audio.up_proj_for_speech, audio.down_proj_for_speech)
        if mode == "speech"
        else (audio.up_proj_for_vision_speech, audio.down_proj_for_vision_speech)
    )
    projected: torch.Tensor = down(F.gelu(up(states)))
    return projected


def decode(model: Phi4MultimodalForCausalLM, embeds: torch.Tensor) -> torch.Tensor:
    """(N, L, hidden) -> last hidden states; causal, padding at the right needs no mask."""
    decoder = model.model
    positions = torch.arange(embeds.shape[1], device=embeds.device)[None]
    rotary = decoder.rotary_emb(embeds, position_ids=positions)
    hidden = embeds
    for layer in decoder.layers:
        hidden = layer(hidden, attention_mask=None, position_ids=positions, position_embeddings=rotary)
    states: torch.Tensor = decoder.norm(hidden)
    return states


def embed(model: Phi4MultimodalForCausalLM, ids: torch.Tensor) -> torch.Tensor:
    embeds: torch.Tensor = model.model.embed_tokens(ids)
    return embeds


def logits(model: Phi4MultimodalForCausalLM, hidden: torch.Tensor) -> torch.Tensor:
    return F.linear(hidden, model.model.embed_tokens.weight).float()


def answer_loss(
    model: Phi4MultimodalForCausalLM, hidden: torch.Tensor, ids: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Weighted cross entropy of the answer. `hidden` (N, A, D) are the states before each of `ids` (N, A)."""
    per_token = F.cross_entropy(logits(model, hidden).flatten(0, 1), ids.flatten(), reduction="none").view_as(weights)
    return (per_token * weights).sum() / weights.sum().clamp(min=1)


def place_rows(parts: list[tuple[torch.Tensor, torch.Tensor]], width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Joins ragged pieces row by row without a Python loop over rows.

    `parts` are (values (N, L_i, D), counts (N,)); returns (N, max, D) right-padded with zeros and the row lengths.
    """
    rows = parts[0][0].shape[0]
    device = parts[0][0].device
    total = torch.stack([counts for _, counts in parts]).sum(0)
    out = torch.zeros(rows, width, parts[0][0].shape[-1], device=device, dtype=parts[0][0].dtype)
    start = torch.zeros(rows, dtype=torch.long, device=device)
    for values, counts in parts:
        step = torch.arange(values.shape[1], device=device)
        inside = step < counts[:, None]
        row = torch.arange(rows, device=device)[:, None].expand_as(inside)[inside]
        out = out.index_put((row, (start[:, None] + step)[inside]), values[inside].to(out.dtype))
        start = start + counts
    return out, total
