"""Where everything lies: the data folder with its subfolders, and the resources that ship with the program.

Knows paths and names only; opens no database and loads no model.
"""

import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from inspector_app.errors import KensaError, from_os_error

BUNDLED_MODEL = "kensa-nano"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")


def resources() -> Path:
    """The folder of what ships with the program: `resources` in the sources and in the installed program; where pip
    installed a wheel, the package `kensa_resources` beside this one.
    """
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parents[1]
    installed = root / "kensa_resources"
    return installed if installed.is_dir() else root / "resources"


def bundled_model() -> Path:
    """The folder of the embedded model."""
    return resources() / "models" / BUNDLED_MODEL


def _of_the_system() -> Path:
    import platformdirs

    return platformdirs.user_data_path("kensa", appauthor=False)


@dataclass(frozen=True, slots=True)
class Places:
    """The data folder and what lies in it. `read_only`: nothing in it may be made or changed."""

    data: Path
    read_only: bool = False

    @classmethod
    def find(cls, data: str | Path | None = None) -> "Places":
        """`--data`, else KENSA_DATA, else the folder that the system gives to programs. Creates nothing."""
        chosen = data or os.environ.get("KENSA_DATA") or _of_the_system()
        return cls(Path(chosen).expanduser().absolute())

    @property
    def database(self) -> Path:
        return self.data / "kensa.db"

    @property
    def media(self) -> Path:
        return self.data / "media"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def adapters(self) -> Path:
        return self.data / "adapters"

    @property
    def sets(self) -> Path:
        """Frozen training sets."""
        return self.data / "sets"

    @property
    def evaluations(self) -> Path:
        """What weighing found of each adapter."""
        return self.data / "evaluations"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def views(self) -> Path:
        """Saved views of the history."""
        return self.data / "views.json"

    @property
    def settings(self) -> Path:
        return self.data / "settings.json"

    @property
    def parts(self) -> Path:
        return self.data / "parts.toml"

    @property
    def outbox(self) -> Path:
        """How far other systems have been told."""
        return self.data / "outbox.json"

    @property
    def anchor(self) -> Path:
        """The last entry of the audit trail, told day by day outside of the database."""
        return self.data / "anchor.jsonl"

    @property
    def backups(self) -> Path:
        """Where scheduled backups go, as long as no other folder is chosen."""
        return self.data / "backups"

    def require_writable(self) -> None:
        """KensaError where the folder was opened to be read only; to be asked before a file in it is changed."""
        if self.read_only:
            raise KensaError(
                "read_only", "This program only reads, since another one has the data folder open; work there."
            )

    def make(self) -> None:
        """Creates the folders, readable by their owner alone; KensaError when the system refuses."""
        if self.read_only:
            return
        new = not self.data.exists()
        for folder in (self.data, self.media, self.models, self.adapters, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise from_os_error(error, "data folder", folder) from error
        if new:
            with suppress(OSError):  # some drives know no owners
                self.data.chmod(0o700)

    def model_names(self) -> list[str]:
        """The embedded model first, then what was installed, by name."""
        installed = sorted(p.name for p in self.models.iterdir() if _is_visible(p)) if self.models.is_dir() else []
        return [BUNDLED_MODEL, *(name for name in installed if name != BUNDLED_MODEL)]

    def model(self, name: str | None = None) -> Path:
        """The folder of a model given by name or by path; None is the embedded one."""
        if not name or name == BUNDLED_MODEL:
            return bundled_model()
        folder = self._named(self.models, name)
        if folder is None:
            known = ", ".join(self.model_names())
            raise KensaError("unknown_model", f"There is no model {name!r}; installed are: {known}.")
        return folder

    def adapter(self, name: str) -> Path:
        """The folder of an adapter given as NAME@VERSION or by path."""
        folder = self._named(self.adapters, name)
        if folder is None:
            known = ", ".join(sorted(p.name for p in self.adapters.glob("*") if _is_visible(p))) or "none"
            raise KensaError("unknown_adapter", f"There is no adapter {name!r}; installed are: {known}.")
        return folder

    @staticmethod
    def _named(folder: Path, name: str) -> Path | None:
        """`name` inside `folder`, or the folder that `name` is a path of."""
        if _NAME.fullmatch(name) and (folder / name).is_dir():
            return folder / name
        path = Path(name).expanduser()
        return path.absolute() if path.is_dir() else None


def is_name(text: str) -> bool:
    """Whether the text can name a model or an adapter: letters, digits, dot, dash, underscore, at sign."""
    return _NAME.fullmatch(text) is not None


def _is_visible(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")
