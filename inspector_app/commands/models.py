"""`kensa models`: which base models there are, installing one, checking its files, choosing the one that judges."""

from pathlib import Path

from inspector_app.commands.acting import acting
from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.parts import Parts
from inspector_app.places import BUNDLED_MODEL, Places, is_name
from inspector_app.records.store import Store
from inspector_app.rights import Right

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
    from model_runtime import checkpoint

    source = run.args.source
    name = run.args.name or Path(source).resolve().name
    target = _free_place(run.places, name)
    run.places.make()
    with run.terminal.meter(100, f"Installing {name}") as meter:
        folder = Path(source) if Path(source).is_dir() else _download(run, source)
        manifest = checkpoint.install(folder, target, lambda what, part: meter.reach(part, what))
    if run.terminal.json:
        run.terminal.emit({"name": name, "folder": str(target), "bytes": manifest.size, "sha256": manifest.sha256})
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


def _free_place(places: Places, name: str) -> Path:
    if not is_name(name):
        raise KensaError(
            "bad_name", f"{name!r} cannot name a model; give --name with letters, digits, dots and dashes."
        )
    if name == BUNDLED_MODEL or (places.models / name).exists():
        raise KensaError("model_exists", f"There is a model {name} already; give another --name.")
    return places.models / name


def _download(run: Run, source: str) -> Path:
    """A model of the hub, into the hub's own cache; interrupted downloads go on where they stopped."""
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        raise KensaError(
            "missing", f"The model folder {source} does not exist; name a folder, or OWNER/NAME of the hub."
        )
    import huggingface_hub

    revision = run.args.revision or (NATIVE_REVISION if source == ORIGINAL else None)
    run.terminal.say(f"Downloading {source} from the hub; this may take long.")
    try:
        return Path(
            huggingface_hub.snapshot_download(source, revision=revision, ignore_patterns=["*.py", "*.bin", "*.pt"])
        )
    except Exception as error:  # the hub's client raises its own kinds, the network's and the disk's
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise KensaError(
            "download_failed", f"{source} could not be downloaded ({reason}); try again, or install a folder."
        ) from error


def _size(count: object) -> str:
    return f"{count / 1e6:,.0f} MB" if isinstance(count, int) else ""
