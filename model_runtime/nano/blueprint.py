"""The shape of kensa-nano and how its weights begin.

The library's own initialisation cannot be trained from: its vision weights are drawn from N(0, 1) and saturate
attention, its audio convolutions let 6e-5 of the signal through. Everything is drawn anew here, so that each stage
passes on a signal of the size of the token embeddings.
"""

import math
from typing import Any

import torch
from torch import nn
from transformers import Phi4MultimodalConfig, Phi4MultimodalForCausalLM

from model_runtime.nano import tokens

SIDE = 288
PATCH = 18
CELLS = SIDE // PATCH // 2  # image tokens along one side of a crop
RANKS = {"vis_lora": 80, "sp_lora": 32, "defect": 16}


def config() -> Phi4MultimodalConfig:
    """About 27 million weights: decoder 8.6, vision 9.2, audio 8.4, embedding 0.8; the three LoRAs come on top."""
    return Phi4MultimodalConfig(
        vocab_size=tokens.VOCABULARY,
        hidden_size=384,
        intermediate_size=896,
        num_hidden_layers=6,
        num_attention_heads=6,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        max_position_embeddings=4096,
        original_max_position_embeddings=4096,
        bos_token_id=tokens.EOS,
        eos_token_id=[tokens.EOS, tokens.END],
        pad_token_id=tokens.PAD,
        vision_config=dict(
            hidden_size=320,
            intermediate_size=1280,
            num_hidden_layers=6,
            num_attention_heads=5,
            image_size=SIDE,
            crop_size=SIDE,
            patch_size=PATCH,
            feature_layer=-1,
            image_token_id=tokens.IMAGE,
        ),
        audio_config=dict(
            hidden_size=256,
            intermediate_size=512,
            num_blocks=6,
            num_attention_heads=4,
            ext_pw_out_channel=256,
            depthwise_separable_out_channel=256,
            nemo_conv_channels=128,
            kernel_size=7,
            audio_token_id=tokens.AUDIO,
        ),
    )


def _normal(weight: torch.Tensor, deviation: float) -> None:
    nn.init.trunc_normal_(weight, std=deviation, a=-3 * deviation, b=3 * deviation)


@torch.no_grad()
def initialise(model: Phi4MultimodalForCausalLM) -> None:
    """Draws every weight so that each stage passes its signal on with a deviation near that of the token embeddings."""
    layers = model.config.num_hidden_layers
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv1d | nn.Conv2d):
            fan_in = module.weight[0].numel()
            _normal(module.weight, math.sqrt(2.0 / fan_in))
        elif isinstance(module, nn.Linear):
            _normal(module.weight, 1.0 / math.sqrt(module.in_features) if "audio_embed" in name else 0.02)
            if name.endswith(("o_proj", "out_proj", "down_proj", "fc2")):
                module.weight.mul_(1.0 / math.sqrt(2 * layers))
        elif isinstance(module, nn.Embedding):
            _normal(module.weight, 0.02)
            if "relative_attention_bias" in name:
                module.weight.zero_()
        elif isinstance(module, nn.LayerNorm):
            module.weight.fill_(1.0)
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.LayerNorm) and module.bias is not None:
            module.bias.zero_()
    image = model.model.embed_tokens_extend.image_embed
    _normal(image.img_processor.embeddings.patch_embedding.weight, 0.04)
    _normal(image.sub_img_feature_extensor, 0.4)
    _normal(image.global_img_feature_extensor, 0.4)
    model.model.embed_tokens_extend.audio_embed.encoder.encoder_embedding.global_mean.fill_(10.0)
    model.model.embed_tokens_extend.audio_embed.encoder.encoder_embedding.global_invstd.fill_(0.25)


def build(seed: int = 0) -> Phi4MultimodalForCausalLM:
    torch.manual_seed(seed)
    model = Phi4MultimodalForCausalLM(config())
    model.tie_weights()
    initialise(model)
    for layer in model.model.embed_tokens_extend.image_embed.img_processor.encoder.layers:
        layer.self_attn.is_causal = False  # the class says causal, SigLIP is not: FACTS of the field, and a test
    return model


def prompt_settings() -> dict[str, Any]:
    return {
        "golden": "golden",
        "photo": "photo",
        "voice": "voice",
        "instruction": "judge",
        "heard_tokens": 96,
        "remark_tokens": 0,
        "dynamic_hd": 1,
        "square": True,
        "second_look": True,
    }
