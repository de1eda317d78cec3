"""The audio encoder over plain tensors: several voice notes in one pass.

Knows the audio embedding of Phi4MultimodalForCausalLM. Knows no prompts. Longer than 500 tokens and streaming chunks,
which a voice note never is, are left to the library. Notes of different length are padded at the end; what is padded is
put back to zero after each convolution and is no key of the attention: a note sounds alike alone and in company.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from model_runtime.plain_decoder import LOWEST
from model_runtime.plain_vision import Run, direct
from model_runtime.products import GELU, Product, product
from model_runtime.voice import VoiceTensors

LONGEST = 500
"""Audio tokens; the library cuts what is longer into pieces."""
ROOM = 512
"""The same, rounded up to what GPU kernels like."""


@dataclass(frozen=True, slots=True)
class Block:
    """One conformer block. `ends` are the two halves of a feed-forward, `conv` its pieces in their order."""

    first: tuple[tuple[Tensor, Tensor], Product, Product]
    normed: tuple[Tensor, Tensor]
    qkv: Product
    out: Product
    conv_norm: tuple[Tensor, Tensor]
    wide: Product
    depth: tuple[Tensor, Tensor]
    narrow: Product
    last: Product
    second: tuple[tuple[Tensor, Tensor], Product, Product]
    after: tuple[Tensor, Tensor]


class Hearing:
    """The audio embedding of one checkpoint."""

    def __init__(self, audio: Any, dtype: torch.dtype, device: torch.device, run: Run = direct) -> None:
        """`audio`: the library's Phi4MultimodalAudioEmbedding. Raises ValueError for one that is not known here."""
        self.audio, self.encoder, self.dtype, self.device, self.run = audio, audio.encoder, dtype, device, run
        config = self.encoder.config
        plain = (config.activation, config.conv_activation, config.conv_glu_type) == ("swish",) * 3
        if not plain or config.chunk_size > 0 or config.depthwise_multiplier != 1 or config.kernel_size < 2:
            raise ValueError("an audio encoder of this kind is not known here")
        self.heads, self.kernel = config.num_attention_heads, config.kernel_size
        self.reduction = int(config.time_reduction)
        self.blocks = [_block(module, config.kernel_size) for module in self.encoder.encoders]
        self.embed_out = product(self.encoder.embed.out.weight, self.encoder.embed.out.bias)
        kinds = ("speech", "vision_speech")
        ups = [getattr(audio, f"up_proj_for_{kind}") for kind in kinds]
        downs = [getattr(audio, f"down_proj_for_{kind}") for kind in kinds]
        self.ups = [product(up.weight, up.bias, GELU) for up in ups]
        self.downs = [product(down.weight, down.bias) for down in downs]
        self._bias: Tensor | None = None

    def hear(self, voices: Sequence[VoiceTensors], beside_photo: bool) -> list[Tensor]:
        """Audio embeddings of each note; (tokens, hidden) each. Beside a photo the vision projection is used."""
        frames = [voice.features.shape[1] for voice in voices]
        most = max(frames)
        if math.ceil(most / self.reduction) > LONGEST:
            return [self._library(voice, beside_photo) for voice in voices]
        if self.device.type == "cuda":
            most = math.ceil(most / 64) * 64  # few shapes, so that graphs are used again
        sounds = torch.zeros(len(voices), most, voices[0].features.shape[2])
        for row, voice in enumerate(voices):
            sounds[row, : frames[row]] = voice.features[0]
        tensors = [sounds.to(self.device)]
        if min(frames) < most:
            tensors.append(torch.tensor(frames).to(self.device))
        key = ("audio", beside_photo, len(voices), most, len(tensors))
        embedded = self.run(key, self._encode_beside if beside_photo else self._encode_alone, *tensors)
        return [embedded[row, : voice.tokens] for row, voice in enumerate(voices)]

    def _library(self, voice: VoiceTensors, beside_photo: bool) -> Tensor:
        hidden = self.encoder(voice.features.to(self.device, self.dtype), None)
        projected: Tensor = self.downs[beside_photo](self.ups[beside_photo](hidden))
        return projected[0, : voice.tokens]

    def _encode_alone(self, sounds: Tensor, frames: Tensor | None = None) -> Tensor:
        return self.downs[0](self.ups[0](self._encoded(sounds, frames)))

    def _encode_beside(self, sounds: Tensor, frames: Tensor | None = None) -> Tensor:
        return self.downs[1](self.ups[1](self._encoded(sounds, frames)))

    def _encoded(self, sounds: Tensor, frames: Tensor | None) -> Tensor:
        """(N, frames, bands) float32 to (N, tokens, d)."""
        norm = self.encoder.encoder_embedding
        hidden = ((sounds.to(self.dtype) - norm.global_mean) * norm.global_invstd)[:, None]
        hidden, lengths = self._narrowed(hidden, frames)
        count, _, time, _ = hidden.shape
        hidden = self.embed_out(hidden.transpose(1, 2).reshape(count, time, -1))
        bias = self._distance(time)
        if lengths is not None:
            padding = torch.arange(time, device=self.device) >= lengths[:, None]
            bias = bias + torch.zeros(padding.shape, dtype=self.dtype, device=self.device).masked_fill_(
                padding, LOWEST
            ).unsqueeze(1).unsqueeze(1)
        for block in self.blocks:
            hidden = self._block(block, hidden, bias)
        return hidden

    def _narrowed(self, hidden: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The subsampling convolutions; each halves time and bands. Padding is zero before each, as at a note's end."""
        hidden = _silenced(hidden, lengths)
        for module in self.encoder.embed.conv:
            hidden = module(hidden)
            if isinstance(module, torch.nn.Conv2d) and module.stride[0] == 2 and lengths is not None:
                lengths = (lengths + 1) // 2
            if not isinstance(module, torch.nn.Conv2d):  # after the activation, before the next convolution
                hidden = _silenced(hidden, lengths)
        return hidden, lengths

    def _distance(self, time: int) -> Tensor:
        """The learned bias by distance, (1, heads, time, time): a corner of the largest one, made once and never moved,
        since graphs hold its address."""
        if self._bias is None:
            layer = self.encoder.relative_attention_bias_layer
            made: Tensor = layer(torch.empty(1, ROOM, 1, device=self.device))
            self._bias = made.detach().to(self.dtype).contiguous()
        return self._bias[:, :, :time, :time]

    def _block(self, block: Block, hidden: Tensor, bias: Tensor) -> Tensor:
        hidden = _feed_forward(block.first, hidden)
        hidden = self._attended(block, hidden, bias)
        hidden = self._convolved(block, hidden)
        hidden = _feed_forward(block.second, hidden)
        return _normed(hidden, block.after)

    def _attended(self, block: Block, hidden: Tensor, bias: Tensor) -> Tensor:
        count, time, width = hidden.shape
        mixed = block.qkv(_normed(hidden, block.normed))
        query, key, value = mixed.view(count, time, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias.expand(count, -1, -1, -1))
        return block.out(seen.transpose(1, 2).reshape(count, time, width), hidden)

    def _convolved(self, block: Block, hidden: Tensor) -> Tensor:
        left, right = block.wide(_normed(hidden, block.conv_norm)).chunk(2, dim=-1)
        gated = (left * functional.silu(right)).transpose(1, 2)
        weight, shift = block.depth
        # Padded at the left alone: what the library pads at the right it cuts off again.
        mixed = functional.conv1d(functional.pad(gated, (self.kernel - 1, 0)), weight, shift, groups=weight.shape[0])
        narrow = functional.silu(block.narrow(mixed.transpose(1, 2)))
        return block.last(narrow, hidden)


Half = tuple[tuple[Tensor, Tensor], Product, Product]


def _feed_forward(half: Half, hidden: Tensor) -> Tensor:
    """hidden + half of the feed-forward; the half is in the weights."""
    norm, wide, narrow = half
    up, gate = wide(_normed(hidden, norm)).chunk(2, dim=-1)
    return narrow(up * functional.silu(gate), hidden)


def _normed(hidden: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
    return functional.layer_norm(hidden, norm[0].shape, *norm)


def _silenced(hidden: Tensor, lengths: Tensor | None) -> Tensor:
    """(N, c, time, bands), zero from each row's length on."""
    if lengths is None:
        return hidden
    sounding = torch.arange(hidden.shape[2], device=hidden.device) < lengths[:, None]
    return hidden * sounding[:, None, :, None].to(hidden.dtype)


def _block(module: Any, kernel: int) -> Block:
    attention, conv, glu = module.self_attn, module.conv, module.conv.glu
    parts = (attention.q_proj, attention.k_proj, attention.v_proj)
    shift = glu.ext_pw_conv_1d.bias.detach() + torch.cat([glu.b1.detach(), glu.b2.detach()], dim=1).flatten()
    depth, narrow = conv.dw_sep_conv_1d.dw_conv, conv.dw_sep_conv_1d.pw_conv
    return Block(
        _half(module.feed_forward_in),
        _pair(module.layer_norm_att),
        product(torch.cat([part.weight.detach() for part in parts]), torch.cat([part.bias.detach() for part in parts])),
        product(attention.o_proj.weight, attention.o_proj.bias),
        _pair(conv.layer_norm),
        product(glu.ext_pw_conv_1d.weight.detach()[..., 0], shift),
        (depth.weight.detach(), depth.bias.detach()),
        product(narrow.weight.detach()[..., 0], narrow.bias),
        product(conv.ext_pw_conv_1d.weight.detach()[..., 0], conv.ext_pw_conv_1d.bias),
        _half(module.feed_forward_out),
        _pair(module.layer_norm),
    )


def _pair(norm: Any) -> tuple[Tensor, Tensor]:
    return norm.weight.detach(), norm.bias.detach()


def _half(module: Any) -> Half:
    down = module.down_proj
    return (
        _pair(module.layer_norm),
        product(module.gate_up_proj.weight, module.gate_up_proj.bias),
        product(0.5 * down.weight.detach(), 0.5 * down.bias.detach()),
    )
