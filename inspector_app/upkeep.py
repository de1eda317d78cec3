"""What a station does by itself, beside its work: the anchor of the audit trail each day, a backup each day or shift;
at its first asking the trail is told of adapters that a program which was killed could not tell of.

Knows when; how is known to backup.py and the records. Asked again and again by the window, or once by
`kensa backup --scheduled`; a time that was missed is made up for at the next asking.
"""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inspector_app import backup
from inspector_app.backup import SUFFIX, Backup
from inspector_app.errors import KensaError, from_os_error
from inspector_app.places import Places
from inspector_app.records import anchor
from inspector_app.records.store import Store
from inspector_app.rights import PROGRAM
from inspector_app.settings import Settings
from inspector_app.shifts import ShiftPlan
from inspector_app.unheard import tell_unheard

_log = logging.getLogger(__name__)
_NAME = re.compile(r"kensa-(\d{8}T\d{6})Z\.kensa-backup")
_STAMP = "%Y%m%dT%H%M%S"
RETRY = timedelta(hours=1)
"""After a backup that failed."""


@dataclass(slots=True)
class Upkeep:
    """The upkeep of one data folder by one program. Not for two threads at once."""

    places: Places
    store: Store
    settings: Settings
    _heard: bool = False
    _anchored: datetime | None = None
    _failed: datetime | None = None

    def tend(self, now: datetime | None = None) -> Backup | None:
        """Does what is due; the backup that was made, if any. KensaError when it could not be: tried again later."""
        now = now or datetime.now(UTC)
        if self.places.read_only:
            return None
        if not self._heard:  # once in a run, and before the anchor, which then holds it too
            tell_unheard(self.store, self.places)
            self._heard = True
        plan = ShiftPlan.parse(self.settings.shift_plan)
        if self._anchored is None or not plan.day(now).since <= self._anchored <= now:
            self.witness()
            self._anchored = now
        if self._failed is not None and abs(now - self._failed) < RETRY:
            return None
        if not due(self.settings, folder_of(self.places, self.settings), now):
            return None
        try:
            made = scheduled(self.places, self.store, self.settings, now)
        except KensaError:
            self._failed = now
            raise
        self._failed = None
        return made

    def witness(self) -> None:
        """The end of the audit trail into the anchor, and into the one beside the backups."""
        files = [self.places.anchor]
        folder = folder_of(self.places, self.settings)
        if folder.is_dir():
            files.append(folder / self.places.anchor.name)
        anchor.export(self.store.database, *files)


def folder_of(places: Places, settings: Settings) -> Path:
    """Where scheduled backups go."""
    return Path(settings.backup_folder).expanduser().absolute() if settings.backup_folder else places.backups


def due(settings: Settings, folder: Path, now: datetime) -> bool:
    """Whether the running day or shift has no backup yet."""
    if settings.backup_every == "off":
        return False
    plan = ShiftPlan.parse(settings.shift_plan)
    since = plan.day(now).since
    if settings.backup_every == "shift" and (shift := plan.shift(now)):
        since = shift.since
    # One from the future was made before the clock was set back; it counts for a day at most.
    return not any(since <= made <= now + timedelta(days=1) for made in _made(folder).values())


def scheduled(places: Places, store: Store, settings: Settings, now: datetime | None = None) -> Backup:
    """A backup into the chosen folder, told in the audit trail; then the oldest are deleted, so that N stay."""
    folder = folder_of(places, settings)
    try:
        if folder == places.backups:
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, "folder of backups", folder) from error
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime(_STAMP)
    made = backup.make(places, store, folder / f"kensa-{stamp}Z{SUFFIX}")
    anchor.export(store.database, places.anchor, folder / places.anchor.name)
    _tell(store, made)
    for old in sorted(_made(folder))[: -settings.backup_keep]:
        if old != made.file:
            try:
                old.unlink()
                store.note(PROGRAM, "backup_deleted", f"backup:{old.name}", new={"kept": settings.backup_keep})
            except OSError as error:
                _log.warning("an old backup could not be deleted: %s", error.strerror)
    return made


def _tell(store: Store, made: Backup) -> None:
    told = {"files": len(made.files), "bytes": made.bytes, "audit": made.audit.seq if made.audit else 0}
    store.note(PROGRAM, "backed_up", f"backup:{made.file.name}", new=told)


def _made(folder: Path) -> dict[Path, datetime]:
    """The scheduled backups of a folder; files of any other name are nobody's business here."""
    found = {}
    for path in folder.glob(f"kensa-*{SUFFIX}"):
        if (name := _NAME.fullmatch(path.name)) is not None:
            try:
                found[path] = datetime.strptime(name[1], _STAMP).replace(tzinfo=UTC)
            except ValueError:
                continue
    return found
