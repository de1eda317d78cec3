"""The arguments of `kensa`, command by command. Knows names and help; imports no command."""

import argparse

from inspector_app.commands.argument_types import acting, count, from_time, some, to_time
from inspector_app.commands.arguments_night import adapters, freeze, labels, purge, train
from inspector_app.texts import storable
from inspector_app.version import APP_VERSION

STATES = ("captured", "judged", "failed")
VERDICTS = ("OK", "NG", "INCONCLUSIVE")
ROLES = ("operator", "supervisor", "quality")


def parser() -> argparse.ArgumentParser:
    """--data and --json stand before or after the command."""
    common = argparse.ArgumentParser(add_help=False)
    _common(common, argparse.SUPPRESS)
    top = argparse.ArgumentParser(prog="kensa", description="Inspection station: photo and voice in, verdict kept.")
    _common(top, None)
    top.add_argument("--version", action="version", version=f"kensa {APP_VERSION}")
    top.set_defaults(module="inspector_app.commands.window", function="window", json=False)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", description="without one, the window opens")

    def command(name: str, module: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text, parents=[common])
        added.set_defaults(module=f"inspector_app.commands.{module}", function=name)
        return added

    demo = command("demo", "demo", "judge the bundled samples and show them")
    demo.add_argument("--no-window", action="store_true", help="do not open the window afterwards")
    _judge(command("judge", "judge", "judge photos, folders or a voice note, and keep all of it"))
    _history(command("history", "history", "list what was judged, newest first"))
    show = command("show", "history", "all that is kept of one inspection")
    show.add_argument("id", metavar="ID", type=storable)
    _audit(command("audit", "audit", "who did what, when, to what and why; to read, or as a file with its hashes"))
    _verify(command("verify", "verify", "check database, audit chain and the hash of every kept file"))
    _backup(command("backup", "backup", "all of the station as one file, made while it works and read again"))
    restored = command(
        "restore", "backup", "prove a backup, then put it in the place of the data; those are kept aside"
    )
    restored.add_argument("file", metavar="FILE")
    acting(restored)
    command("salvage", "salvage", "save what can be read of damaged records; the damaged ones are kept aside")
    _models(command("models", "models", "list, install, verify or choose base models"), common)
    _parts(command("parts", "parts", "list the parts, or show one"), common)
    _users(command("users", "users", "who is registered here, and what they may do"), common)
    _evaluate(command("evaluate", "evaluate", "judge labelled folders and report every figure with its interval"))
    freeze(command("freeze", "freeze", "make an immutable training set of reviewed units, or of a labelled folder"))
    labels(
        command("labels", "labels", "hold the labels of a frozen set against each other; confirm or review the doubted")
    )
    train(command("train", "train", "train an adapter on a frozen set"))
    adapters(command("adapters", "adapters", "list, export, import, promote or roll back adapters"), common)
    purge(command("purge", "purge", "erase media and transcripts by the policy, or one voice on request"), common)
    # For the window alone, which has long work done in a process of its own.
    work = commands.add_parser("night-work", parents=[common])
    work.set_defaults(module="inspector_app.commands.night_work", function="work")
    _review(command("review", "review", "what waits for the supervisor; or decide on one unit"))
    _export(command("export", "export", "write units as CSV or XLSX, or a report of them as PDF"))
    _study(command("study", "study", "agreement of people and model with a reference and with each other"))
    doctor = command("doctor", "doctor", "look whether this computer has what is needed")
    doctor.add_argument("--report", metavar="FILE", help="also write all findings into one file for support")
    return top


def _common(to: argparse.ArgumentParser, default: object) -> None:
    to.add_argument("--data", metavar="DIR", default=default, help="data folder (else KENSA_DATA, else the system's)")
    to.add_argument("--json", action="store_true", default=default, help="one JSON object a line on stdout")
    to.add_argument(
        "--read-only", action="store_true", default=default, help="only read; write nothing into the folder"
    )


def _judge(to: argparse.ArgumentParser) -> None:
    to.add_argument("targets", nargs="*", metavar="PHOTO|FOLDER", help="a folder with metadata.csv is judged by it")
    to.add_argument("--voice", metavar="FILE", help="the voice note to the one photo, or alone")
    to.add_argument("--part", metavar="P", type=storable, help="part number, where metadata.csv names none")
    to.add_argument("--lot", metavar="L", type=storable, help="lot, where metadata.csv names none")
    to.add_argument("--serial", metavar="S", type=storable, help="serial number, where metadata.csv names none")
    to.add_argument("--work-order", metavar="W", type=storable, help="work order, where metadata.csv names none")
    to.add_argument("--golden", metavar="PHOTO", help="photo of a good part, where metadata.csv names none")
    to.add_argument("--model", metavar="M", help="an installed model, or the folder of one")
    to.add_argument("--adapter", metavar="A", help="an installed adapter NAME@VERSION, or the folder of one")
    to.add_argument("--operator", metavar="NAME", type=storable, help="who inspects")


