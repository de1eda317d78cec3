"""What the commands of the night share: the open records with the people, the parts and the folders of learning."""

from collections.abc import Iterator
from contextlib import contextmanager

from inspector_app.commands.run import Run
from inspector_app.learning import Learning
from inspector_app.part_editor import PartEditor
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.records.store import Store


@contextmanager
def night(run: Run) -> Iterator[Learning]:
    """Learning over this data folder; the records are closed after."""
    with Store.open(run.places) as store:
        people = People(store)
        parts = PartEditor(store, people).load(Parts.load(run.places))
        yield Learning(store, people, run.places, parts, run.settings)
