"""What the Inspect page tells the operator to do next, as tables: icon, title, hint. Knows no widget."""

from inspector_app.ui.language import mark
from inspector_app.ui.unit import Step

# What the stage says when it shows no picture, by the state of the camera: icon, title, hint.
NO_PICTURE = {
    "opening": ("camera", mark("Opening the camera …"), mark("A photo can be dropped here at any time.")),
    "closed": ("camera-off", mark("No camera"), mark("Open a photo, or drop one here. F2 looks for the camera again.")),
    "live": ("camera", mark("Opening the camera …"), mark("A photo can be dropped here at any time.")),
    "stale": ("camera-off", mark("The camera has stopped"), mark("Check its cable; it is opened again by itself.")),
    "lost": ("camera-off", mark("No camera"), mark("Check its cable; it is opened again by itself. Files work too.")),
    "voice": ("mic", mark("No photo"), mark("The unit is judged by its voice note alone.")),
    "reading": ("image", mark("Reading the photo …"), ""),
}
# What the band says before there is a verdict: icon, title, hint.
BAND: dict[str | Step, tuple[str, str, str]] = {
    "live": ("camera", mark("Ready for a photo"), mark("F2 takes it. A file can be dropped on the picture.")),
    "blind": ("image-plus", mark("Ready for a photo"), mark("Ctrl+O opens one, or drop a file. F3 records a note.")),
    "speak": ("mic", mark("Ready for a voice note"), mark("F3 begins and ends it.")),
    "photo": ("scan-search", mark("Ready to judge"), mark("Enter judges. F3 adds a voice note.")),
    "seen": ("scan-search", mark("Ready to judge"), mark("Enter judges.")),
    "needs_voice": (
        "mic",
        mark("A voice note is needed"),
        mark("F3 begins and ends it; this part needs one."),
    ),
    "needs_photo": ("camera", mark("A photo is needed"), mark("F2 takes it; this part needs one.")),
    "voice": ("scan-search", mark("Ready to judge"), mark("Enter judges by the voice note alone.")),
    Step.KEEPING: ("loader-circle", mark("Keeping …"), ""),
    Step.JUDGING: ("loader-circle", mark("Judging …"), mark("The next unit can be begun: Enter or F2.")),
    "loading": ("loader-circle", mark("Kept"), mark("Judged as soon as the model is loaded. Go on: Enter or F2.")),
    Step.WAITING: ("inbox", mark("Kept, not judged"), mark("It is judged at the next start of the program.")),
    Step.WITHDRAWN: ("undo-2", mark("Withdrawn"), mark("It counts no more. It stays in the history. Enter goes on.")),
}
