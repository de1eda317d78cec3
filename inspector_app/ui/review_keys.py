"""The keys of the review, each a method of its action's name (ui/actions.py). Knows the parts of the page."""

from inspector_app.records.record import Disposition
from inspector_app.ui.compare import Compare
from inspector_app.ui.review_form import ReviewForm
from inspector_app.ui.review_list import ReviewList
from inspector_app.ui.review_story import ReviewStory
from inspector_app.ui.review_widgets import RegionStage
from model_runtime.verdict import Answer, Severity


class ReviewKeys:
    """Mixed into the page, which has list, form, stage and story."""

    list: ReviewList
    form: ReviewForm
    stage: RegionStage
    story: ReviewStory
    alone: bool
    way: Compare
    _may: bool

    def agree(self) -> None:
        """The model is right."""
        if self._may:
            self.form.agree()

    def say_ok(self) -> None:
        """The unit is good."""
        self.form.verdict.pick(Answer.OK)

    def say_ng(self) -> None:
        """The unit is bad."""
        self.form.verdict.pick(Answer.NG)

    def next_defect(self) -> None:
        """The next class of defect."""
        self.form.step_defect(1)

    def previous_defect(self) -> None:
        """The class before."""
        self.form.step_defect(-1)

    def severity_minor(self) -> None:
        """Hardly to be seen."""
        self.form.severity.pick(Severity.MINOR)

    def severity_major(self) -> None:
        """A defect."""
        self.form.severity.pick(Severity.MAJOR)

    def severity_critical(self) -> None:
        """Dangerous."""
        self.form.severity.pick(Severity.CRITICAL)

    def draw_place(self) -> None:
        """Give the arrow keys to the ring on the photo."""
        if self._may and self.form.is_bad and self.stage.picture is not None:
            self.stage.setFocus()
            if self.form.region is None:
                self.stage.push_ring(0, 0)

    def put_accept(self) -> None:
        """It may be delivered."""
        self.form.disposition.pick(Disposition.ACCEPT)

    def put_rework(self) -> None:
        """It is worked over."""
        self.form.disposition.pick(Disposition.REWORK)

    def put_scrap(self) -> None:
        """It is thrown away."""
        self.form.disposition.pick(Disposition.SCRAP)

    def put_concession(self) -> None:
        """It is delivered as it is, with a signature."""
        self.form.disposition.pick(Disposition.CONCESSION)

    def put_hold(self) -> None:
        """It is kept until more is known."""
        self.form.disposition.pick(Disposition.HOLD)

    def write_reason(self) -> None:
        """Type the reason."""
        self.form.write_reason()

    def say_reason(self) -> None:
        """Say the reason; again to end."""
        self.form.voice.record()

    def play_voice(self) -> None:
        """Hear the note of the unit."""
        self.story.play_voice()

    def play_reason(self) -> None:
        """Hear why the operator disagrees."""
        self.story.play_reason()

    def compare(self) -> None:
        """Look in another way at photo and golden photo."""
        self.stage.next_mode()
        self.way = self.stage.mode

    def next_unit(self) -> None:
        """Leave this one for later."""
        self.list.step(1)

    def previous_unit(self) -> None:
        """The unit before."""
        self.list.step(-1)

    def next_cause(self) -> None:
        """Only units of another cause."""
        if not self.alone:
            self.list.next_cause()
