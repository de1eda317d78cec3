"""The paper of a report: A4 pages with title and number, sections, tables, photos; one font, embedded.

Knows fpdf2; knows no figures.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from fpdf import FPDF
from PIL import Image, ImageOps

from inspector_app.reports.fonts import japanese_font
from inspector_app.reports.words import word

FONT = "kensa"
MARGIN, WIDTH, BOTTOM = 15.0, 180.0, 278.0
"""Millimetres: margin, room between both, where a page ends for what is drawn."""
ROW = 6.2
INK, PALE, RULE, MODEL, ALARM = (26, 26, 26), (107, 107, 107), (205, 205, 205), (11, 92, 173), (192, 40, 30)
"""Colours that are told apart on paper, also in grey."""


class Paper(FPDF):
    """A4 pages with the report's title above and the page's number below."""

    def __init__(self, title: str, language: str) -> None:
        super().__init__(format="A4")
        self.language = language
        self.heading = title
        self.add_font(FONT, "", str(japanese_font()), collection_font_number=0)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, 297 - BOTTOM)
        self.set_title(title)
        self.set_lang("ja-JP" if language == "ja" else "en")
        self.set_creator("Kensa")
        self.add_page()

    def header(self) -> None:
        if self.page_no() > 1:
            self.words(8, PALE)
            self.cell(WIDTH, 5, self.heading, new_x="LMARGIN", new_y="NEXT")
            self.ln(2)

    def footer(self) -> None:
        self.set_y(-13)
        self.words(8, PALE)
        self.cell(WIDTH, 5, word("page", self.language).format(self.page_no(), "{nb}"), align="C")

    def words(self, size: float, colour: tuple[int, int, int] = INK) -> None:
        """Size and colour of the words that follow."""
        self.set_font(FONT, "", size)
        self.set_text_color(*colour)

    def section(self, key: str, needs: float = 30) -> None:
        """A heading, on the next page where not even `needs` millimetres would follow it."""
        if self.get_y() + needs > BOTTOM:
            self.add_page()
        self.ln(3)
        self.words(12)
        self.cell(WIDTH, 7, word(key, self.language), new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def title_line(self) -> None:
        """The title, large."""
        self.words(18)
        self.cell(WIDTH, 11, self.fitting(self.heading, WIDTH), new_x="LMARGIN", new_y="NEXT")

    def facts(self, facts: Mapping[str, str]) -> None:
        """Names and values, two pairs in a line."""
        for number, (name, value) in enumerate(facts.items()):
            last = number % 2 == 1
            self.words(9, PALE)
            self.cell(24, 6, self.fitting(name, 23))
            self.words(9)
            self.cell(
                66, 6, self.fitting(value, 64), new_x="LMARGIN" if last else "RIGHT", new_y="NEXT" if last else "TOP"
            )
        if len(facts) % 2:
            self.ln(6)

    def grid(self, columns: Sequence[float], head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows with thin lines; a text that is too long for its column ends with a mark."""
        self.set_draw_color(*RULE)
        for number, cells in enumerate([head, *rows]):
            if self.get_y() + ROW > BOTTOM:
                self.add_page()
            self.words(8.5, PALE if number == 0 else INK)
            for width, cell in zip(columns, cells, strict=True):
                self.cell(width, ROW, self.fitting(cell, width - 2), border="B")
            self.ln(ROW)

    def fitting(self, words: str, width: float) -> str:
        """The text, cut where it is wider than there is room."""
        words = " ".join(words.split())
        if self.get_string_width(words) <= width:
            return words
        while words and self.get_string_width(words + "…") > width:
            words = words[:-1]
        return words + "…"


def thumbnail(path: Path, side: int = 480) -> Image.Image | None:
    """The photo upright and small; None where it cannot be read."""
    try:
        with Image.open(path) as photo:
            photo.draft("RGB", (side, side))
            small = ImageOps.exif_transpose(photo).convert("RGB")
            small.thumbnail((side, side))
            return small
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def jpeg(photo: Image.Image) -> io.BytesIO:
    """The photo as a small file: a report of sixty stays under 5 MB."""
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=82)
    buffer.seek(0)
    return buffer


def image(paper: Paper, photo: Image.Image, left: float, top: float, side: float) -> tuple[float, float, float, float]:
    """Draws the photo into a square, at its top, and tells where it came to lie: left, top, width, height."""
    scale = side / max(photo.size)
    width, height = photo.width * scale, photo.height * scale
    x, y = left + (side - width) / 2, top  # beside what is said of it, which begins at the top too
    paper.image(jpeg(photo), x, y, width, height)
    return x, y, width, height
