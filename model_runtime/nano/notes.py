"""Spoken inspection notes by the tens of thousands: what is said, how it is read, what it means.

A note is drawn from a grammar with many forms (plain, polite, hesitant, corrected, negated) or is free text without any
grammar, so that a decoder cannot learn sentences by heart. Knows nothing of sound.
"""

import random
from dataclasses import asdict, dataclass

from model_runtime.nano import words as w


@dataclass(frozen=True, slots=True)
class Note:
    """`text` is the transcript to be heard, `reading` what a kana-only engine is given (Japanese), else the same."""

    language: str
    text: str
    reading: str
    says: str
    defect: str = "none"
    place: str = ""
    kind: str = "note"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def _english_fact(r: random.Random) -> tuple[str, str, str]:
    defect = r.choice(list(w.EN_DEFECTS))
    place = r.choice(list(w.EN_PLACES))
    noun, where = r.choice(w.EN_DEFECTS[defect]), r.choice(w.EN_PLACES[place])
    size = r.choice(w.EN_SIZES) + " " if r.random() < 0.6 else ""
    if r.random() < 0.15:
        wrong = r.choice([p for p in w.EN_PLACES if p != place])
        where = f"{r.choice(w.EN_PLACES[wrong])} {r.choice(('no', 'sorry', 'i mean', 'correction'))} the {where}"
    forms = (
        f"{size}{noun} on the {where}",
        f"{size}{noun} at the {where}",
        f"there is a {size}{noun} on the {where}",
        f"i see a {size}{noun} near the {where}",
        f"{where} {size}{noun}",
        f"the {where} has a {size}{noun}",
        f"found {size}{noun} {where}",
        f"{size}{noun} in the {where} area",
    )
    if r.random() < 0.25:
        return r.choice((f"{size}{noun}", f"{size}{noun} found", f"there is a {size}{noun}")), defect, ""
    return r.choice(forms), defect, place


def _english_fill(r: random.Random, form: str) -> str:
    digits = " ".join(r.choice(w.EN_DIGITS) for _ in range(r.randint(2, 6)))
    code = " ".join(r.choice(w.EN_LETTERS) for _ in range(r.randint(1, 2))) + " " + digits
    place = r.choice(r.choice(list(w.EN_PLACES.values())))
    return form.format(digit=r.choice(w.EN_DIGITS), digits=digits, code=code, place=place)


def english_note(r: random.Random) -> Note:
    """One English note: bad, good or saying nothing of the verdict."""
    kind = r.random()
    defect, place = "none", ""
    if kind < 0.45:
        fact, defect, place = _english_fact(r)
        verdict = r.choice(w.EN_NG)
        text = r.choice((fact, f"{fact} {verdict}", f"{verdict} {fact}", f"{fact} so {verdict}", verdict))
        says = "NG"
        if text == verdict:
            defect, place = "none", ""
    elif kind < 0.8:
        fact, defect, place = _english_fact(r)
        noun = r.choice(r.choice(list(w.EN_DEFECTS.values())))
        good = r.choice(w.EN_OK)
        text = r.choice(
            (
                good,
                good,
                f"no {noun} {good}",
                f"{good} no {noun}",
                f"{good} next one",
                f"{fact} but within limits {good}",
            )
        )
        says = "OK"
        if fact not in text:
            defect, place = "none", ""
    else:
        text, says = _english_fill(r, r.choice(w.EN_NEUTRAL)), "nothing"
    if r.random() < 0.2:
        label = r.choice(("lot {digits}", "unit {digit}", "serial {digits}", "number {digits}"))
        text = f"{_english_fill(r, label)} {text}"
    if r.random() < 0.2:
        text = f"{r.choice(w.EN_FILLERS)} {text}"
    return Note("en", text.replace("n g", "ng"), text.replace("n g", "N G"), says, defect, place)


def _join(*parts: w.Reading) -> w.Reading:
    return "".join(p[0] for p in parts), "".join(p[1] for p in parts)


def _same(text: str) -> w.Reading:
    return text, text


