"""`kensa adapters`: which there are, signed files out and in, letting one in through the gate, and putting it back."""

from pathlib import Path
from typing import Any

from inspector_app.adapter_files import SUFFIX
from inspector_app.commands.acting import acting
from inspector_app.commands.night import night
from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.errors import KensaError
from inspector_app.exchange import Exchange
from inspector_app.learning import Learning
from inspector_app.quality.gate import Margins
from inspector_app.records.learned import Promotion
from inspector_app.rights import Right
from inspector_app.shadow import Shadow

COLUMNS = ("in use", "name", "parent", "trained on", "AUROC", "created", "base")


def list_adapters(run: Run) -> int:
    """Those of the data folder, with what their cards say."""
    from model_runtime.adapter_card import read_card
    from model_runtime.verdict import Fixable

    found: list[dict[str, Any]] = []
    for folder in sorted(run.places.adapters.glob("*")):
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        told = {"name": folder.name, "in_use": folder.name == run.settings.adapter, "folder": str(folder)}
        try:
            found.append({**told, **read_card(folder).to_json(), "name": folder.name, "error": None})
        except Fixable as error:
            found.append({**told, "error": error.message})
    if run.terminal.json:
        for entry in found:
            run.terminal.emit(entry)
        return DONE
    if not found:
        run.terminal.write("There are no adapters beside the one that came with the model; `kensa train` makes one.")
        return DONE
    run.terminal.table(COLUMNS, [_row(entry) for entry in found])
    return DONE


def export(run: Run) -> int:
    """One signed file of an adapter."""
    folder = run.places.adapter(run.args.name)
    target = Path(run.args.file or f"{folder.name}{SUFFIX}")
    with night(run) as learning:
        key = _exchange(learning).export(acting(run, learning.people, Right.MODELS), run.args.name, target)
    return _say(run, {"adapter": folder.name, "file": str(target), "key": key},
                f"{target} is written, signed with this station's key {key}.")  # fmt: skip


def take_in(run: Run) -> int:
    """A signed file becomes an installed adapter, if all of it fits; it judges nothing yet."""
    with night(run) as learning:
        person = acting(run, learning.people, Right.MODELS)
        name, signer = _exchange(learning).take_in(person, Path(run.args.file), run.args.model)
    return _say(run, {"adapter": name, "signed_by": signer},
                f"{name}, signed by {signer}, is installed; `kensa adapters promote {name}` lets it in.")  # fmt: skip


def trust(run: Run) -> int:
    """Adapters signed with this key are taken in from now on."""
    called = run.args.called
    with night(run) as learning:
        key = _exchange(learning).trust(acting(run, learning.people, Right.MODELS), run.args.key, called)
    return _say(run, {"key": key, "name": called}, f"Adapters signed by {called} are taken in from now on.")


def promote(run: Run) -> int:
    """Weighs the adapter against the active one on the golden evaluation set, and lets it in if the gate is open."""
    args = run.args
    margins = Margins(overkill=args.overkill_margin / 100)
    with night(run) as learning:
        person = acting(run, learning.people, Right.MODELS)
        learning.people.require(person, Right.MODELS)
        if not args.reason and not args.dry_run:
            raise KensaError("no_reason", 'A promotion needs a reason: --reason "..."; it is kept in the audit trail.')
        with run.terminal.meter(100, "Weighing") as meter:
            found = learning.weigh(
                args.name, args.set, margins, lambda done, of: meter.reach(done / max(1, of), f"Judging {done} of {of}")
            )
        gate = found.gate
        if not run.terminal.json:
            for sentence in gate.sentences:
                run.terminal.write(sentence)
        if args.dry_run or not gate.open:
            said = "would be let in" if gate.open else "is not let in; the active adapter goes on judging"
            told = {"adapter": args.name, "promoted": False, "gate": gate.to_json(), "evaluation": found.to_json()}
            _say(run, told, f"{args.name} {said}.")
            return DONE if gate.open else FIXABLE
        promotion = learning.promote(person, args.name, args.reason, found)
    return _changed(run, promotion)


def rollback(run: Run) -> int:
    """The adapter before the newest promotion judges again."""
    with night(run) as learning:
        promotion = learning.rollback(acting(run, learning.people, Right.MODELS), run.args.reason or "")
    return _changed(run, promotion)


def shadow(run: Run) -> int:
    """A candidate judges beside the active adapter in a window that is open; without a name, what it has said."""
    name = run.args.name
    with night(run) as learning:
        beside = Shadow(learning.store, learning.people, run.places)
        if name and not run.args.stop:
            beside.start(acting(run, learning.people, Right.REVIEW), name)
            return _say(run, {"shadow": name}, f"{name} judges beside the active adapter from the next unit on.")
        if run.args.stop:
            beside.stop(acting(run, learning.people, Right.REVIEW))
            return _say(run, {"shadow": None}, "No adapter judges beside the active one any more.")
        candidate = beside.candidate
        if candidate is None:
            return _say(run, {"shadow": None}, "No adapter judges beside the active one.")
        told = {"shadow": candidate, **beside.summary(candidate)}
    sentence = (
        f"{candidate} has judged {told['units']} units beside the active adapter and agrees on {told['agree']}; of"
        f" {told['reviewed']} that a supervisor looked at it missed {told['missed']}, the active one"
        f" {told['active_missed']}."
    )
    return _say(run, told, sentence)


def _changed(run: Run, promotion: Promotion) -> int:
    now = promotion.adapter or "the adapter that came with the model"
    return _say(
        run, {"promoted": promotion.kind == "promoted", **promotion.to_json()}, f"From the next unit on judges {now}."
    )


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    area = (entry.get("figures", {}).get("validation") or {}).get("auroc") or {}
    said = (entry.get("parent") or "").partition("/")[0]
    shown = f"{area['value']:.3f}" if area else ""
    told = (said, entry.get("trained_on", ""), shown, entry.get("created", ""), entry.get("base", "")[:12])
    return (
        "*" if entry["in_use"] else "",
        entry["name"],
        *(told if not entry["error"] else (entry["error"], *[""] * 4)),
    )


def _say(run: Run, told: dict[str, Any], sentence: str) -> int:
    if run.terminal.json:
        run.terminal.emit(told)
    else:
        run.terminal.write(sentence)
    return DONE


def _exchange(learning: Learning) -> Exchange:
    return Exchange(learning.store, learning.people, learning.places, learning.settings)