def _evaluate(to: argparse.ArgumentParser) -> None:
    to.add_argument("folders", nargs="+", metavar="FOLDER", help="a folder with a labelled metadata.csv")
    to.add_argument("--split", metavar="S", default="test", help="rows of this split (default: test)")
    to.add_argument("--golden", metavar="PHOTO", help="photo of a good part, where metadata.csv names none")
    to.add_argument("--model", metavar="M", help="an installed model, or the folder of one")
    to.add_argument("--adapter", metavar="A", help="an installed adapter NAME@VERSION, or the folder of one")
    to.add_argument("--out", metavar="DIR", help="write figures.json, predictions.csv, report.html and plots there")
    to.add_argument("--baselines", action="store_true", help="beside golden difference and a small network")
    to.add_argument("--probes", action="store_true", help="with a blank photo and with the wrong golden photo too")
    to.add_argument("--limit", metavar="N", type=some, help="at most N units of each folder, spread over it")


def _history(to: argparse.ArgumentParser) -> None:
    to.add_argument("--text", metavar="T", type=storable, help="found anywhere in names, transcript, defect, remark")
    to.add_argument("--part", metavar="P", type=storable)
    to.add_argument("--lot", metavar="L", type=storable)
    to.add_argument("--serial", metavar="S", type=storable)
    to.add_argument("--work-order", metavar="W", type=storable)
    to.add_argument("--operator", metavar="NAME", type=storable)
    for name in ("shift", "line", "station"):
        to.add_argument(f"--{name}", metavar="NAME", type=storable)
    to.add_argument("--verdict", choices=VERDICTS, type=str.upper, help="the model's")
    to.add_argument("--standing", choices=VERDICTS, type=str.upper, help="the supervisor's, else the model's")
    to.add_argument("--defect", metavar="D", type=storable)
    to.add_argument("--adapter", metavar="A", type=storable, help="judged by this one, as defect@3")
    to.add_argument("--sort", choices=("newest", "oldest", "p_ng"), default="newest")
    to.add_argument("--state", choices=STATES)
    to.add_argument("--decided", choices=("reviewed", "open"), help="by a supervisor, or still waiting for one")
    to.add_argument("--since", metavar="DATE", type=from_time, help="captured at or after this date or time")
    to.add_argument("--until", metavar="DATE", type=to_time, help="captured at or before this time, or on this date")
    to.add_argument("--before", metavar="ID", type=storable, help="only what was kept before this one")
    to.add_argument("--limit", metavar="N", type=count)


def _audit(to: argparse.ArgumentParser) -> None:
    to.add_argument("--text", metavar="T", type=storable, help="found anywhere in it")
    to.add_argument("--who", metavar="NAME", type=storable)
    to.add_argument("--what", metavar="W", type=storable, help="as reviewed, part_changed, sign_in_failed")
    to.add_argument("--about", metavar="ID", type=storable, help='a unit, "settings", "part:NAME", "person:NAME"')
    to.add_argument("--since", metavar="DATE", type=from_time, help="at or after this date or time")
    to.add_argument("--until", metavar="DATE", type=to_time, help="at or before this time, or on this date")
    to.add_argument("--limit", metavar="N", type=count)
    to.add_argument("--out", metavar="FILE", help="its name ends with .csv or .jsonl")
    acting(to)


def _review(to: argparse.ArgumentParser) -> None:
    to.add_argument("id", nargs="?", metavar="ID", type=storable, help="without one, all that waits is listed")
    to.add_argument("--agree", action="store_true", help="the model is right")
    to.add_argument(
        "--undo", action="store_true", help="the review that stands does so no more; it stays in the records"
    )
    to.add_argument("--verdict", choices=VERDICTS[:2], type=str.upper, help="what the unit is")
    to.add_argument("--defect", metavar="D", type=storable)
    to.add_argument("--severity", choices=("minor", "major", "critical"))
    to.add_argument("--region", metavar="ROW,COL", help="where the defect is, from 1,1 (top left) to 8,8")
    to.add_argument("--disposition", choices=("accept", "rework", "scrap", "concession", "hold"))
    to.add_argument("--reason", metavar="T", type=storable, default="", help="needed where the verdict is changed")
    acting(to)


