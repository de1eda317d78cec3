"""What Kensa is made of: `python resources/supply.py [lock|licences|sbom|audit]`; without a word, all of them.

lock      every package with its hashes, for all systems: resources/requirements.lock (needs `pip install uv` and PyPI)
licences  the licence of each installed package; exit code 1 for one that the list below does not allow
sbom      CycloneDX 1.6 as JSON of what is installed and of the weights that ship, without the network
audit     known weaknesses of what is locked (needs `pip install pip-audit` and PyPI)

Knows pyproject.toml, the installed packages and the embedded model; imports nothing of the program.
"""

import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "resources" / "requirements.lock"
SBOM = ROOT / "dist" / "kensa.cdx.json"
MODEL = ROOT / "resources" / "models" / "kensa-nano"
FREE = ("MIT", "BSD", "APACHE", "ISC", "PSF", "PYTHON SOFTWARE FOUNDATION", "MPL", "MOZILLA", "LGPL", "LESSER GENERAL",
        "HPND", "UNLICENSE", "ZLIB", "CNRI", "CMU", "PUBLIC DOMAIN", "0BSD", "BOOST")  # fmt: skip
"""Words of licences under which a package may be part of the program; LGPL ones are loaded and may be replaced."""
KNOWN = {"nvidia": "proprietary, only with a CUDA build", "hf-xet": "Apache-2.0", "sounddevice": "MIT"}
"""Packages whose metadata do not say it in a word."""


def needed() -> list[importlib.metadata.Distribution]:
    """The program's packages as installed, and all that they need, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted, found = list(project["dependencies"]), {}
    while wanted:
        text = wanted.pop()
        name = re.split(r"[\s;<>=!~\[(]", text.strip(), maxsplit=1)[0]
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found or "extra ==" in text.replace("extra==", "extra =="):
            continue
        try:
            found[key] = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system, or only with CUDA
        wanted += found[key].requires or []
    return [found[key] for key in sorted(found)]


def licence_of(package: importlib.metadata.Distribution) -> str:
    """In words, from the package's own metadata."""
    about = package.metadata
    for prefix, words in KNOWN.items():
        if about["Name"].lower().startswith(prefix):
            return words
    told = about.get("License-Expression") or ""
    classified = [
        c.rpartition("::")[2].strip() for c in about.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    return told or ", ".join(classified) or (about.get("License") or "unknown").splitlines()[0][:80]


def licences() -> int:
    """One line a package; those that are not free are named at the end."""
    wrong = []
    for package in needed():
        licence = licence_of(package)
        print(f"{package.metadata['Name']} {package.version}: {licence}")
        if not any(word in licence.upper() for word in FREE) and licence not in KNOWN.values():
            wrong.append(package.metadata["Name"])
    if wrong:
        print(f"not known to be free: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


def sbom(target: Path = SBOM) -> int:
    """The bill of materials, with the hashes of the lock and of every file of the model."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    hashes = locked()
    parts: list[dict[str, Any]] = []
    for package in needed():
        name, version = package.metadata["Name"], package.version
        key = (re.sub(r"[-_.]+", "-", name).lower(), version.partition("+")[0])
        part: dict[str, Any] = {
            "type": "library", "name": name, "version": version, "bom-ref": f"pkg:pypi/{key[0]}@{version}",
            "purl": f"pkg:pypi/{key[0]}@{version}", "licenses": [{"license": {"name": licence_of(package)}}],
        }  # fmt: skip
        if key in hashes:
            part["hashes"] = [{"alg": "SHA-256", "content": one} for one in hashes[key]]
        parts.append(part)
    for file in sorted(path for path in MODEL.rglob("*") if path.is_file()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        parts.append({"type": "file", "name": file.relative_to(ROOT).as_posix(), "version": "",
                      "hashes": [{"alg": "SHA-256", "content": digest}]})  # fmt: skip
    told = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{uuid.uuid4()}", "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": "kensa", "version": project["version"],
                          "licenses": [{"license": {"id": project["license"]}}]},
        },
        "components": parts,
    }  # fmt: skip
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(parts)} components")
    return 0


def locked() -> dict[tuple[str, str], list[str]]:
    """(Name, version) -> the SHA-256 hashes that the lock allows."""
    found: dict[tuple[str, str], list[str]] = {}
    now: list[str] = []
    for line in LOCK.read_text(encoding="utf-8").splitlines() if LOCK.exists() else ():
        if (head := re.match(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)", line)) is not None:
            now = found.setdefault((re.sub(r"[-_.]+", "-", head[1]).lower(), head[2]), [])
        now += re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
    return found


def lock() -> int:
    """Writes the lock anew from pyproject.toml."""
    form = ["--generate-hashes", "--universal", "--python-version", "3.11", "--no-annotate", "--quiet"]
    who = ["--custom-compile-command", "python resources/supply.py lock"]
    code, _, said = _asked("uv", ["pip", "compile", "pyproject.toml", *form, *who, "--output-file", str(LOCK)])
    print(said, end="", file=sys.stderr)
    return code


def audit() -> int:
    """What is known against the locked packages: 1 where something is, or of a package that nothing is known of; 2, in
    one sentence, where nobody could be asked."""
    words = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off", "--requirement", str(LOCK)]
    code, told, said = _asked("pip-audit", words)
    if code == 0 or told.strip():  # the table of what was found is all that it writes there
        print(told + said, end="")
        return min(code, 1)
    if said:
        last = said.strip().splitlines()[-1].removeprefix("ERROR:pip_audit._cli:")
        print(f"Known weaknesses could not be asked for ({last}); run it where pypi.org is within reach, or ask any"
              f" scanner about {SBOM.relative_to(ROOT)}.", file=sys.stderr)  # fmt: skip
    return 2


def _asked(name: str, words: list[str]) -> tuple[int, str, str]:
    """Exit code and what a program beside this Python, or anywhere on the path, writes to its two outputs."""
    beside = Path(sys.executable).with_name(name)
    command = [str(beside) if beside.exists() else name, *words]
    try:
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        print(f"{name} is not installed: pip install {name}", file=sys.stderr)
        return 2, "", ""
    return done.returncode, done.stdout, done.stderr


STEPS = {"lock": lock, "licences": licences, "sbom": sbom, "audit": audit}

if __name__ == "__main__":
    chosen = sys.argv[1:] or list(STEPS)
    if unknown := [word for word in chosen if word not in STEPS]:
        raise SystemExit(f"{unknown[0]!r} is none of {', '.join(STEPS)}")
    sys.exit(max(STEPS[word]() for word in chosen))
