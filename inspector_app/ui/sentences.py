"""Fixable errors in the operator's language. The error's own English sentence names the file; in other languages the
sentence for its code is said, and the English one stays in the details.
"""

from inspector_app.ui.language import mark, tr
from model_runtime.verdict import Fixable

SENTENCES = {
    "bad_parts": mark("The file of parts is not valid; correct it."),
    "bad_settings": mark("The settings cannot be read; check the data folder."),
    "camera_format": mark("The camera's picture cannot be kept as a photo; use another camera."),
    "damaged_photo": mark("The photo is damaged or cut off; take or copy it again."),
    "damaged_voice": mark("The voice note is damaged; record or copy it again."),
    "database_busy": mark("Another program holds the records; close it and try again."),
    "database_damaged": mark("The records are damaged; put them aside and restore a backup."),
    "disk_error": mark("The disk refused to read or write; check the disk and its space."),
    "disk_full": mark("The disk is full; free some space and try again."),
    "empty_file": mark("The file is empty; take or copy it again."),
    "empty_sample": mark("There is neither a photo nor a voice note; give at least one."),
    "file_too_large": mark("The file is too large; give a smaller one."),
    "golden_alone": mark("A golden photo needs a photo to compare; add one or leave it out."),
    "is_a_folder": mark("This is a folder; name a file."),
    "missing": mark("The file does not exist; check the name."),
    "newer_database": mark("The records were written by a newer Kensa; update the program."),
    "no_camera": mark("There is no camera; connect one, or work with files."),
    "no_microphone": mark("There is no microphone; connect one, or use a sound file."),
    "no_model": mark("The model is not loaded; the unit is kept and will be judged at the next start."),
    "no_permission": mark("No permission for the file or folder; check who may read and write it."),
    "no_portaudio": mark("Sound needs the PortAudio library; install it, or use sound files."),
    "no_speaker": mark("There is no loudspeaker to play the note; connect one."),
    "not_a_file": mark("This is not a file; name a photo or a sound file."),
    "not_a_folder": mark("The path lies below a file, not a folder; check it."),
    "not_a_photo": mark("This is not a photo; give a JPEG, PNG, BMP, TIFF or WebP file."),
    "not_a_voice": mark("This is not a sound file that can be read; give WAV, FLAC, OGG or MP3."),
    "not_for_part": mark("This part is not judged by photo or voice in this way; leave that out."),
    "photo_too_large": mark("The photo has too many pixels; give a smaller one."),
    "photo_too_small": mark("The photo has too few pixels to see anything; take a larger one."),
    "question_too_long": mark("Photo and voice note are too long for the model together; use a smaller photo."),
    "silent_camera": mark("The camera gives no picture; reconnect it, or use files."),
    "stale_camera": mark("The camera has stopped; check its cable, then take the photo again."),
    "unknown_adapter": mark("There is no such adapter; choose another."),
    "unknown_id": mark("There is no such record."),
    "unknown_model": mark("There is no such model; choose another."),
    "unknown_part": mark("The part is not known; choose one from the list."),
    "unreadable": mark("The file cannot be used; check the disk and the path."),
    "voice_too_long": mark("The voice note is longer than 40 seconds; shorten it."),
    "voice_too_short": mark("The voice note is shorter than 0.1 seconds; record it again."),
}


def sentence(error: Fixable) -> str:
    """What the person reads."""
    source = SENTENCES.get(error.code)
    if source is None or tr(source) == source:
        return error.message
    return tr(source)
