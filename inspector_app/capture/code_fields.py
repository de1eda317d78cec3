"""What the text of a barcode says of a unit: part, lot, serial number, work order.

Knows the parts' own patterns, and three ways to write several fields into one code: GS1, ANSI MH10 (ISO 15418) and
NAME=value. Knows no picture and no scanner.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector_app.errors import KensaError
from inspector_app.identity import FIELDS, Identity

if TYPE_CHECKING:
    from inspector_app.parts import Parts

_GS = "\x1d"
"""Group separator: ends a field of variable length."""


def identity_of(text: str, parts: Parts, current: Identity) -> Identity:
    """What a code says, over what is known already: by the parts' patterns and numbers, else by the fields in it.

    A GTIN that is no part number here says nothing; any other part must be known (`unknown_part`): a label of another
    product is not to fill in the lot of this one. `scan_unknown` for a code that says nothing.
    """
    try:
        return parts.read_code(text, current)
    except KensaError:
        if not (said := fields_of(text)):
            raise
    part = said.get("part", "")
    if part in parts and part != current.part:
        current = Identity(part)
    elif part and part not in parts and not _GTIN.fullmatch(part):
        raise KensaError("unknown_part", f"The label is of the part {part[:100]!r}, which is not known here.")
    return replace(current, **{name: said[name] for name in FIELDS if name in said})


def fields_of(text: str) -> dict[str, str]:
    """What a code's text says, by the program's names: part, lot, serial, work_order, operator.

    {} for a plain text: then only the field that waits for it knows what it is.
    """
    text = text.strip()
    return _gs1(text) or _ansi(text) or _named(text)


_GTIN = re.compile(r"\d{14}")

# GS1: application identifier -> (our name, length of a field of fixed length)
_GS1 = {"01": ("part", 14), "10": ("lot", 0), "21": ("serial", 0), "240": ("part", 0), "241": ("part", 0)}
_GS1_FIXED = {"00": 18, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2, "410": 13, "414": 13}
_GS1_FREE = ("22", "30", "37", "90", "91", "92", "93", "94", "95", "96", "97", "98", "99", "250", "251", "400")


def _gs1(text: str) -> dict[str, str]:
    """(01)…(10)… as people write it, or 01…10… as a scanner sends it."""
    body = re.sub(r"^\](C1|e0|d2|Q3|J1)", "", text)
    told = body != text or _GS in body
    if re.fullmatch(r"(\(\d{2,4}\)[^()]+)+", body):
        pairs = re.findall(r"\((\d{2,4})\)([^()]+)", body)
    elif told or re.match(r"01\d{14}(10|21|11|17|240|241|$)", body):
        pairs = _elements(body.lstrip(_GS))
    else:
        return {}
    # A customer's part number says more than the number of the article in trade.
    ordered = sorted(pairs, key=lambda pair: pair[0] in ("240", "241"))
    return {_GS1[key][0]: value.strip() for key, value in ordered if key in _GS1 and value.strip()}


def _elements(body: str) -> list[tuple[str, str]]:
    """Identifier and value, one after another; [] where the text does not follow the rules to its end."""
    pairs = []
    while body:
        for digits in (2, 3, 4):
            key = body[:digits]
            fixed = _GS1_FIXED.get(key) or _GS1.get(key, ("", 0))[1]
            if fixed or key in _GS1 or key in _GS1_FREE:
                break
        else:
            return []
        rest = body[len(key) :]
        value, body = (rest[:fixed], rest[fixed:]) if fixed else rest.partition(_GS)[::2]
        if not value or (fixed and not re.fullmatch(rf"\d{{{fixed}}}", value)):
            return []
        pairs.append((key, value))
        body = body.removeprefix(_GS)
    return pairs


# ANSI MH10.8.2 data identifiers, as suppliers' labels have them
_ANSI = {
    "P": "part", "1P": "part", "30P": "part", "1T": "lot", "T": "lot", "S": "serial", "SN": "serial",
    "W": "work_order", "1W": "work_order",
}  # fmt: skip


def _ansi(text: str) -> dict[str, str]:
    """[)>RS06GS P… GS 1T… GS S… RS EOT: only with its envelope or separators, since S123 alone may be anything."""
    envelope = re.match(r"\[\)>\x1e?0[56]\x1d(.*?)[\x1e\x04]*$", text, re.DOTALL)
    if envelope is None:
        return {}
    found: dict[str, str] = {}
    for part in envelope[1].split(_GS):
        key = re.match(r"(\d*[A-Z]{1,2}?)(.+)", part, re.DOTALL)
        if key and key[1] in _ANSI:
            found.setdefault(_ANSI[key[1]], key[2].strip())
    return found


_NAMES = {
    "part": "part", "pn": "part", "p/n": "part", "part no": "part", "品番": "part", "部品番号": "part",
    "lot": "lot", "batch": "lot", "ロット": "lot", "ロット番号": "lot",
    "serial": "serial", "sn": "serial", "s/n": "serial", "serial no": "serial", "製造番号": "serial",
    "wo": "work_order", "order": "work_order", "work order": "work_order", "指図": "work_order",
    "製造指図": "work_order",
    "operator": "operator", "badge": "operator", "作業者": "operator",
}  # fmt: skip


def _named(text: str) -> dict[str, str]:
    """LOT=2408;SN=17 or ロット:2408. All of the text must be of this form."""
    found: dict[str, str] = {}
    for line in re.split(r"[;\n|]+", text):
        key, mark, value = re.sub("[：＝]", "=", line.replace(":", "=", 1)).partition("=")
        name = _NAMES.get(key.strip().lower().rstrip("."))
        if line.strip() and (not mark or name is None or not value.strip()):
            return {}
        if name:
            found.setdefault(name, value.strip())
    return found