def _export(to: argparse.ArgumentParser) -> None:
    to.add_argument("out", metavar="FILE", help="its name ends with .csv, .xlsx or .pdf")
    for name in ("part", "lot", "serial", "operator", "shift", "line", "station"):
        to.add_argument(f"--{name}", metavar=name[0].upper(), type=storable)
    to.add_argument("--since", metavar="DATE", type=from_time, help="captured at or after this date or time")
    to.add_argument("--until", metavar="DATE", type=to_time, help="captured at or before this time, or on this date")
    to.add_argument("--language", choices=("ja", "en"), help="of a report (else that of the settings)")
    to.add_argument("--reference-since", metavar="DATE", type=from_time, help="drift is told against this period")
    to.add_argument("--reference-until", metavar="DATE", type=to_time)
    acting(to)


def _verify(to: argparse.ArgumentParser) -> None:
    to.add_argument("--anchor", metavar="FILE", help="compare with an anchor that was kept elsewhere, too")


def _backup(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", nargs="?", metavar="FILE", help="as kensa.kensa-backup")
    to.add_argument("--scheduled", action="store_true", help="into the folder of the settings; the oldest are deleted")
    to.add_argument("--check", action="store_true", help="only prove that FILE is whole")
    acting(to)


def _study(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "tables",
        nargs="+",
        metavar="CSV|ID",
        help="columns unit, reference, appraiser, trial, verdict; or a study's id",
    )
    to.add_argument("--plan", metavar="FILE", help="write a table to fill in, in random order, and compute nothing")
    to.add_argument("--appraisers", metavar="NAMES", type=storable, default="", help="who judges, parted by commas")
    to.add_argument("--trials", metavar="N", type=some, default=3, help="how often each judges (default: 3)")
    to.add_argument("--model-trials", metavar="N", type=some, help="let the model judge the units N times, too")
    to.add_argument("--model", metavar="M", help="an installed model, or the folder of one")
    to.add_argument("--adapter", metavar="A", help="an installed adapter NAME@VERSION, or the folder of one")


def _models(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    to.set_defaults(function="list_models")
    actions = to.add_subparsers(metavar="ACTION")

    def action(name: str, function: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text, parents=[common])
        added.set_defaults(function=function)
        return added

    action("list", "list_models", "the embedded model and the installed ones")
    install = action("install", "install", "install a model from a folder, or from the hub as OWNER/NAME")
    install.add_argument("source", metavar="SRC")
    install.add_argument("--name", help="how it is called here; else the folder's name")
    install.add_argument("--revision", help="revision on the hub")
    taken = action(
        "add", "add", "take in a model from a folder, a USB stick or one .kensa-model file, without a network"
    )
    taken.add_argument("source", metavar="SRC")
    taken.add_argument("--name", help="how it is called here; else as it calls itself")
    packed = action("pack", "pack", "write a model as one .kensa-model file for another computer")
    packed.add_argument("name", nargs="?", metavar="NAME", help="else the one in use")
    packed.add_argument("file", nargs="?", metavar="FILE", help="else NAME.kensa-model")
    verify = action("verify", "verify", "compare a model's files with its manifest")
    verify.add_argument("name", nargs="?", metavar="NAME", help="else the one in use")
    use = action("use", "use", "choose the model that judges from now on")
    use.add_argument("name", metavar="NAME")
    acting(use)


def _parts(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    to.set_defaults(function="list_parts")
    actions = to.add_subparsers(metavar="ACTION")
    for name, function, text in (
        ("list", "list_parts", "all parts"),
        ("show", "show_part", "all that is known of one"),
    ):
        added = actions.add_parser(name, help=text, description=text, parents=[common])
        added.set_defaults(function=function)
    added.add_argument("name", metavar="PART", type=storable)


def _users(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    to.set_defaults(function="list_users")
    actions = to.add_subparsers(metavar="ACTION")

    def action(name: str, function: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text, parents=[common])
        added.set_defaults(function=function)
        if function != "list_users":
            added.add_argument("name", metavar="NAME", type=storable)
            acting(added)
        return added

    action("list", "list_users", "everybody who is registered")
    new = action("add", "add", "register somebody; the PIN is asked, or is a line of stdin")
    new.add_argument("--role", choices=ROLES, default="operator", help="the first one must be quality")
    renewed = action("reset", "reset", "a new PIN for somebody, who then is locked out no more")
    for to_badge in (new, renewed):
        to_badge.add_argument("--badge", action="store_true", help="ask for a badge's code too; empty takes it away")
    action("disable", "disable", "somebody may not sign in any more; what they did stays theirs")
    action("enable", "enable", "somebody may sign in again")
