"""What the pages of agreement studies ask for: studies on the lane of figures, judgments of the model on its own lane.

Joins studies and lanes. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inspector_app.quality.blind import BlindStudy, Offered, Rater
from inspector_app.records.filter import Filter
from inspector_app.rights import Person
from inspector_app.studies import OWN, Studies, adapters_of
from inspector_app.tasks import Task
from inspector_app.ui.quality_desk import QualityDesk
from model_runtime.verdict import Fixable, Judge

if TYPE_CHECKING:
    from inspector_app.errors import KensaError


class StudyDesk:
    """Requests about studies; the caller says what went wrong where it was asked for."""

    def __init__(self, desk: QualityDesk) -> None:
        self.quality, self.desk = desk, desk.desk
        self._judges: dict[str, Judge] = {}

    def all(self) -> Task:
        """The task gives a list of studies, or why one cannot be read, newest first."""
        return self.quality.ask(self._all)

    def from_history(self, wanted: Filter) -> Task:
        """Units to choose from; the task gives a list of Offered."""
        return self.quality.try_to(lambda: self._studies().from_history(wanted))

    def from_folder(self, folder: Path) -> Task:
        """The same from a labelled folder."""
        return self.quality.try_to(lambda: self._studies().from_folder(folder))

    def make(self, title: str, units: Sequence[Offered], raters: Sequence[Rater], trials: int) -> Task:
        """The task gives the new study."""
        who = self.desk.person
        return self.quality.try_to(lambda: self._studies().make(who, title, units, raters, trials))

    def say(self, study: str, name: str, unit: str, verdict: str) -> Task:
        """A judgment of a person; the task gives the study as it is then."""
        who = self._judging(name)
        return self.quality.try_to(lambda: self._studies().say(who, study, unit, verdict))

    def take_back(self, study: str, name: str) -> Task:
        """Without that person's last judgment."""
        who = self._judging(name)
        return self.quality.try_to(lambda: self._studies().take_back(who, study))

    def judge_one(self, study: str, adapter: str) -> Task:
        """The model judges one unit; the task gives the study as it is then."""
        return self.desk.lanes.model.start(self._judge_one, study, adapter)

    def finish(self, study: str) -> Task:
        """Nothing can be added any more."""
        who = self.desk.person
        return self.quality.try_to(lambda: self._studies().finish(who, study))

    def faults(self, study: BlindStudy) -> Task:
        """What is not as it was; the task gives names."""
        return self.quality.ask(lambda: self._studies().faults(study))

    def write_pdf(self, study: BlindStudy, path: Path, language: str) -> Task:
        """The report of a study as PDF; told in the audit trail."""
        return self.quality.try_to(self._write_pdf, study, path, language)

    def people(self) -> Task:
        """Who is registered and may judge; the task gives names."""
        return self.quality.ask(lambda: [one.name for one in self.quality.station.people.all() if not one.disabled])

    def adapters(self) -> list[str]:
        """Versions that can judge."""
        return adapters_of(self.quality.places)

    def may_judge(self, name: str) -> bool:
        """Whether who is signed in can judge in this name; at an open station anybody can."""
        person = self.desk.person
        return person is None or person.id is None or person.name == name

    def forget(self) -> None:
        """Let go the models that were loaded for studies only."""
        self._judges.clear()

    def _judging(self, name: str) -> Person | None:
        """At an open station the name is the one that was chosen."""
        person = self.desk.person
        return Person.typed(name) if person is None or person.id is None else person

    # -- on the lanes

    def _studies(self) -> Studies:
        station = self.quality.station
        return Studies(station.store, station.people, self.quality.places)

    def _all(self) -> list[BlindStudy | KensaError]:
        return self._studies().all()

    def _judge_one(self, study: str, adapter: str) -> BlindStudy:
        station = self.quality.station
        judge = self._judge(adapter)
        stop = self.desk.lanes.closing.is_set
        return self._studies().judge_one(study, adapter, judge, station.parts, station.settings.thresholds, stop)

    def _judge(self, adapter: str) -> Judge:
        station = self.quality.station
        if adapter == (station.settings.adapter or OWN) and station.model is not None:
            return station.model
        if adapter not in self._judges:
            from inspector_app import loading

            if station.model is None:
                raise Fixable("no_model", "The model is not loaded yet; wait until it is.")
            folder, _, threads = loading.chosen(self.quality.places, station.settings)
            chosen = None if adapter == OWN else self.quality.places.adapter(adapter)
            self._judges.clear()  # one besides the station's is enough for the memory
            self._judges[adapter] = loading.load_judge(folder, chosen, threads)
        return self._judges[adapter]

    def _write_pdf(self, study: BlindStudy, path: Path, language: str) -> None:
        from inspector_app.reports.exporting import export_file
        from inspector_app.reports.study_pdf import study_pdf

        station = self.quality.station
        faults = self._studies().faults(study)
        data = study_pdf(study, language, station.settings.station, faults)
        facts = {"study": study.id, "count": len(study.units)}
        export_file(station.store, station.people, self.desk.person, path, data, Filter(limit=None), facts)
