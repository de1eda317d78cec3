"""What every command is given: its arguments, the data folder, the settings, and a way to speak."""

from argparse import Namespace
from dataclasses import dataclass
from functools import cached_property

from inspector_app.commands.terminal import Terminal
from inspector_app.places import Places
from inspector_app.settings import Settings

DONE, OUR_BUG, FIXABLE = 0, 1, 2
"""Exit codes."""


@dataclass
class Run:
    """One call of `kensa`."""

    args: Namespace
    places: Places
    terminal: Terminal

    @cached_property
    def settings(self) -> Settings:
        return Settings.load(self.places.settings)
