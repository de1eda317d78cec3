"""`kensa models`: which base models there are, taking one in, checking its files, choosing the one that judges."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from inspector_app.commands.acting import acting
from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.parts import Parts
from inspector_app.places import BUNDLED_MODEL, Places, is_name
from inspector_app.records.store import Store
from inspector_app.rights import Right

if TYPE_CHECKING:
    from model_runtime.manifest import Manifest

ORIGINAL = "microsoft/Phi-4-multimodal-instruct"
NATIVE_REVISION = "refs/pr/70"
"""Where the hub keeps the native layout of the original; its main revision would have to be converted."""
COLUMNS = ("in use", "name", "size", "base", "folder")


def list_models(run: Run) -> int:
    """The embedded model and the installed ones, with what their manifests say."""
    from model_runtime.manifest import read_manifest
    from model_runtime.verdict import Fixable

    found = []
    for name in run.places.model_names():
        folder = run.places.model(name)
        told = {"name": name, "folder": str(folder), "in_use": name == run.settings.model}
        try:
            manifest = read_manifest(folder)
            found.append({**told, "bytes": manifest.size, "sha256": manifest.sha256, "error": None})
        except Fixable as error:
            found.append({**told, "bytes": None, "sha256": None, "error": error.message})
    if run.terminal.json:
        for entry in found:
            run.terminal.emit(entry)
        return DONE
    rows = [
        (
            "*" if e["in_use"] else "",
            str(e["name"]),
            _size(e["bytes"]),
            str(e["sha256"] or e["error"])[:60],
            str(e["folder"]),
        )
        for e in found
    ]
    run.terminal.table(COLUMNS, rows)
    return DONE


def install(run: Run) -> int:
    """Copies or converts a model folder, or one of the hub, into the data folder."""
    source = run.args.source
    if Path(source).is_dir():
        return take_in(run, Path(source))
    return _install_from_hub(run, source)


def take_in(run: Run, folder: Path) -> int:
    """Copies or converts a model folder."""
    from model_runtime.install import install as into

    name = run.args.name or folder.resolve().name
    target = free_place(run.places, name)
    run.places.make()
    with run.terminal.meter(100, f"Installing {name}") as meter:
        manifest = into(folder, target, lambda what, part: meter.reach(part, what))
    return told(run, name, target, manifest)


def add(run: Run) -> int:
    """Copies a model from a folder, a stick or one file; a copy that was interrupted goes on."""
    from model_runtime import sideload

    found = sideload.find(Path(run.args.source).expanduser())
    if not sideload.has_manifest(found):
        return take_in(run, found)
    source = sideload.open_source(found)
    name = run.args.name or source.manifest().name
    target = free_place(run.places, name)
    run.places.make()
    if sideload.draft_of(target).is_dir():
        run.terminal.say(f"An earlier copy of {name} was interrupted; going on with it.")
    with run.terminal.meter(100, f"Copying {name}") as meter:
        manifest = sideload.add(source, target, lambda what, part: meter.reach(part, what))
    return told(run, name, target, manifest)


def pack(run: Run) -> int:
    """Writes a model as one file that `add` takes on another computer."""
    from model_runtime import sideload

    name = run.args.name or run.settings.model
    file = Path(run.args.file or f"{name}{sideload.SUFFIX}")
    if file.suffix != sideload.SUFFIX:
        raise KensaError("bad_name", f"{file} must end with {sideload.SUFFIX}, so that it is known for what it is.")
    with run.terminal.meter(100, f"Packing {name}") as meter:
        manifest = sideload.pack(run.places.model(name), file, lambda what, part: meter.reach(part, what))
    if run.terminal.json:
        run.terminal.emit({"name": name, "file": str(file), "bytes": manifest.size, "sha256": manifest.sha256})
    else:
        run.terminal.write(f"{file} holds {name} ({_size(manifest.size)}); `kensa models add {file.name}` takes it in.")
    return DONE


def told(run: Run, name: str, folder: Path, manifest: "Manifest") -> int:
    """What was installed."""
    if run.terminal.json:
        run.terminal.emit({"name": name, "folder": str(folder), "bytes": manifest.size, "sha256": manifest.sha256})
    else:
        run.terminal.write(f"{name} is installed ({_size(manifest.size)}); `kensa models use {name}` chooses it.")
    return DONE


def verify(run: Run) -> int:
    """Reads a model's files whole and holds them against its manifest; 0 when they are sound, else 2."""
    from model_runtime import checkpoint

    name = run.args.name or run.settings.model
    faults = checkpoint.verify(run.places.model(name), full=True)
    if run.terminal.json:
        run.terminal.emit({"name": name, "sound": not faults, "faults": faults})
    else:
        for fault in faults:
            run.terminal.write(fault)
        run.terminal.write(f"{name}: {len(faults)} faults." if faults else f"{name} is sound.")
    return FIXABLE if faults else DONE


def use(run: Run) -> int:
    """Chooses the model that judges from now on, after a quick look at its files."""
    from model_runtime import checkpoint

    name = run.args.name
    folder = run.places.model(name)
    if faults := checkpoint.verify(folder, full=False):
        raise KensaError("bad_model", f"The model {name} cannot be used: {'; '.join(faults)}")
    chosen = name if name in run.places.model_names() else str(folder)
    with Store.open(run.places) as store:
        station = Station(store, None, Parts({}), settings=run.settings)
        person = acting(run, station.people, Right.MODELS)
        station.change_settings(person, run.settings.changed(model=chosen, adapter=None), run.places)
    if run.terminal.json:
        run.terminal.emit({"name": chosen})
    else:
        run.terminal.write(f"{chosen} judges from now on, with the adapter that comes with it.")
    return DONE


def free_place(places: Places, name: str) -> Path:
    if not is_name(name):
        raise KensaError(
            "bad_name", f"{name!r} cannot name a model; give --name with letters, digits, dots and dashes."
        )
    if name == BUNDLED_MODEL or (places.models / name).exists():
        raise KensaError("model_exists", f"There is a model {name} already; give another --name.")
    return places.models / name


def _install_from_hub(run: Run, repo: str) -> int:
    """Downloads one pinned commit into the data folder, installs it, and removes what was downloaded."""
    if repo.count("/") != 1 or repo.startswith((".", "/", "~")):
        raise KensaError("missing", f"The model folder {repo} does not exist; name a folder, or OWNER/NAME of the hub.")
    from model_runtime import hub
    from model_runtime.install import install as into

    name = run.args.name or repo.partition("/")[2]
    target = free_place(run.places, name)
    run.places.make()
    revision = run.args.revision or (NATIVE_REVISION if repo == ORIGINAL else None)
    folder = run.places.models / f".hub-{repo.replace('/', '--')}"
    run.terminal.say(f"Downloading {repo} from the hub; this may take long.")
    with run.terminal.meter(100, f"Downloading {repo}") as meter:
        remote = hub.fetch(repo, revision, folder, lambda what, part: meter.reach(part, what))
        (folder / hub.PIN).unlink()
        manifest = into(folder, target, lambda what, part: meter.reach(part, what), origin=remote.words)
    shutil.rmtree(folder, ignore_errors=True)
    return told(run, name, target, manifest)


def _size(count: object) -> str:
    return f"{count / 1e6:,.0f} MB" if isinstance(count, int) else ""
