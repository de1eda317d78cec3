"""A question's files become tensors and a prompt that fits the model's length.

Knows the order of reading, what a silent note means and how crops are traded for room. Knows no weights.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from model_runtime import alignment
from model_runtime.clock import Clock
from model_runtime.grammar import Shape, Vocabulary
from model_runtime.photo import PhotoTensors, count_tokens, limit_crops, load_photo, prepare, stretched
from model_runtime.prompt import LIMIT, Prompt, PromptBuilder, PromptSettings, check_length
from model_runtime.verdict import DEFECTS, Fixable, Question, StopCheck, Stopped
from model_runtime.voice import VoiceClip, VoiceTensors, features, load_voice

KNOWN_GOLDENS = 256
"""Golden photos of which size and small picture are kept: 10 MB."""
SILENT = "The voice note is silent."
CLIPPED = "The voice note is clipped; it may have been heard wrongly."


@dataclass(slots=True)
class Golden:
    """An approved photo, not cut yet: mostly the model remembers it and needs no pixel."""

    name: str
    """Of the content."""
    size: tuple[int, int]
    """(width, height)."""
    open: Callable[[], Image.Image]
    small: Tensor | None = None
    """As `alignment` compares it; None where there is no second look."""
    crops: int = 1
    """The most crops it is cut into."""
    tokens: int = 0

    @property
    def key(self) -> str:
        """What the state after it depends on, beside the model."""
        return f"{self.name}/{self.crops}"


@dataclass(slots=True)
class Inputs:
    """A question, read and measured: what there is to see and to hear, and the prompt around it."""

    shape: Shape
    prompt: Prompt
    photo: PhotoTensors | None = None
    golden: Golden | None = None
    voice: VoiceTensors | None = None
    notes: tuple[str, ...] = ()
    """What the person should know of photo and voice."""
    second: PhotoTensors | None = None
    """The photo once more, laid onto the golden one; None where it lies so already, or cannot be."""

    @property
    def empty(self) -> bool:
        """Nothing to see and nothing to hear: a silent note alone."""
        return self.photo is None and self.voice is None


def halt(stop: StopCheck | None) -> None:
    """Raises `Stopped` when asked to."""
    if stop is not None and stop():
        raise Stopped


def defects_of(question: Question) -> tuple[str, ...]:
    """The part's defect classes, each once; the common ones when it names none."""
    return tuple(dict.fromkeys(question.defects)) or DEFECTS


class InputReader:
    """Reads questions for one model."""

    def __init__(self, config: Any, settings: PromptSettings, vocabulary: Vocabulary) -> None:
        """`config`: the model's, a Phi4MultimodalConfig."""
        vision, self.audio_config = config.vision_config, config.audio_config
        self.settings, self.vocabulary = settings, vocabulary
        self.prompts = PromptBuilder(settings, vocabulary, vision.image_token_id, self.audio_config.audio_token_id)
        self.crop_size, self.patch_size = int(vision.crop_size), int(vision.patch_size)
        sizes = (config.max_position_embeddings, config.original_max_position_embeddings)
        self._known: dict[str, tuple[tuple[int, int], Tensor | None]] = {}
        self.limit = min(LIMIT, *(size for size in sizes if size))

    def read(self, question: Question, clock: Clock | None = None, stop: StopCheck | None = None) -> Inputs:
        """Files to tensors. A silent note counts as none. Raises `Fixable`, `Stopped`."""
        if question.photo is None and question.voice is None:
            raise Fixable("question_empty", "There is neither a photo nor a voice note to judge.")
        clock = clock or Clock()
        notes: list[str] = []
        voice, picture, golden = None, None, None
        with clock.measure("voice"):
            if question.voice is not None:
                voice = self.listen(load_voice(question.voice), notes)
        halt(stop)
        with clock.measure("photo"):
            if question.photo is not None:
                picture = self._open(question.photo)
                if question.golden is not None:
                    golden = self._golden(question.golden)
            inputs = self.measure(question, picture, golden, voice)
            if picture is not None and golden is not None and golden.small is not None:
                inputs.second = self._laid(picture, golden.small)
        halt(stop)
        inputs.notes = tuple(notes)
        return inputs

    def _golden(self, path: Path) -> Golden:
        """Known by its content; decoded only when that is new, or when its state is no longer kept."""
        try:
            data = path.read_bytes()
        except OSError:
            load_photo(path)  # which says what is wrong in the words of a photo
            raise
        name = hashlib.sha256(data).hexdigest()
        if name in self._known:
            size, small = self._known[name]
            return Golden(name, size, lambda: self._open(path, data), small)
        picture = self._open(path, data)
        small = alignment.grey(picture) if self.settings.square and self.settings.second_look else None
        self._known[name] = picture.size, small
        if len(self._known) > KNOWN_GOLDENS:
            del self._known[next(iter(self._known))]
        return Golden(name, picture.size, lambda: picture, small)

    def _laid(self, picture: Image.Image, golden: Tensor) -> PhotoTensors | None:
        """The photo in the golden one's pose, cut as the photo itself is: one crop."""
        where = alignment.pose(golden, alignment.grey(picture))
        return None if where is None else prepare(alignment.moved(picture, where), self.crop_size, self.patch_size, 1)

    def _open(self, path: Path, data: bytes | None = None) -> Image.Image:
        return self.fit(load_photo(path, data))

    def fit(self, picture: Image.Image) -> Image.Image:
        """The photo as this model wants it: as it is, or stretched to one crop whose every pixel counts."""
        if not self.settings.square or picture.size == (self.crop_size, self.crop_size):
            return picture
        return stretched(picture, self.crop_size)

    def cut(self, golden: Golden) -> PhotoTensors:
        """The golden photo's crops."""
        return prepare(golden.open(), self.crop_size, self.patch_size, golden.crops)

    def listen(self, clip: VoiceClip, notes: list[str]) -> VoiceTensors | None:
        """What there is to hear; None for a silent note. `notes` gets what the person should know."""
        if clip.silent:
            notes.append(SILENT)
            return None
        if clip.clipped:
            notes.append(CLIPPED)
        return features(clip.samples, self.audio_config)

    def measure(
        self,
        question: Question,
        picture: Image.Image | None,
        golden: Golden | None,
        voice: VoiceTensors | None,
    ) -> Inputs:
        """Chooses the crops that fit beside text, voice and the longest answer, and builds the prompt."""
        shape = self.prompts.shape(defects_of(question), picture is not None, voice is not None)
        longest = self.vocabulary.longest(shape)
        sizes = [image.size for image in (golden, picture) if image is not None]
        crops = self.settings.dynamic_hd
        if sizes:
            text = self._prompt(question, 0 if golden else None, 0 if picture else None, voice)
            room = self.limit - len(text.ids) - longest
            crops = limit_crops(sizes, self.crop_size, self.patch_size, crops, room)
        photo = prepare(picture, self.crop_size, self.patch_size, crops) if picture else None
        if golden:
            golden.crops = crops
            golden.tokens = count_tokens(*golden.size, self.crop_size, self.patch_size, crops)
        prompt = self._prompt(question, golden.tokens if golden else None, photo.tokens if photo else None, voice)
        check_length(prompt, longest, self.limit)
        return Inputs(shape, prompt, photo, golden, voice=voice)

    def _prompt(self, question: Question, golden: int | None, photo: int | None, voice: VoiceTensors | None) -> Prompt:
        return self.prompts.build(
            golden=golden,
            photo=photo,
            voice=voice.tokens if voice else None,
            defects=defects_of(question),
            criteria=question.criteria,
        )
