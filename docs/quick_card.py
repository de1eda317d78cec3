"""The operator's quick card: one page of A4 for the wall, with pictures of docs/screenshots.

    python docs/quick_card.py [OUT]        ->  OUT/quick-card.ja.pdf, OUT/quick-card.en.pdf (OUT: docs)

The words stand here; the pictures are those that docs/screenshots.py takes, the letters those of PDF reports.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fpdf import FPDF
from PIL import Image

from inspector_app.reports.fonts import japanese_font

HERE = Path(__file__).resolve().parent
BLUE, GREEN, RED, AMBER, GREY = (11, 92, 173), (20, 122, 62), (184, 28, 28), (176, 104, 0), (90, 98, 108)
LEFT, WIDE = 12, 186
"""Millimetres."""

WORDS = {
    "ja": {
        "title": "Kensa かんたん手順",
        "sub": "外観検査ステーション 作業者用",
        "picture": ("inspect-photo-ja-light-1280.png", "inspect-ng-ja-light-1280.png"),
        "captions": ("撮影した画面", "判定の画面"),
        "steps": (
            ("Ctrl+L", "サインイン", "名前と PIN、またはバッジ"),
            ("F6", "品番・ロット", "入力またはコードを読む"),
            ("F2", "撮影", "見本と同じ向き・明るさで、大きく"),
            ("F3", "ひとこと", "押して話し、もう一度押す。例「クラックあり」"),
            ("Enter", "判定", "もう一度 Enter で承認して次へ"),
        ),
        "verdicts": (
            ("良品 OK", GREEN, "Enter で次へ"),
            ("不良 NG", RED, "印の場所を見る。正しければ Enter、品物は不良置き場へ"),
            ("要確認", AMBER, "自分で決めず、保留置き場へ。監督者が決めます"),
        ),
        "keys_title": "よく使うキー",
        "keys": (
            ("F7", "同意しない (理由を話す)"), ("F9", "撮り直す"), ("F10", "直前を取り消す"),
            ("F12", "良品見本と比べる"),
            ("F4", "音声を聞く"), ("Ctrl+E", "聞き取りを直す"), ("F8", "問題の一覧"), ("F1", "すべてのキー"),
        ),
        "help_title": "こんなとき",
        "help": (
            "写真がぶれる・暗い: レンズと照明を確かめ、F9 で撮り直す。",
            "カメラやマイクが止まった: ケーブルを差し直す。自動で戻ります。写真ファイルでも続けられます。",
            "判定が来ない: そのまま次を撮影してよい。保存済みで、順に判定されます。",
            "判定がおかしいと思う: F7。遠慮なく。記録は消えず、モデルの改善に使われます。",
            "席を離れる: Ctrl+L。",
        ),
    },
    "en": {
        "title": "Kensa in short",
        "sub": "Visual inspection station, for operators",
        "picture": ("inspect-photo-en-light-1280.png", "inspect-ng-en-light-1280.png"),
        "captions": ("A photo was taken", "The verdict"),
        "steps": (
            ("Ctrl+L", "Sign in", "name and PIN, or badge"),
            ("F6", "Part, lot", "type, or scan the code"),
            ("F2", "Photo", "close, with the pose and light of the sample"),
            ("F3", "A few words", "press, speak, press again: \"crack on the edge\""),
            ("Enter", "Judge", "Enter again accepts and goes on"),
        ),
        "verdicts": (
            ("OK", GREEN, "Enter, next unit"),
            ("NG", RED, "look at the mark; if it is right, Enter. Put it with the bad ones"),
            ("INCONCLUSIVE", AMBER, "do not decide: put it on hold, a supervisor will"),
        ),
        "keys_title": "Keys",
        "keys": (
            ("F7", "I disagree (say why)"), ("F9", "take it anew"), ("F10", "undo the last"),
            ("F12", "compare with golden"),
            ("F4", "play the note"), ("Ctrl+E", "correct what was heard"), ("F8", "problems"), ("F1", "all keys"),
        ),
        "help_title": "When",
        "help": (
            "the photo is blurred or dark: look at lens and lamp, F9.",
            "camera or microphone stopped: plug it in again, it comes back by itself; photo files work meanwhile.",
            "no verdict comes: go on with the next unit. It is kept, and judged in its turn.",
            "the verdict seems wrong: F7, every time. Nothing is lost, and the model learns from it.",
            "you leave the station: Ctrl+L.",
        ),
    },
}  # fmt: skip


class Card(FPDF):
    """One page."""

    def __init__(self, language: str) -> None:
        super().__init__(format="A4")
        self.words = WORDS[language]
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.add_page()
        font = japanese_font()
        self.add_font("text", fname=str(font))  # of a collection its first face is the Japanese one
        self.set_title(str(self.words["title"]))
        self.set_lang(language)

    def say(self, x: float, y: float, text: str, size: float, colour: tuple[int, int, int] = (20, 24, 30)) -> None:
        self.set_text_color(*colour)
        self.set_font("text", size=size)
        self.text(x, y, text)

    def fitting(self, text: str, size: float, width: float) -> float:
        """The size, or the largest below it in which the text is no wider."""
        self.set_font("text", size=size)
        return size * min(1.0, width / self.get_string_width(text))

    def box(self, x: float, y: float, text: str, colour: tuple[int, int, int], width: float, height: float) -> None:
        self.set_fill_color(*colour)
        self.rect(x, y, width, height, style="F", round_corners=True, corner_radius=1.6)
        self.set_text_color(255, 255, 255)
        self.set_font("text", size=height * 1.55)
        self.set_xy(x, y)
        self.cell(width, height, text, align="C")

    def fill(self) -> None:
        """From top to bottom."""
        self.set_fill_color(*BLUE)
        self.rect(0, 0, 210, 26, style="F")
        self.say(LEFT, 16, self.words["title"], 26, (255, 255, 255))
        self.set_text_color(220, 232, 245)
        self.set_font("text", size=11)
        self.set_xy(LEFT, 9)
        self.cell(WIDE, 8, self.words["sub"], align="R")
        y = self.steps(33)
        y = self.pictures(y + 3)
        y = self.verdicts(y + 6)
        y = self.keys(y + 6)
        self.help(y + 6)

    def steps(self, y: float) -> float:
        for number, (key, name, how) in enumerate(self.words["steps"], 1):
            self.box(LEFT, y, str(number), BLUE, 9, 9)
            self.box(LEFT + 12, y, key, GREY, 24, 9)
            self.say(LEFT + 41, y + 6.6, name, 16)
            self.say(LEFT + 86, y + 6.4, how, 11.5, GREY)
            y += 11.5
        return y

    def pictures(self, y: float) -> float:
        width = (WIDE - 6) / 2
        for number, (name, caption) in enumerate(zip(self.words["picture"], self.words["captions"], strict=True)):
            x = LEFT + number * (width + 6)
            # Few colours: a window has no more, and the file stays small enough for a mail.
            picture = Image.open(HERE / "screenshots" / name).convert("RGB").quantize(128)
            self.image(picture, x=x, y=y, w=width)
            self.set_draw_color(190, 196, 204)
            self.rect(x, y, width, width * 800 / 1280)
            self.say(x, y + width * 800 / 1280 + 5, caption, 10, GREY)
        return y + width * 800 / 1280 + 5

    def verdicts(self, y: float) -> float:
        for name, colour, what in self.words["verdicts"]:
            self.box(LEFT, y, name, colour, 46, 10)
            self.say(LEFT + 51, y + 7, what, self.fitting(what, 13, WIDE - 51))
            y += 12.5
        return y

    def keys(self, y: float) -> float:
        self.say(LEFT, y + 3, self.words["keys_title"], 14, BLUE)
        y += 7
        for number, (key, what) in enumerate(self.words["keys"]):
            x, row = LEFT + (number % 2) * (WIDE / 2), y + (number // 2) * 8.5
            self.box(x, row, key, GREY, 18, 6.8)
            self.say(x + 22, row + 5.2, what, 12)
        return y + 8.5 * ((len(self.words["keys"]) + 1) // 2)

    def help(self, y: float) -> None:
        self.say(LEFT, y + 3, self.words["help_title"], 14, BLUE)
        y += 9.5
        for line in self.words["help"]:
            self.say(LEFT, y, "・" + line, 11)
            y += 6.6


def main() -> None:
    """Writes both cards."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for language in WORDS:
        card = Card(language)
        card.fill()
        file = out / f"quick-card.{language}.pdf"
        card.output(file)
        print(file)


if __name__ == "__main__":
    main()
