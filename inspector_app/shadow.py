"""Shadow run (並走): a candidate judges the units of the day beside the active adapter, is recorded, decides nothing.

It judges only while nothing waits, and gives way in the middle of a unit. One that hangs, breaks down or gives no
number is no matter of the line: that is recorded, the unit is left alone, and after a few such the run ends. Knows the
records and the border to the model; knows no window: who asks for the next unit decides when there is time.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from inspector_app import loading
from inspector_app.apart import Apart, Failed
from inspector_app.errors import KensaError
from inspector_app.people import People
from inspector_app.places import Places
from inspector_app.records.record import Inspection
from inspector_app.records.shadowed import Beside, Shadowed
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM, Person, Right
from inspector_app.settings import Settings
from inspector_app.weighing import Judges, identity_of
from model_runtime.verdict import Fixable, Question, StopCheck

_log = logging.getLogger(__name__)

Ask = Callable[[Inspection], Question]
"""The question that the station asks of a unit."""
BACK = timedelta(hours=16)
"""How far back units are judged too: the day's, not the archive's."""
MOST_FAILED = 3
"""Units that a candidate may fail at in one run; then it judges beside no more until it is started anew."""
ROOM = 1.5
"""Memory that must be free for a second model, as a multiple of its files."""


class Shadow:
    """The candidate of one data folder. Safe to make anew: all of its state is in settings and records."""

    def __init__(self, store: Store, people: People, places: Places, judges: Judges | None = None) -> None:
        self._store, self._people, self._places = store, people, places
        self._judges = judges or loading.load_judge
        self.said = Shadowed(store.database)
        self._judge: Apart | None = None
        self._loaded = ""
        self._failed: set[str] = set()
        """Units that it failed at in this run."""

    @property
    def candidate(self) -> str | None:
        """The adapter that judges beside, by name."""
        return Settings.load(self._places.settings).shadow

    def start(self, person: Person | None, adapter: str) -> None:
        """From the next unit on this adapter judges too. KensaError for one that is not there or is the active one."""
        self._people.require(person, Right.REVIEW)
        folder = self._places.adapter(adapter)
        if folder.parent != self._places.adapters:
            raise KensaError("unknown_adapter", f"{adapter} is not installed here; import it first.")
        if folder.name == Settings.load(self._places.settings).adapter:
            raise KensaError("is_active", f"{folder.name} is the active adapter; choose another to run beside it.")
        self._change(person, folder.name)

    def stop(self, person: Person | None) -> None:
        """No adapter judges beside any more; what was said stays."""
        self._people.require(person, Right.REVIEW)
        self._judge, self._loaded = None, ""
        if self.candidate is not None:
            self._change(person, None)

    def count(self, adapter: str) -> int:
        """Units that an adapter has judged beside another one."""
        return self.said.count(identity_of(self._places.adapter(adapter)))

    def summary(self, adapter: str) -> dict[str, Any]:
        """What an adapter has said beside the active one, as plain data."""
        return summed(self.said.beside(identity_of(self._places.adapter(adapter))))

    def load(self) -> bool:
        """Gets the candidate's judge ready; on a thread that nobody waits for. Whether there is one now.

        KensaError where the memory is too small for a second model.
        """
        name = self.candidate
        if name is None or self._loaded == name:
            return self._judge is not None
        base, _, threads = loading.chosen(self._places, Settings.load(self._places.settings))
        _need_room(base)
        self._judge, self._loaded = Apart(self._judges(base, self._places.adapter(name), threads)), name
        self._failed.clear()
        return True

    def next(self, ask: Ask, stop: StopCheck | None = None) -> str | None:
        """The candidate judges one unit, the newest that it has not judged; its id, None when there is none.

        Raises `Stopped` as soon as `stop` says that a unit waits: that one comes first. KensaError once, when it has
        failed at so many units that it is left out.
        """
        name = self.candidate
        if name is None or self._judge is None or self._loaded != name:
            return None
        identity = identity_of(self._places.adapter(name))
        since = datetime.now().astimezone() - BACK
        for sample_id in self.said.without(identity, since, limit=len(self._failed) + 1):
            if sample_id in self._failed:
                continue
            kept = self._store.get(sample_id)
            try:
                verdict = self._judge.judge(ask(kept), stop)
            except Fixable:
                return None  # a file that was erased meanwhile, or a photo that only the other one could read
            except Failed as error:
                self._fails(name, sample_id, error)
                return sample_id
            self.said.add(sample_id, verdict)
            return sample_id
        return None

    def _fails(self, name: str, sample_id: str, error: Failed) -> None:
        """The failure stands in the audit trail; a candidate that hangs, or failed at a few units, is left out."""
        _log.error("the candidate %s failed at %s: %s", name, sample_id, error.why, exc_info=error.error)
        self._failed.add(sample_id)
        self._store.note(PROGRAM, "shadow_failed", sample_id, None, {"adapter": name, "why": error.why})
        if error.why != "hangs" and len(self._failed) < MOST_FAILED:
            return
        self._judge, self._loaded = None, ""
        self._change(None, None)
        raise KensaError(
            "shadow_failed",
            f"{name} failed while it judged beside ({error.why}) and judges beside no more; the line is not touched.",
        )

    def _change(self, person: Person | None, adapter: str | None) -> None:
        before = Settings.load(self._places.settings)
        who = person.name if person else PROGRAM
        self._store.note(who, "shadow_changed", "adapter", {"shadow": before.shadow}, {"shadow": adapter})
        before.changed(shadow=adapter).save(self._places.settings)


def summed(beside: list[Beside]) -> dict[str, Any]:
    """Counts over units judged by both: how often they agree, and, where a supervisor looked, who was right."""
    known = [one for one in beside if one.truth in ("OK", "NG")]
    return {
        "units": len(beside),
        "agree": sum(one.agrees for one in beside),
        "differ": sum(not one.agrees for one in beside),
        "decided": sum(one.verdict != "INCONCLUSIVE" for one in beside),
        "active_decided": sum(one.active_verdict != "INCONCLUSIVE" for one in beside),
        "reviewed": len(known),
        "missed": sum(one.truth == "NG" and one.verdict == "OK" for one in known),
        "active_missed": sum(one.truth == "NG" and one.active_verdict == "OK" for one in known),
        "overkill": sum(one.truth == "OK" and one.verdict == "NG" for one in known),
        "active_overkill": sum(one.truth == "OK" and one.active_verdict == "NG" for one in known),
    }


def _need_room(base: Path) -> None:
    import psutil

    size = sum(path.stat().st_size for path in base.rglob("*") if path.is_file())
    free = psutil.virtual_memory().available
    if free < ROOM * size:
        raise KensaError(
            "no_room",
            f"A candidate beside needs a second model in memory, {ROOM * size / 1e9:.1f} GB, and {free / 1e9:.1f} GB"
            " are free; weigh it with the gate instead.",
        )
