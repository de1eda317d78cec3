"""A scanner that types like a keyboard: told from a person by its pace. Time comes in as an argument.

Knows characters and seconds; knows no window and no key codes.
"""

from dataclasses import dataclass, field

from inspector_app.settings import Settings

GAP_SECONDS = 0.035
"""Longest pause between two keys of a scanner: a fast typist needs 60 ms and more for each of many keys in a row."""
LEAST = 4
"""Shortest code that is told from typing by pace alone."""


@dataclass
class Wedge:
    """Watches all keys and says when a code ended. A code is a burst of quick keys and the suffix.

    `prefix`: what the scanner sends before a code; where it is set, only a burst that begins with it is one, however
    short. `suffix`: the character that ends a code ("\\r" for Enter, "\\t"). `gap` and `least` as above.
    """

    prefix: str = ""
    suffix: str = "\r"
    gap: float = GAP_SECONDS
    least: int = LEAST
    _burst: list[str] = field(default_factory=list)
    _last: float = float("-inf")

    @classmethod
    def of(cls, settings: Settings) -> "Wedge":
        """As the station's settings say."""
        suffix = "\t" if settings.scanner_suffix == "tab" else "\r"
        return cls(settings.scanner_prefix, suffix, settings.scanner_gap_ms / 1000)

    @property
    def held(self) -> int:
        """Characters of the burst so far: what to take out of a field again when a scan ends."""
        return len(self._burst)

    def key(self, text: str, at: float, repeat: bool = False) -> str | None:
        """One key with the character it types, pressed `at` (seconds, of the key's own event: a program that was busy
        sees slow keys in one burst). Gives the code when this key ended one. `repeat`: the key is being held down.
        """
        pause, self._last = at - self._last, at
        if repeat or not 0 <= pause <= self.gap:
            self._burst.clear()
        if repeat or not text:
            # Shift and the like type nothing and do not end a burst.
            return None
        if text in (self.suffix, *(("\n",) if self.suffix == "\r" else ())):
            return self._end(pause)
        self._burst.append(text)
        return None

    def reset(self) -> None:
        """Forget the burst: something else has the keyboard now."""
        self._burst.clear()
        self._last = float("-inf")

    def _end(self, pause: float) -> str | None:
        code = "".join(self._burst)
        self._burst.clear()
        if pause > self.gap:
            return None
        if self.prefix:
            return code.removeprefix(self.prefix) or None if code.startswith(self.prefix) else None
        return code if len(code) >= self.least else None
