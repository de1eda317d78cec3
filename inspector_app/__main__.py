"""The command line of Kensa: arguments in, exit code out. One command is one function in inspector_app/commands.

Nothing heavy is imported before it is known which command runs.
"""

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import replace

from inspector_app import instance, logs
from inspector_app.commands.arguments import parser
from inspector_app.commands.run import DONE, FIXABLE, OUR_BUG, Run
from inspector_app.commands.terminal import Terminal
from inspector_app.places import Places
from model_runtime.verdict import Fixable, Stopped

INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 done, 2 the person can fix it, 1 our bug (logged)."""
    args = parser().parse_args(argv)
    terminal = Terminal(args.json)
    places = replace(Places.find(args.data), read_only=bool(args.read_only))
    try:
        logs.start(places)
        if args.function in CHANGING and not _only_lists(args):
            places.require_writable()
            _say_who_else(args, places, terminal)
        with redirect_stdout(sys.stderr):  # what a library prints must not stand between JSON lines
            return _command(args)(Run(args, places, terminal))
    except Fixable as error:
        return _failed(terminal, error.code, error.message, FIXABLE)
    except (KeyboardInterrupt, Stopped):
        terminal.say("Stopped; what was kept and not judged is judged at the next start.")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough (`kensa history | head`); the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last place where a bug can be logged and said in words
        _log.exception("%s failed", args.function)
        sentence = f"Kensa failed ({type(error).__name__}: {error}); the details are in {places.logs / 'kensa.log'}."
        return _failed(terminal, "internal_error", sentence, OUR_BUG)


WRITING = frozenset(("judge", "review", "freeze", "train", "promote", "rollback", "use", "add", "reset", "disable"))
"""Commands that change the records; they may work beside the window, and whoever calls them is told of it."""
CHANGING = WRITING | {
    "demo",
    "labels",
    "install",
    "take_in",
    "trust",
    "shadow",
    "purge",
    "enable",
    "restore",
    "salvage",
}
"""Those that change anything in the data folder; refused where it is only read."""


def _only_lists(args: argparse.Namespace) -> bool:
    """`kensa review` without a unit, `kensa freeze --list`."""
    return (args.function == "review" and args.id is None) or bool(getattr(args, "list", False))


def _say_who_else(args: argparse.Namespace, places: Places, terminal: Terminal) -> None:
    if args.function not in WRITING or places.read_only or not places.data.is_dir():
        return
    process = instance.window_process(places)
    if process is not None:
        terminal.say(
            f"The window (process {process}) has this data folder open; both work side by side, one write at a time."
            " --read-only keeps this command from writing."
        )


def _command(args: argparse.Namespace) -> Callable[[Run], int]:
    """The function of the command; its file, and all that it needs, is imported only now."""
    command: Callable[[Run], int] = getattr(importlib.import_module(args.module), args.function)
    return command


def _failed(terminal: Terminal, code: str, message: str, exit_code: int) -> int:
    terminal.say(message)
    if terminal.json:
        terminal.emit({"error": {"code": code, "message": message}})
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
