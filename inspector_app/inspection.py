"""The day (一日): a sample is kept, judged, and its verdict added to the record. Read from top to bottom.

Knows the records, the parts and the border to the model; knows no window, no torch and no database.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace

from inspector_app.capture.sample import Sample, read_photo
from inspector_app.errors import KensaError
from inspector_app.parts import Part, Parts
from inspector_app.records.record import Inspection, State
from inspector_app.records.store import Store
from model_runtime.verdict import Fixable, Judge, Question, StopCheck, Stopped, Thresholds

_log = logging.getLogger(__name__)


class Station:
    """One inspection station: the records, the model once it is loaded, and what is known of the parts.

    `thresholds` of the site stand above those of a part, and these above those of the adapter's card.
    """

    def __init__(self, store: Store, model: Judge | None, parts: Parts, thresholds: Thresholds | None = None) -> None:
        self.store = store
        self.model = model
        self.parts = parts
        self.thresholds = thresholds

    def keep(self, sample: Sample) -> str:
        """Puts the sample on the disk and into the records, in state *captured*; its id."""
        return self.store.add_sample(self._complete(sample))

    def judge(self, sample_id: str, stop: StopCheck | None = None) -> Inspection:
        """Judges a kept sample and records the verdict, or why there is none (state *failed*).

        `Stopped` leaves it captured, and so does any other exception: that one is our bug, logged and raised.
        """
        if self.model is None:
            raise KensaError("no_model", "The model is not loaded yet; wait until it is.")
        kept = self.store.get(sample_id)
        if kept.state is State.JUDGED:
            return kept
        try:
            verdict = self.model.judge(self._question(kept), stop)
        except Stopped:
            raise
        except Fixable as error:
            return self.store.mark_failed(sample_id, error.code, error.message)
        except Exception:
            _log.exception("judging %s failed; the sample stays captured", sample_id)
            raise
        return self.store.add_verdict(sample_id, verdict)

    def judge_waiting(self, stop: StopCheck | None = None) -> Iterator[Inspection]:
        """Judges what an earlier run kept and never judged, oldest first; a bug in one holds up no other."""
        for sample_id in self.store.waiting():
            try:
                yield self.judge(sample_id, stop)
            except (Stopped, KensaError):
                raise
            except Exception:  # noqa: BLE001 - logged by judge(); it stays captured and is tried at the next start
                continue

    def _complete(self, sample: Sample) -> Sample:
        """The sample with its part's golden photo, so that the record says what it was compared with."""
        part = self._part(sample)
        for what, given in (("photo", sample.photo), ("voice", sample.voice)):
            if given is not None and what not in part.modalities:
                raise KensaError("not_for_part", f"The part {part.name!r} is not judged by {what}; leave it out.")
        if sample.photo is None and sample.golden is not None:
            raise KensaError("golden_alone", "A golden photo needs a photo to compare; add one or leave it out.")
        if sample.photo is not None and sample.golden is None and part.golden is not None:
            return replace(sample, golden=read_photo(part.golden, part.golden.name))
        return sample

    def _part(self, sample: Sample) -> Part:
        """A part that no file names is known only when the sample itself brings its defects."""
        return self.parts.get_or_general(sample.part) if sample.defects else self.parts.get(sample.part)

    def _question(self, kept: Inspection) -> Question:
        part = self.parts.get_or_general(kept.part)
        return Question(
            photo=kept.photo.path if kept.photo else None,
            voice=kept.voice.path if kept.voice else None,
            golden=kept.golden.path if kept.golden else None,
            part=kept.part,
            defects=kept.defects or part.defects,
            criteria=part.criteria,
            thresholds=self.thresholds or part.thresholds,
        )
