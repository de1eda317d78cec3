"""The parts that a command knows: those of the files, with what was changed in the program over them."""

from inspector_app.commands.run import Run
from inspector_app.part_editor import PartEditor
from inspector_app.parts import Parts
from inspector_app.people import People
from inspector_app.records.store import Store


def known_parts(run: Run) -> Parts:
    """All parts of this data folder; makes no database where there is none."""
    parts = Parts.load(run.places)
    if not run.places.database.exists():
        return parts
    with Store.open(run.places) as store:
        return PartEditor(store, People(store)).load(parts)
