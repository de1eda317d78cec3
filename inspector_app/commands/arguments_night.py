"""The arguments of the night: freeze, train, adapters, purge. Knows names and help; imports no command."""

import argparse

from inspector_app.commands.argument_types import acting, cost, count, from_time, per_cent, some, to_time
from inspector_app.texts import storable


def freeze(to: argparse.ArgumentParser) -> None:
    to.add_argument("--list", action="store_true", help="only list the sets that are frozen")
    to.add_argument("--from", dest="source", metavar="FOLDER", help="a labelled folder, in the place of the records")
    to.add_argument("--part", metavar="P", type=storable, help="only units of this part")
    to.add_argument("--since", metavar="DATE", type=from_time, help="captured at or after this date or time")
    to.add_argument("--until", metavar="DATE", type=to_time, help="captured at or before this time, or on this date")
    to.add_argument("--unreviewed", action="store_true", help="also units that only an operator accepted")
    to.add_argument(
        "--class",
        dest="classes",
        metavar="C",
        action="append",
        help="of the NG units only this class (may be repeated)",
    )
    to.add_argument("--golden", metavar="PHOTO", help="photo of a good part, where the folder names none")
    to.add_argument("--name", metavar="NAME", help="how the set is called; else as the part or the folder")
    to.add_argument("--golden-share", metavar="%", type=per_cent, default=20, help="locked for measuring (default: 20)")
    to.add_argument("--validation-share", metavar="%", type=per_cent, default=20, help="of the rest (default: 20)")
    acting(to)


def labels(to: argparse.ArgumentParser) -> None:
    to.add_argument("set", metavar="SET", help="a frozen set, NAME or NAME@NUMBER")
    to.add_argument("--again", action="store_true", help="look anew at every photo")
    to.add_argument(
        "--send", action="store_true", help="units whose label is in doubt, and the sample, go to the review queue"
    )
    to.add_argument(
        "--confirm",
        metavar="PHOTO",
        action="append",
        type=storable,
        help="looked at again: its label is right (may be repeated)",
    )
    to.add_argument(
        "--wrong",
        metavar="PHOTO",
        action="append",
        type=storable,
        help="looked at again: its label is wrong (may be repeated)",
    )
    to.add_argument("--reason", metavar="TEXT", type=storable, default="", help="kept in the audit trail")
    acting(to)


def train(to: argparse.ArgumentParser) -> None:
    to.add_argument("set", metavar="SET", help="a frozen set, NAME or NAME@NUMBER")
    to.add_argument("--model", metavar="M", help="an installed model, or the folder of one")
    to.add_argument("--adapter", metavar="A", help="start from this adapter, else from the one in use")
    to.add_argument("--fresh", action="store_true", help="start from zero")
    to.add_argument("--name", metavar="NAME", default="defect", help="how the adapter is called (default: defect)")
    to.add_argument("--seed", metavar="N", type=count, default=0)
    to.add_argument("--steps", metavar="N", type=some, help="else by the size of the set")
    to.add_argument("--batch", metavar="N", type=some, default=16, help="units a step (default: 16)")
    to.add_argument("--miss-cost", metavar="X", type=cost, default=1.0, help="weight of a missed defect (default: 1)")
    to.add_argument("--overkill-cost", metavar="X", type=cost, default=1.0, help="weight of a false alarm (default: 1)")
    acting(to)


def adapters(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    to.set_defaults(function="list_adapters")
    actions = to.add_subparsers(metavar="ACTION")

    def action(name: str, function: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text, parents=[common])
        added.set_defaults(function=function)
        if function != "list_adapters":
            acting(added)
        return added

    action("list", "list_adapters", "the adapters of this station")
    out = action("export", "export", "write an adapter as one signed file")
    out.add_argument("name", metavar="NAME@VERSION")
    out.add_argument("file", nargs="?", metavar="FILE", help="else NAME@VERSION.kensa-adapter")
    taken = action("import", "take_in", "take in a signed file, if all of it fits")
    taken.add_argument("file", metavar="FILE")
    taken.add_argument("--model", metavar="M", help="the model that it must fit; else the one in use")
    trusted = action("trust", "trust", "take in adapters that are signed with this key from now on")
    trusted.add_argument("key", metavar="KEY", help="64 hexadecimal digits, as export says them")
    trusted.add_argument("called", metavar="NAME", type=storable, help="whose key it is")
    let_in = action("promote", "promote", "weigh an adapter and let it judge, if it is not worse")
    let_in.add_argument("name", metavar="NAME@VERSION")
    let_in.add_argument("--reason", metavar="TEXT", type=storable, help="kept in the audit trail")
    let_in.add_argument(
        "--set", metavar="SET", help="whose golden evaluation set; else that of the set it learned from"
    )
    let_in.add_argument("--overkill-margin", metavar="%", type=per_cent, default=2, help="overkill may be worse by (2)")
    let_in.add_argument("--dry-run", action="store_true", help="only weigh")
    back = action("rollback", "rollback", "the adapter before the newest promotion judges again")
    back.add_argument("--reason", metavar="TEXT", type=storable, help="kept in the audit trail")
    beside = action("shadow", "shadow", "let an adapter judge the same units beside the active one; it decides nothing")
    beside.add_argument("name", nargs="?", metavar="NAME@VERSION", help="without one, what it has said so far")
    beside.add_argument("--stop", action="store_true", help="no adapter judges beside the active one any more")


def purge(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    to.set_defaults(function="purge")
    to.add_argument("--dry-run", action="store_true", help="only say what would be erased")
    to.add_argument(
        "--keep",
        nargs=3,
        metavar=("PART", "KIND", "DAYS"),
        help="a rule: PART (or all), photo, voice or transcript, days (or forever)",
    )
    to.add_argument("--pseudonyms", choices=("on", "off"), help="operators as pseudonyms in exports and training sets")
    to.add_argument(
        "--voice", metavar="ID", type=storable, help="erase the voice notes of this inspection, and what they say"
    )
    to.add_argument("--reason", metavar="TEXT", type=storable, default="", help="kept in the audit trail")
    acting(to)
