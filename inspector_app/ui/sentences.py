"""Fixable errors in the operator's language. The error's own English sentence names the file; in other languages the
sentence for its code is said, and the English one stays in the details.
"""

from inspector_app.ui.language import mark, tr
from model_runtime.verdict import Fixable

SENTENCES = {
    "adapter": mark("The adapter cannot be used with this model; choose another."),
    "adapter_missing": mark("This model cannot judge that kind of sample; choose another model."),
    "bad_parts": mark("The file of parts is not valid; correct it."),
    "bad_threads": mark("The number of threads for the model is not valid; use 1 to 256."),
    "camera_format": mark("The camera's picture cannot be kept as a photo; use another camera."),
    "checkpoint": mark("The model's files are damaged or incomplete; install the model again."),
    "database_busy": mark("Another program holds the records; close it and try again."),
    "database_damaged": mark("The records are damaged; put them aside and restore a backup."),
    "disk_error": mark("The disk refused to read or write; check the disk and its space."),
    "disk_full": mark("The disk is full; free some space and try again."),
    "empty_sample": mark("There is neither a photo nor a voice note; give at least one."),
    "golden_alone": mark("A golden photo needs a photo to compare; add one or leave it out."),
    "is_a_folder": mark("This is a folder; name a file."),
    "missing": mark("The file does not exist; check the name."),
    "newer_database": mark("The records were written by a newer Kensa; update the program."),
    "no_camera": mark("There is no camera; connect one, or work with files."),
    "no_cuda": mark("There is no CUDA device; choose the CPU."),
    "no_microphone": mark("There is no microphone; connect one, or use a sound file."),
    "no_model": mark("The model is not loaded; the unit is kept and will be judged at the next start."),
    "no_permission": mark("No permission for the file or folder; check who may read and write it."),
    "no_portaudio": mark("Sound needs the PortAudio library; install it, or use sound files."),
    "no_records": mark("The records are not open; see what the program says at the top."),
    "no_speaker": mark("There is no loudspeaker to play the note; connect one."),
    "not_a_file": mark("This is not a file; name a photo or a sound file."),
    "not_a_folder": mark("The path lies below a file, not a folder; check it."),
    "not_for_part": mark("This part is not judged by photo or voice in this way; leave that out."),
    "photo_aspect": mark("The photo is too long and thin; cut it."),
    "photo_broken": mark("The photo is damaged or cut off; take or copy it again."),
    "photo_empty": mark("The photo's file is empty; take or copy it again."),
    "photo_missing": mark("The photo does not exist; check the name."),
    "photo_not_image": mark("This is not a photo in a known format; give JPEG, PNG, BMP, TIFF or WebP."),
    "photo_too_large": mark("The photo is too large; give a smaller one."),
    "photo_too_small": mark("The photo has too few pixels to see anything; take a larger one."),
    "photo_unreadable": mark("The photo cannot be read; check the disk and the path."),
    "question_empty": mark("There is neither a photo nor a voice note; give at least one."),
    "question_too_long": mark("Photo and voice note are too long for the model together; use a smaller photo."),
    "self_test": mark("The model failed its self-test; install it again."),
    "silent_camera": mark("The camera gives no picture; reconnect it, or use files."),
    "stale_camera": mark("The camera has stopped; check its cable, then take the photo again."),
    "still_recording": mark("The voice note is still being recorded; F3 ends it."),
    "unknown_adapter": mark("There is no such adapter; choose another."),
    "unknown_id": mark("There is no such record."),
    "unknown_model": mark("There is no such model; choose another."),
    "unknown_part": mark("The part is not known; choose one from the list."),
    "unreadable": mark("The file cannot be used; check the disk and the path."),
    "voice_broken": mark("The voice note is damaged; record or copy it again."),
    "voice_empty": mark("The voice note's file is empty; record or copy it again."),
    "voice_format": mark("The voice note's format cannot be used; record it again as mono."),
    "voice_missing": mark("The voice note does not exist; check the name."),
    "voice_not_sound": mark("This is not a sound in a known format; give WAV, FLAC, OGG or MP3."),
    "voice_too_large": mark("The voice note's file is too large; give a smaller one."),
    "voice_too_long": mark("The voice note is longer than 40 seconds; shorten it."),
    "voice_too_short": mark("The voice note is shorter than 0.1 seconds; record it again."),
    "voice_unreadable": mark("The voice note cannot be read; check the disk and the path."),
}


def sentence(error: Fixable) -> str:
    """What the person reads: one line. A list of faults behind it stays in the details."""
    source = SENTENCES.get(error.code)
    if source is not None and tr(source) != source:
        return tr(source)
    first, *more = error.message.splitlines() or [""]
    return f"{first.rstrip(' :')}." if more else first
