"""A question becomes token ids: markers, places for photo and voice, the instruction, and the prompt's identity.

Knows the words around the question and the model's length limit. Knows no pixels, no samples and no weights.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from model_runtime.grammar import Shape, Vocabulary, signature
from model_runtime.verdict import DEFECTS, GRID, Fixable

LIMIT = 4096
"""Past it the library drops its cache and the model forgets photo and voice without a word (LongRoPE)."""
TOO_LONG = "Photos, voice and criteria together are too long for the model; shorten the criteria."

USER, END, ASSISTANT = "<|user|>", "<|end|>", "<|assistant|>"

INSTRUCTION = (
    f"You are the inspector at the end of a production line and decide on one unit. The photo of the part under "
    f"inspection shows that unit. A golden sample, where there is one, is an approved photo of a good unit: compare "
    f"with it, and take for a defect only what differs from it in a way that matters, not light, position or dirt on "
    f"the table. The operator's spoken note, where there is one, may be in any language: write down what was said, "
    f"and whether it calls the unit OK or NG. Defect classes: {{defects}}. Criteria for this part: {{criteria}} "
    f"Answer with one JSON object: verdict (OK or NG), defect (one of the classes, or none), severity (none, minor, "
    f"major or critical), region (row and col of the cell that holds the worst defect, in a grid of {GRID} rows and "
    f"{GRID} columns laid over the photo of the part, row 0 at the top, col 0 at the left; null for OK), heard (the "
    f"spoken words), voice_says (OK, NG or nothing), remark (what you saw, in a few words)."
)
NO_CRITERIA = "none beyond being free of these defects."
PARTS = ("golden", "photo", "voice", "instruction")
PHOTOS_FIRST = " ".join(PARTS)
"""The order of every model that states none."""
UNCHANGING = ("golden", "instruction")
"""Parts that are the same for every unit of a part; criteria and classes stand in the instruction."""


@dataclass(frozen=True, slots=True)
class PromptSettings:
    """Words and budgets of a model's prompt. The defaults are the full model's; kensa.json may bring others.

    `instruction` may hold {defects} and {criteria}. Budgets in tokens; `dynamic_hd` is the most crops of a photo.
    `square`: a photo is first stretched to one crop, so that no token of a small model is spent on padding.
    `second_look`: beside a golden photo a square photo is judged twice, as it lies and laid onto the golden one.
    `order`: the four parts as the model was trained to read them. Those in front that do not change from unit to unit
    are read once and kept, so a model that reads the instruction first is quicker.
    """

    golden: str = "Golden sample, an approved good unit: "
    photo: str = "Photo of the part under inspection: "
    voice: str = "Operator's spoken note: "
    instruction: str = INSTRUCTION
    heard_tokens: int = 96
    remark_tokens: int = 24
    dynamic_hd: int = 4
    square: bool = False
    second_look: bool = False
    order: str = PHOTOS_FIRST

    def __post_init__(self) -> None:
        order = self.order.split()
        if sorted(order) != sorted(PARTS) or order.index("golden") > min(order.index("photo"), order.index("voice")):
            raise ValueError(f"prompt.order must name {', '.join(PARTS)} once each, golden before the unit: {order}")
        if min(self.heard_tokens, self.remark_tokens) < 0 or self.dynamic_hd < 1:
            raise ValueError(f"budgets must not be negative, dynamic_hd at least 1: {self}")

    @classmethod
    def of(cls, content: Mapping[str, Any] | None) -> "PromptSettings":
        """From the `prompt` of a manifest; None or empty gives the defaults. Raises ValueError for a wrong value."""
        known: dict[str, Any] = {}
        for item in fields(cls):
            if content and item.name in content:
                value = content[item.name]
                if type(value) is not type(getattr(cls(), item.name)):
                    raise ValueError(f"prompt.{item.name} in kensa.json cannot be {value!r}")
                known[item.name] = value
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Token ids of one question. The spans (start, stop) are the places of image and audio embeddings.

    The first `prefix` ids are the same for every unit of a part with this golden photo, so their state can be kept.
    """

    ids: tuple[int, ...]
    prefix: int
    golden: tuple[int, int] | None = None
    photo: tuple[int, int] | None = None
    voice: tuple[int, int] | None = None


class PromptBuilder:
    """Builds prompts for one model: its settings, tokenizer and ids of image and audio tokens."""

    def __init__(self, settings: PromptSettings, vocabulary: Vocabulary, image_token: int, audio_token: int) -> None:
        self.settings, self.vocabulary = settings, vocabulary
        self._tokens = {"golden": image_token, "photo": image_token, "voice": audio_token}

    def build(
        self,
        *,
        golden: int | None = None,
        photo: int | None = None,
        voice: int | None = None,
        defects: Sequence[str] = DEFECTS,
        criteria: str = "",
    ) -> Prompt:
        """`golden`, `photo`, `voice`: how many tokens each takes; None where there is none."""
        encode = self.vocabulary.encode
        counts = {"golden": golden, "photo": photo, "voice": voice}
        ids = [*encode(USER)]
        spans: dict[str, tuple[int, int]] = {}
        prefix, changes = len(ids), False
        order = self.settings.order.split()
        for name in order:
            changes = changes or name not in UNCHANGING
            if name == "instruction":
                ids += encode(self.instruction(defects, criteria) + ("\n" if name != order[-1] else ""))
            elif (count := counts[name]) is not None:
                ids += encode(getattr(self.settings, name))
                spans[name] = (len(ids), len(ids) + count)
                ids += [self._tokens[name]] * count
            prefix = prefix if changes else len(ids)
        ids += encode(END) + encode(ASSISTANT)
        return Prompt(tuple(ids), prefix, **spans)

    def instruction(self, defects: Sequence[str], criteria: str) -> str:
        """The instruction with the part's own words, which cannot smuggle in chat, image or audio tokens."""
        text = self.settings.instruction.replace("{defects}", _harmless(", ".join(defects)))
        return text.replace("{criteria}", _harmless(criteria) or NO_CRITERIA)

    def shape(self, defects: Sequence[str], has_photo: bool, has_voice: bool) -> Shape:
        """The answer's shape for a question."""
        heard = self.settings.heard_tokens if has_voice else 0
        return Shape(tuple(defects), has_photo, has_voice, heard, self.settings.remark_tokens)

    def sha256(self, defects: Sequence[str], criteria: str) -> str:
        """Identity of everything that was asked beside photo and voice: words, grammar, classes, criteria."""
        grammars = [signature(self.shape(defects, *has)) for has in ((True, False), (True, True), (False, True))]
        settings = asdict(self.settings)
        if self.settings.order == PHOTOS_FIRST:
            del settings["order"]  # the name of a prompt that is asked as before stays as it was
        content = [settings, [USER, END, ASSISTANT], grammars, list(defects), criteria]
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _harmless(text: str) -> str:
    return " ".join(text.replace("<|", "< |").split())


def check_length(prompt: Prompt, answer: int, limit: int = LIMIT) -> None:
    """Raises `Fixable` when prompt and the longest answer (tokens) pass the limit."""
    if len(prompt.ids) + answer > limit:
        raise Fixable("question_too_long", TOO_LONG)
