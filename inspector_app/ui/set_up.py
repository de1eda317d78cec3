"""The guided set-up: language, camera, microphone, part, model, first person, one judged sample. Each can be skipped.

Knows the settings and the devices; keeps nothing but settings: the sample of the last step is in no record.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from inspector_app.capture.microphone import MicrophoneName
from inspector_app.capture.setup import CameraName, CameraSetup
from inspector_app.parts import Parts
from inspector_app.places import resources
from inspector_app.rights import Person
from inspector_app.settings import Settings
from inspector_app.ui import theme
from inspector_app.ui.desk import Desk, Devices
from inspector_app.ui.device_tests import CameraTest, MicrophoneTest, device_name
from inspector_app.ui.language import mark, tr
from inspector_app.ui.people_dialog import first_person
from inspector_app.ui.person_sheet import PersonForm
from inspector_app.ui.readiness import Readiness
from inspector_app.ui.sentences import sentence
from inspector_app.ui.sheet import Sheet, key_button
from inspector_app.ui.stage import PhotoStage
from inspector_app.ui.verdict_band import VerdictBand
from inspector_app.ui.widgets import KeyButton, label
from model_runtime.verdict import Fixable, Verdict

_STEPS = (
    (mark("Language"), mark("What the window speaks. It can be changed at any time in the settings.")),
    (mark("Camera"), mark("Choose the camera that sees the part. Without one, photos come from files.")),
    (mark("Microphone"), mark("Choose it, test it, and say a few words. Without one, sound files work.")),
    (
        mark("Part and place"),
        mark("What is inspected here first, and where: line and station are kept with every unit."),
    ),
    (mark("Model"), mark("It runs inside this computer; nothing leaves it.")),
    (
        mark("The first person"),
        mark("Who looks after the people here. Left empty, the station is open: nobody signs in, nothing is asked."),
    ),
    (mark("First sample"), mark("One bundled sample is judged, as every unit will be. It goes into no record.")),
)
_PERSON = 5
_SAMPLE = ("demo-02.jpg", "golden.jpg", "demo-part")


class SetUp(Sheet):
    """`chosen` gives the settings after each step, so that what was chosen stays when the rest is skipped."""

    chosen = Signal(object)
    began = Signal(object)
    """The first person, who was registered and is signed in."""

    def __init__(
        self,
        settings: Settings,
        devices: Devices,
        desk: Desk,
        readiness: Readiness,
        parts: Parts | None,
        language: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_STEPS[0][0], _STEPS[0][1], parent)
        self.settings, self._devices, self._desk, self._readiness = settings, devices, desk, readiness
        self.step = 0
        self.camera_test, self.microphone_test = CameraTest(desk, devices, 300), MicrophoneTest(desk, devices)
        self.camera_box, self.microphone_box, self.part_box = QComboBox(), QComboBox(), QComboBox()
        self.places = {"line": QLineEdit(settings.line), "station": QLineEdit(settings.station)}
        self.model_words, self.band, self.stage = label("strong", wrap=True), VerdictBand(), PhotoStage(QSize(200, 200))
        self.person_form, self.person_words = PersonForm(("name", "pin", "again", "badge")), label("strong", wrap=True)
        self._busy = False
        self.dots = QLabel()
        self._choices: dict[tuple[str, str], KeyButton] = {}
        self.pages = QStackedWidget()
        self._build(parts, language)
        self._fill_devices()
        readiness.changed.connect(self._show_model)
        self.resize(760, 640)
        self._show_step()

    # -- how it is put together

    def _build(self, parts: Parts | None, language: str) -> None:
        for page in (
            self._language_page(),
            _page(self.camera_box, self.camera_test),
            _page(self.microphone_box, self._listen_button(), self.microphone_test),
            _page(*self._place_fields()),
            _page(self.model_words),
            _page(self.person_words, self.person_form),
            _page(self.band, self.stage),
        ):
            self.pages.addWidget(page)
        for part in parts or ():
            self.part_box.addItem(part.title(language), part.name)
        self.part_box.setCurrentIndex(max(self.part_box.findData(self.settings.last_part), 0))
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.dots)
        self.camera_box.activated.connect(lambda _: self._try_camera())
        self.skip_button = self.add_button("x", mark("Finish later"), "Esc", self.reject)
        self.back_button = self.add_button("chevron-left", mark("Back"), "Alt+Left", self.back)
        self.next_button = self.add_button("chevron-right", mark("Next"), "Return", self.next, "primary")
        self.next_button.setDefault(True)

    def _language_page(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for key, (code, words) in enumerate((("ja", "日本語"), ("en", "English")), 1):
            button = key_button(self, "check", words, str(key), partial(self._choose, language=code))
            self._choices[("language", code)] = button
            column.addWidget(button)
        row = QHBoxLayout()
        looks = (("light", mark("Light")), ("dark", mark("Dark")), ("high-contrast", mark("High contrast")))
        for key, (name, words) in enumerate(looks, 3):
            button = key_button(self, "eye", words, str(key), partial(self._choose, theme=name))
            self._choices[("theme", name)] = button
            row.addWidget(button, 1)
        column.addLayout(row)
        column.addStretch(1)
        return holder

    def _place_fields(self) -> list[QWidget]:
        """Part, line and station; the computer's name stands where the station has none."""
        found: list[QWidget] = []
        fields = (
            (mark("Part"), self.part_box),
            (mark("Line"), self.places["line"]),
            (mark("Station"), self.places["station"]),
        )
        for words, field in fields:
            head = label("caption")
            head.setBuddy(field)
            self.say(head.setText, words)
            self.say(field.setAccessibleName, words)
            found += [head, field]
        for edit in self.places.values():
            edit.setMaxLength(60)
        self.places["station"].setPlaceholderText(self.settings.station_told or "")
        return found

    def _listen_button(self) -> QWidget:
        return key_button(
            self, "mic", mark("Test the microphone"), "F3",
            lambda: self.microphone_test.test(self.microphone_box.currentData()) if self.step == 2 else None,
        )  # fmt: skip

    def _fill_devices(self) -> None:
        """Devices are looked for on their lanes: a driver may take its time."""
        self._desk.on_camera(self._devices.cameras).done.connect(self._cameras_found)
        self._desk.on_sound(self._devices.microphones).done.connect(self._microphones_found)

    def _cameras_found(self, found: list[CameraName]) -> None:
        for one in found:
            self.camera_box.addItem(device_name(one), one.source)
        self.camera_box.setCurrentIndex(max(self.camera_box.findData(self.settings.camera), 0))
        if self.step == 1:
            self._try_camera()

    def _microphones_found(self, found: list[MicrophoneName]) -> None:
        self.microphone_box.addItem(tr("As the system"), None)
        for one in found:
            self.microphone_box.addItem(one.name, one.source)
        self.microphone_box.setCurrentIndex(max(self.microphone_box.findData(self.settings.microphone), 0))

    # -- the way through it

    def next(self) -> None:
        """Take what was chosen and go on; the last step ends it."""
        if self._busy or self.step == _PERSON and self._register():
            return
        self._go_on()

    def _go_on(self) -> None:
        self._take()
        if self.step == len(_STEPS) - 1:
            self.accept()
            return
        self.step += 1
        self._show_step()

    def back(self) -> None:
        """The step before."""
        if self.step > 0:
            self._leave()
            self.step -= 1
            self._show_step()

    def done(self, result: int) -> None:
        self._leave()
        self._choose(set_up_done=True)
        super().done(result)

    def _leave(self) -> None:
        self.camera_test.stop()
        self.microphone_test.stop()

    def _register(self) -> bool:
        """Has the first person registered, where one was entered; the way goes on when that is done."""
        station = self._desk.station
        if station is None or self.person_form.isHidden() or not self._typed():
            return False
        try:
            entered = self.person_form.entered()
        except Fixable as error:
            self._refuse(error)
            return True
        self._busy = True
        task = self._desk.ask_people(first_person, station.people, entered)
        task.done.connect(self._registered)
        task.failed.connect(self._refuse)
        return True

    def _typed(self) -> bool:
        return any(edit.text().strip() for edit in self.person_form.edits.values())

    def _registered(self, person: Person) -> None:
        self._busy = False
        self.began.emit(person)
        self._go_on()

    def _refuse(self, error: Exception) -> None:
        self._busy = False
        self.refuse(error, lambda _: self.say_fault(tr("See under Problems, F8.")))

    def _show_people(self) -> None:
        """Nobody is asked for where somebody is registered already."""
        station = self._desk.station
        if station is not None:
            self._desk.ask_people(lambda: station.people.open_mode).done.connect(self._people_known)

    def _people_known(self, nobody: bool) -> None:
        self.person_form.setVisible(nobody)
        self.person_words.setVisible(not nobody)
        self.say(self.person_words.setText, mark("People are registered here; see under People, Ctrl+Shift+P."))
        if nobody and self.step == _PERSON:
            self.person_form.edits["name"].setFocus()

    def _take(self) -> None:
        self._leave()
        if self.step == 1 and self.camera_box.currentData() is not None:
            self._choose(camera=self.camera_box.currentData())
        elif self.step == 2 and self.microphone_box.count():
            self._choose(microphone=self.microphone_box.currentData())
        elif self.step == 3:
            self._choose(**{name: edit.text().strip() for name, edit in self.places.items()})
            if self.part_box.currentData():
                self._choose(last_part=self.part_box.currentData())

    def _choose(self, **values: object) -> None:
        now = self.settings.changed(**values)
        if now != self.settings:
            self.settings = now
            self.chosen.emit(now)
            self.respeak()

    def _show_step(self) -> None:
        self.clear_fault()
        title, hint = _STEPS[self.step]
        self.say(self.heading.setText, title)
        self.say(self.hint.setText, hint)
        self.pages.setCurrentIndex(self.step)
        self.back_button.setEnabled(self.step > 0)
        last = self.step == len(_STEPS) - 1
        self.next_button.say(self.next_button.set_text, mark("Begin to work") if last else mark("Next"))
        self.skip_button.setVisible(not last)
        self.respeak()
        if self.step == 1:
            self._try_camera()
        elif self.step == _PERSON:
            self._show_people()
        elif last:
            self._judge()

    def _try_camera(self) -> None:
        if self.camera_box.currentData() is not None:
            setup = CameraSetup.of(self.settings)
            self.camera_test.test(replace(setup, source=self.camera_box.currentData()))

    def _judge(self) -> None:
        photo, golden = (resources() / "samples" / name for name in _SAMPLE[:2])
        self._desk.picture(photo).done.connect(self.stage.show_picture)
        self.band.show_state("loader-circle", mark("Judging …"), mark("The first time takes a little longer."))
        task = self._desk.try_sample(photo, golden, _SAMPLE[2])
        task.done.connect(self._judged)
        task.failed.connect(self._not_judged)

    def _judged(self, verdict: Verdict) -> None:
        self.band.show_verdict(verdict)
        self.stage.mark(verdict.judgment.region, theme.tokens().verdict(verdict.judgment.verdict)[0])

    def _not_judged(self, error: Exception) -> None:
        words = sentence(error) if isinstance(error, Fixable) else tr("See under Problems, F8.")
        self.band.show_state("triangle-alert", mark("Could not be judged"), words)

    def _show_model(self) -> None:
        self.respeak()

    def respeak(self) -> None:
        if not hasattr(self, "pages"):
            return
        self.dots.setText("  ".join("●" if n == self.step else "○" for n in range(len(_STEPS))))
        self.dots.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for (name, value), button in self._choices.items():
            button.set_kind("chosen" if getattr(self.settings, name) == value else "")
        detail = self._readiness.detail
        self.model_words.setText(f"{self.settings.model}   {self._readiness.words}" + (f"\n{detail}" if detail else ""))


def _page(*parts: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.GAP)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return holder
