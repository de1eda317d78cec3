"""`kensa freeze`: reviewed units, or any labelled folder, become a training set that never changes."""

from pathlib import Path

from inspector_app.commands.acting import acting
from inspector_app.commands.night import night
from inspector_app.commands.run import DONE, Run
from inspector_app.learning import Rule
from inspector_app.rights import Right
from inspector_app.training_sets import GOLDEN, TRAIN, VALIDATION, Frozen, Shares

SHOWN = 5
"""Conflicts that are said one by one."""


def freeze(run: Run) -> int:
    """Freezes a set and says what is in it, and what should be looked at before it is learned from."""
    args = run.args
    if args.list:
        return sets(run)
    rule = Rule(args.part, args.since, args.until, not args.unreviewed, tuple(args.classes or ()))
    shares = Shares(args.golden_share / 100, args.validation_share / 100)
    with night(run) as learning:
        person = acting(run, learning.people, Right.REVIEW)
        if args.source:
            golden = Path(args.golden) if args.golden else None
            frozen = learning.freeze_folder(person, Path(args.source), rule, args.name, golden, shares)
        else:
            frozen = learning.freeze(person, rule, args.name, shares)
    _tell(run, frozen)
    return DONE


def sets(run: Run) -> int:
    """All frozen sets, with what their cards say."""
    from model_runtime.dataset import read_card

    with night(run) as learning:
        folders = learning.sets()
    cards = [(folder, read_card(folder)) for folder in folders]
    if run.terminal.json:
        for folder, card in cards:
            run.terminal.emit({"set": folder.name, "folder": str(folder), **_facts(card)})
        return DONE
    rows = [
        (folder.name, str(card["units"]), _counted(card), str(card["created"]), card["sha256"][:12])
        for folder, card in cards
    ]
    run.terminal.table(("set", "units", "train / val / golden (OK+NG)", "created", "sha256"), rows)
    return DONE


def _tell(run: Run, frozen: Frozen) -> None:
    card = frozen.card
    if run.terminal.json:
        run.terminal.emit({"set": frozen.folder.name, "folder": str(frozen.folder), **_facts(card)})
        return
    say = run.terminal.write
    say(f"{frozen.folder.name} is frozen: {card['units']} units, split by {card['split_by']}: {_counted(card)}.")
    say(f"The {sum(card['counts'][GOLDEN].values())} units of the golden evaluation set are never learned from.")
    if card["repeated"]:
        say(f"{card['repeated']} units were left out: the same file twice, or the same file with two verdicts.")
    say(card["near_duplicates"]["sentence"])
    for conflict in card["conflicts"][:SHOWN]:
        say(f"Conflict: {conflict['one']} and {conflict['other']}: {conflict['sentence']}.")
    if len(card["conflicts"]) > SHOWN:
        say(f"{len(card['conflicts']) - SHOWN} more conflicts are in {frozen.folder / 'card.json'}.")
    for one in card["balance"]:
        say(f"{'Out of balance: ' if one['out_of_balance'] else ''}{one['sentence']}")
    say(f"`kensa labels {frozen.folder.name}` holds its labels against each other.")
    say(f"`kensa train {frozen.folder.name}` trains an adapter on it.")


def _facts(card: dict[str, object]) -> dict[str, object]:
    names = ("sha256", "units", "counts", "split_by", "repeated", "near_duplicates", "conflicts", "balance", "rule")
    return {name: card[name] for name in names if name in card}


def _counted(card: dict[str, dict[str, dict[str, int]]]) -> str:
    said = {TRAIN: "train", VALIDATION: "validation", GOLDEN: "golden"}
    return ", ".join(f"{card['counts'][w]['OK']}+{card['counts'][w]['NG']} {name}" for w, name in said.items())
