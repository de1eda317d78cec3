"""What comes to the Inspect page: photos, voice notes and codes, from files, the camera, a scanner, or dropped on it.

Knows the draft of the flow, which takes all of it; knows no verdict.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QFileDialog

from inspector_app.errors import KensaError
from inspector_app.settings import Settings
from inspector_app.tasks import Task
from inspector_app.ui.desk import Desk, Devices, Looked
from inspector_app.ui.flow import Flow
from inspector_app.ui.inspect_layout import InspectLayout
from inspector_app.ui.language import mark, tr
from inspector_app.ui.unit import Unit
from inspector_app.ui.voice_card import is_sound

if TYPE_CHECKING:
    from inspector_app.capture.sample import Photo, Voice

_SOUNDS = "*.wav *.flac *.ogg *.mp3 *.aiff *.au *.caf"
_LIVE = mark("Live")


class InspectIntake(InspectLayout):
    """Puts what comes on the stage and into the draft, and has photos looked at before they are judged."""

    def __init__(self, desk: Desk, devices: Devices) -> None:
        super().__init__(desk, devices)
        self.setAcceptDrops(True)
        self._desk, self._devices = desk, devices
        self.settings = Settings()
        self.flow = Flow(desk, self)
        self.looked: Looked | None = None
        self._looking: Task | None = None

    @property
    def unit(self) -> Unit:
        """The unit on the stage."""
        return self.flow.shown

    def _show(self) -> None:
        """Show all of it again."""

    def open_photo(self) -> None:
        """Choose a photo from the disk."""
        if path := self._ask_file(mark("Open photo"), mark("Photos"), _patterns()):
            self.load_photo(path)

    def open_golden(self) -> None:
        """Choose the photo of a good part to compare with, or drop the one that is there."""
        if self.flow.draft.golden is not None:
            self.flow.draft.golden = None
            self.stage.set_golden(None)
            self._show()
        elif path := self._ask_file(mark("Golden photo"), mark("Photos"), _patterns()):
            self._desk.open_photo(path).done.connect(lambda came: self.set_golden(*came))

    def open_voice(self) -> None:
        """Choose a sound file as the voice note."""
        if path := self._ask_file(mark("Open sound file"), mark("Sound files"), _SOUNDS):
            self.load_voice(path)

    def load_photo(self, path: Path) -> None:
        """Read a photo from a file and put it on the stage."""
        self._desk.open_photo(path).done.connect(lambda came: self.set_photo(*came))

    def load_voice(self, path: Path) -> None:
        """Read a voice note from a file."""
        self._desk.open_voice(path).done.connect(self._voice_loaded)

    def set_photo(self, photo: Photo, seen: QImage) -> None:
        """A photo for the draft, which comes to the stage."""
        draft = self.flow.draft
        draft.photo, draft.seen, self.looked = photo, seen, None
        self.flow.next()
        self.look_no_more()
        self._looking = self._desk.look(photo, self.settings)
        self._looking.done.connect(lambda found: self._looked_at(draft, found))

    def look_no_more(self) -> None:
        """The photo is sent or gone: what is on it is no question any more. At line speed these would pile up."""
        if self._looking is not None:
            self._looking.stop()
            self._looking = None

    def set_golden(self, photo: Photo, seen: QImage) -> None:
        """The good part to compare with; it stays from unit to unit."""
        self.flow.draft.golden = photo
        self.stage.set_golden(seen)
        self._show()

    def scanned(self, text: str) -> None:
        """A code from a scanner: what the parts know of it or its fields say, else as it is into the waiting field."""
        self._to_draft()
        if self.form.parts is None:
            return
        try:
            self._identify(text)
        except KensaError as error:
            if error.code == "scan_unknown":
                self.form.scanned(text)
            else:
                self._desk.problems.tell(error)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.stage.set_hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.stage.set_hover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.stage.set_hover(False)
        for path in (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()):
            (self.load_voice if is_sound(path) else self.load_photo)(path)
        event.acceptProposedAction()

    def _voice_loaded(self, voice: Voice) -> None:
        self._to_draft()
        self.voice_card.set_voice(voice)

    def _live_frame(self, seen: QImage) -> None:
        if not self.unit.sent and self.unit.photo is None:
            self.stage.show_picture(seen, _LIVE)

    def _to_draft(self) -> None:
        if self.unit.sent:
            self.flow.next()

    def _looked_at(self, draft: Unit, found: Looked) -> None:
        if draft is not self.flow.draft:
            return
        self._looking = None
        self.looked = found
        for code in found.codes:
            self._read_code(code)
        self._show()

    def _identify(self, code: str) -> None:
        """The fields that a code tells of; KensaError where it tells of none."""
        from inspector_app.capture.code_fields import identity_of

        if self.form.parts is not None:
            self.form.set_identity(identity_of(code, self.form.parts, self.form.identity))

    def _read_code(self, code: str) -> None:
        """A barcode on the photo: only what says what it is, for a part may carry codes that are not ours."""
        try:
            self._identify(code)
        except KensaError:
            return

    def _part_changed(self) -> None:
        part = self.form.chosen
        self.flow.draft.golden = None
        self.stage.set_golden(None)
        self.criterion.show_part(part)
        if part is not None and part.golden is not None:
            # The record gets it from the part; here it is only shown.
            self._desk.open_photo(part.golden).done.connect(lambda came: self.set_golden(*came))
        self._show()

    def _ask_file(self, title: str, kind: str, patterns: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self, tr(title), "", f"{tr(kind)} ({patterns});;{tr('All files')} (*)")
        return Path(name) if name else None


def _patterns() -> str:
    from inspector_app.capture.sample import PHOTO_SUFFIXES

    return " ".join(f"*{suffix}" for suffix in sorted(PHOTO_SUFFIXES))
