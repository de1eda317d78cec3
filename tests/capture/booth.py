"""A recording booth: PulseAudio with a sink that plays to nobody; its monitor is the microphone. No hardware.

PortAudio reaches it through ALSA's pulse plugin (Debian: pulseaudio and libasound2-plugins).
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

RATE = 48_000


class Booth:
    """A PulseAudio server of its own, reached by this process through its environment until `close`."""

    def __init__(self) -> None:
        # A socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="kensa-booth-"))
        self._before = {name: os.environ.get(name) for name in ("PULSE_SERVER", "PULSE_COOKIE")}
        self._server: subprocess.Popen[bytes] | None = None
        self._players: list[subprocess.Popen[bytes]] = []
        os.environ["PULSE_SERVER"] = f"unix:{self.folder}/socket"
        os.environ["PULSE_COOKIE"] = str(self.folder / "cookie")
        self.switch_on()

    @staticmethod
    def lacks() -> str:
        """What is missing on this computer, or ""."""
        programs = [name for name in ("pulseaudio", "pacat") if shutil.which(name) is None]
        plugin = any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so"))
        return ", ".join(programs + ([] if plugin else ["ALSA's pulse plugin (libasound2-plugins)"]))

    @property
    def on(self) -> bool:
        """Whether the server runs."""
        return self._server is not None and self._server.poll() is None

    def switch_on(self) -> None:
        """Plug the microphone in."""
        modules = [
            f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/socket",
            f"module-null-sink sink_name=booth rate={RATE}",
        ]
        command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--disable-shm=yes",
            "--log-level=error",
        ]
        self._server = subprocess.Popen(
            [*command, *(f"--load={module}" for module in modules)],
            env={**os.environ, "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "PULSE_SERVER": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while subprocess.run(["pactl", "info"], capture_output=True).returncode:
            assert self._server.poll() is None, "pulseaudio does not start here"
            assert time.monotonic() < end, "pulseaudio does not answer"
            time.sleep(0.05)

    def switch_off(self) -> None:
        """Pull the plug."""
        self.quiet()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        self._server = None
        (self.folder / "socket").unlink(missing_ok=True)

    def play(self, samples: np.ndarray) -> None:
        """Mono float at RATE into the booth, by another program; comes back at once."""
        sound = self.folder / f"sound-{len(self._players)}.raw"
        sound.write_bytes(np.clip(samples, -1, 1).astype("<f4").tobytes())
        command = ["pacat", "--playback", "--raw", "--format=float32le", f"--rate={RATE}", "--channels=1", str(sound)]
        self._players.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    @property
    def reached_by(self) -> dict[str, str]:
        """What another program needs in its environment to hear and to speak here."""
        return {name: os.environ[name] for name in ("PULSE_SERVER", "PULSE_COOKIE")}

    def streams(self, kind: str) -> bool:
        """Whether a program records here ("source-outputs") or plays ("sink-inputs")."""
        told = subprocess.run(["pactl", "list", "short", kind], capture_output=True, text=True, check=False)
        return bool(told.stdout.strip())

    def overheard(self, raw: Path, act: Callable[[], None], seconds: float) -> np.ndarray:
        """What is played here by whomever, from just before `act` on: mono float at RATE. `raw`: a file to be made."""
        command = ["pacat", "--record", "--raw", "--format=float32le", f"--rate={RATE}", "--channels=1"]
        with raw.open("wb") as file, subprocess.Popen([*command, "--device=booth.monitor"], stdout=file) as listener:
            time.sleep(1)
            act()
            time.sleep(seconds)
            listener.terminate()
        return np.fromfile(raw, dtype="<f4")

    def quiet(self) -> None:
        """Stop what is played."""
        for process in self._players:
            process.kill()
            process.wait()
        self._players.clear()

    def close(self) -> None:
        """End the server and leave the environment as it was."""
        self.switch_off()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(self.folder, ignore_errors=True)
