"""Where this computer has a font with Japanese letters for PDF files. Knows names of files only."""

import sys
from pathlib import Path

from inspector_app.errors import KensaError

_FILES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
    "/System/Library/Fonts/ヒラギノ角ゴシック W3.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
)
_WINDOWS = ("BIZ-UDGothicR.ttc", "YuGothM.ttc", "meiryo.ttc", "msgothic.ttc")


def japanese_font() -> Path:
    """The first that there is; KensaError where there is none. Of a collection its first face is the Japanese one."""
    files = [Path(name) for name in _FILES]
    if sys.platform == "win32":
        files = [Path("C:/Windows/Fonts") / name for name in _WINDOWS]
    for file in files:
        if file.is_file():
            return file
    raise KensaError(
        "no_font",
        "A PDF report needs a font with Japanese letters, and this computer has none; install one (Debian:"
        " fonts-noto-cjk), or export CSV or XLSX.",
    )