def _japanese_fact(r: random.Random) -> tuple[w.Reading, str, str]:
    defect, place = r.choice(list(w.JA_DEFECTS)), r.choice(list(w.JA_PLACES))
    noun, where = r.choice(w.JA_DEFECTS[defect]), r.choice(w.JA_PLACES[place])
    size = r.choice(w.JA_SIZES) if r.random() < 0.6 else ("", "")
    exists = _same(r.choice(("があります", "がある", "あり", "が見えます", "です", "")))
    if exists[0] == "が見えます":
        exists = ("が見えます", "がみえます")
    if r.random() < 0.15:
        wrong = r.choice(w.JA_PLACES[r.choice([p for p in w.JA_PLACES if p != place])])
        fix = r.choice((("いや", "いや"), ("ではなく", "ではなく"), ("違う", "ちがう")))
        where = _join(wrong, fix, where)
    if r.random() < 0.25:
        return _join(size, noun, exists), defect, ""
    forms = (
        _join(where, _same("に"), size, noun, exists),
        _join(where, _same("の"), noun, exists),
        _join(size, noun, _same("が"), where, _same("にあります")),
        _join(where, size, noun),
    )
    return r.choice(forms), defect, place


def _japanese_fill(r: random.Random, form: w.Reading) -> w.Reading:
    digit = r.choice(w.JA_DIGITS)
    digits = _join(*(r.choice(w.JA_DIGITS) for _ in range(r.randint(2, 6))))
    place = r.choice(r.choice(list(w.JA_PLACES.values())))
    return tuple(form[i].format(digit=digit[i], digits=digits[i], place=place[i]) for i in (0, 1))  # type: ignore[return-value]


def japanese_note(r: random.Random) -> Note:
    """One Japanese note: bad, good or saying nothing of the verdict."""
    kind = r.random()
    defect, place = "none", ""
    if kind < 0.45:
        fact, defect, place = _japanese_fact(r)
        verdict = r.choice(w.JA_NG)
        text = r.choice(
            (fact, _join(fact, verdict), _join(fact, _same("ので"), verdict), _join(verdict, fact), verdict)
        )
        says = "NG"
        if text == verdict:
            defect, place = "none", ""
    elif kind < 0.8:
        noun = r.choice(r.choice(list(w.JA_DEFECTS.values())))
        good = r.choice(w.JA_OK)
        none = _same(r.choice(("はありません", "なし", "はないです")))
        fact, near_defect, near_place = _japanese_fact(r)
        within = _join(fact, ("が限度内", "がげんどない"), ("で", "で"), good)
        text = r.choice((good, good, _join(noun, none, good), _join(noun, none), _join(good, _same("次です")), within))
        if text[0].endswith("次です"):
            text = (text[0], text[1].replace("次です", "つぎです"))
        says = "OK"
        if text == within:
            defect, place = near_defect, near_place
    else:
        text, says = _japanese_fill(r, r.choice(w.JA_NEUTRAL)), "nothing"
    if r.random() < 0.2:
        text = _join(
            _japanese_fill(r, r.choice((("ロット{digits}", "ろっと{digits}"), ("{digits}番", "{digits}ばん")))), text
        )
    if r.random() < 0.2:
        text = _join(r.choice(w.JA_FILLERS), text)
    return Note("ja", text[0], text[1], says, defect, place)


def free_english(r: random.Random, vocabulary: list[str]) -> Note:
    """Words in no order at all, with numbers and letters between: nothing here can be guessed from its beginning."""
    out: list[str] = []
    while len(out) < r.randint(2, 8):
        draw = r.random()
        common = (
            (*w.EN_DIGITS, *w.EN_TENS, *w.EN_LETTERS)
            if draw < 0.25
            else ("the", "a", "is", "of", "and", "in", "on", "to", "not", "it")
        )
        out.append(r.choice(common) if draw < 0.45 else r.choice(vocabulary))
    text = " ".join(out)
    return Note("en", text, text, "nothing", kind="free")


def free_japanese(r: random.Random, vocabulary: list[str]) -> Note:
    """Words given by their readings, with particles between; written in hiragana."""
    out = ""
    for _ in range(r.randint(1, 4)):
        out += r.choice(vocabulary)
        if r.random() < 0.5:
            out += r.choice(("は", "を", "が", "に", "で", "と", "も", "の", "です", "ます", "から", "した"))
    return Note("ja", out, out, "nothing", kind="free")
