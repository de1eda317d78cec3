"""Brings kensa_ja.ts up to the source texts of the code, and compiles it: python resources/translations/update.py

Source texts are the literals given to `tr` and `mark` (inspector_app/ui/language.py). Translations that are there stay;
texts that are gone are dropped. Then open the file in pyside6-linguist, translate what is unfinished, and run it again.
"""

import ast
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import PySide6

CONTEXT = "kensa"
HERE = Path(__file__).resolve().parent
CODE = HERE.parents[1] / "inspector_app"


def sources(code: Path = CODE) -> set[str]:
    """Every text in the code that is to be translated."""
    found = set()
    for file in code.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "mark"):
                if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    return found


def translations(file: Path) -> dict[str, str]:
    """Source -> finished translation."""
    found = {}
    for message in ElementTree.parse(file).iter("message"):
        translation = message.find("translation")
        if translation is not None and translation.get("type") is None and translation.text:
            found[message.findtext("source", "")] = translation.text
    return found


def write(file: Path, language: str, texts: set[str], known: dict[str, str]) -> None:
    """The .ts file of Qt Linguist, sorted, so that a change shows as few lines."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text in sorted(texts):
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        if text in known:
            translation.text = known[text]
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode")
    file.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def compile_to(source: Path, target: Path) -> None:
    """The .qm file that the program loads; put in place whole, since a program that runs has the old one mapped."""
    name = "lrelease.exe" if sys.platform == "win32" else "lrelease"
    tool = next(path for folder in ("", "libexec") if (path := Path(PySide6.__path__[0]) / folder / name).is_file())
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        new = Path(folder) / target.name
        subprocess.run([tool, "-silent", source, "-qm", new], check=True)
        new.replace(target)


def main() -> int:
    """Update and compile; the number of texts without a translation."""
    file = HERE / "kensa_ja.ts"
    texts, known = sources(), translations(file) if file.is_file() else {}
    write(file, "ja_JP", texts, known)
    compile_to(file, file.with_suffix(".qm"))
    missing = sorted(texts - set(known))
    print(f"{len(texts)} texts, {len(missing)} to translate", *missing, sep="\n  ")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
