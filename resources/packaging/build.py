"""Builds the program that needs no Python, and what IT installs it from.

    python resources/packaging/build.py                   dist/kensa, the folder that runs
    python resources/packaging/build.py --deb --tar       also a Debian package and a portable archive, beside it
    python resources/packaging/build.py --no-build --deb  only packs the folder that is there

Needs `pip install -e '.[build]'`. On Windows the folder becomes an installer by kensa.iss, on macOS a disk image: see
macos.md.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DIST = ROOT / "dist"
FOLDER = DIST / "kensa"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}

# What the folder does not bring, since it must fit to the system: the C library, the way to screen, graphics driver and
# sound, and letters: without any font the window shows boxes.
DEPENDS = (
    "libc6 (>= {libc})", "libgl1", "libegl1", "libxcb1", "libasound2t64 | libasound2", "fontconfig-config",
    "fonts-noto-cjk | fonts-ipafont-gothic | fonts-ipaexfont-gothic | fonts-vlgothic",
)  # fmt: skip
RECOMMENDS = (
    "libasound2-plugins", "libwayland-client0", "libwayland-cursor0", "libwayland-egl1",
    "desktop-file-utils", "shared-mime-info",
)  # fmt: skip


def version() -> str:
    """The one version (inspector_app/version.py). A commit that carries a tag must carry that one; a commit without is
    named by its minute, so that it sorts behind older ones and before the release."""
    sys.path.insert(0, str(ROOT))
    from inspector_app.version import APP_VERSION

    tags = git("tag", "--points-at", "HEAD").split()
    if tags and f"v{APP_VERSION}" not in tags:
        sys.exit(f"This commit is tagged {', '.join(tags)}, but inspector_app/version.py says {APP_VERSION}.")
    if tags or not git("rev-parse", "HEAD"):
        return APP_VERSION
    minute = datetime.fromtimestamp(int(git("show", "-s", "--format=%ct")), UTC).strftime("%Y%m%d%H%M")
    return f"{APP_VERSION}~git{minute}.{git('rev-parse', '--short', 'HEAD')}"


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def build_folder() -> None:
    subprocess.run([sys.executable, "-m", "PyInstaller", "--noconfirm", "build_installer.spec"], cwd=ROOT, check=True)


def linked(source: Path, target: Path) -> None:
    """The folder once more without its gigabyte: as hard links where the disk can."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other, follow_symlinks=False)
        except OSError:
            shutil.copy2(one, other, follow_symlinks=False)

    shutil.copytree(source, target, symlinks=True, copy_function=link)


def debian_package(number: str) -> Path:
    """/opt/kensa, a link in /usr/bin, entries for the menu and the file types. No script of its own runs as root."""
    machine = MACHINES[platform.machine()]
    stage = ROOT / "build" / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    linked(FOLDER, stage / "opt/kensa")
    place(HERE / "take-in", stage / "opt/kensa/share/take-in", 0o755)
    place(HERE / "kensa.desktop", stage / "usr/share/applications/kensa.desktop")
    place(HERE / "kensa-adapter.desktop", stage / "usr/share/applications/kensa-adapter.desktop")
    place(HERE / "kensa-mime.xml", stage / "usr/share/mime/packages/kensa.xml")
    place(HERE / "kensa.svg", stage / "usr/share/icons/hicolor/scalable/apps/kensa.svg")
    place(HERE / "kensa.png", stage / "usr/share/icons/hicolor/256x256/apps/kensa.png")
    place(ROOT / "LICENSE", stage / "usr/share/doc/kensa/copyright")
    for name in ("install.md", "install.ja.md", "administrator.md", "administrator.ja.md"):
        place(ROOT / "docs" / name, stage / "usr/share/doc/kensa" / name)
    (stage / "usr/bin").mkdir(parents=True)
    (stage / "usr/bin/kensa").symlink_to("/opt/kensa/kensa")
    control = stage / "DEBIAN"
    control.mkdir(mode=0o755)
    size = sum(file.stat().st_size for file in stage.rglob("*") if file.is_file() and not file.is_symlink())
    (control / "control").write_text(control_text(number, machine, size // 1024), encoding="utf-8")
    (control / "md5sums").write_text("".join(sums(stage)), encoding="utf-8")
    for path in (stage, *stage.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    package = DIST / f"kensa_{number}_{machine}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", stage, package], check=True)
    shutil.rmtree(stage)
    return package


def control_text(number: str, machine: str, kilobytes: int) -> str:
    libc = (os.confstr("CS_GNU_LIBC_VERSION") or "glibc 2.31").split()[-1]
    lines = {
        "Package": "kensa",
        "Version": number,
        "Architecture": machine,
        "Maintainer": "The Kensa authors <kensa@localhost>",
        "Installed-Size": str(kilobytes),
        "Depends": ", ".join(DEPENDS).format(libc=libc),
        "Recommends": ", ".join(RECOMMENDS),
        "Section": "science",
        "Priority": "optional",
        "Description": "visual inspection station that needs no network\n"
        " Takes a photo and a spoken note of a part, judges it with a model that runs\n"
        " inside the program, and keeps what was judged. Brings its own Python,\n"
        " libraries and the small model kensa-nano. Data stay in each user's home\n"
        " and are kept when the package is removed.",
    }
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def sums(stage: Path) -> list[str]:
    files = sorted(file for file in stage.rglob("*") if file.is_file() and not file.is_symlink())
    named = ((file, file.relative_to(stage).as_posix()) for file in files)
    return [f"{digest(file, 'md5')}  {name}\n" for file, name in named if not name.startswith("DEBIAN/")]


def digest(file: Path, kind: str) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, kind).hexdigest()


def place(source: Path, target: Path, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def archive(number: str) -> Path:
    """A folder to be unpacked anywhere, also on a stick: `kensa-VERSION/kensa`."""
    name = f"kensa-{number}"
    stage = ROOT / "build" / "tar"
    shutil.rmtree(stage, ignore_errors=True)
    linked(FOLDER, stage / name)
    for document in ("install.md", "install.ja.md"):
        place(ROOT / "docs" / document, stage / name / document)
    target = DIST / f"{name}-{platform.system().lower()}-{platform.machine()}.tar.zst"
    pack = ["tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "-C", str(stage), "-I", "zstd -9 -T0"]
    subprocess.run([*pack, "-cf", str(target), name], check=True)
    shutil.rmtree(stage)
    return target


def main() -> None:
    """Builds what was asked for, and the file of its checksums."""
    to = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    to.add_argument("--no-build", action="store_true", help="pack dist/kensa as it is")
    to.add_argument("--deb", action="store_true", help="a Debian package")
    to.add_argument("--tar", action="store_true", help="a portable tar.zst")
    args = to.parse_args()
    number = version()
    if not args.no_build:
        build_folder()
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER} is not there; run without --no-build.")
    made = ([debian_package(number)] if args.deb else []) + ([archive(number)] if args.tar else [])
    for file in made:
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1e6:,.0f} MB")
    packed = sorted({*DIST.glob(f"kensa_{number}_*.deb"), *DIST.glob(f"kensa-{number}-*.tar.zst")})
    if packed:
        lines = [f"{digest(file, 'sha256')}  {file.name}\n" for file in packed]
        (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file() and not file.is_symlink())
    print(f"{FOLDER.relative_to(ROOT)}  {size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
