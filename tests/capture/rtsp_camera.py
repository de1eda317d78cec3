"""A camera on the network that speaks RTSP, as those of a factory do: GStreamer's server in a process of its own.

Debian's own Python runs it, for GStreamer's bindings are its packages: gir1.2-gst-rtsp-server-1.0, python3-gi,
gstreamer1.0-plugins-good. A ball flies over the picture, so that no two are alike.
"""

import subprocess
import sys

PYTHON = "/usr/bin/python3"
_NEEDED = """
import gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
lacks = [name for name in ("videotestsrc", "jpegenc", "rtpjpegpay") if Gst.ElementFactory.find(name) is None]
if lacks: raise SystemExit("GStreamer has no " + ", ".join(lacks))
"""
_SERVER = (
    _NEEDED
    + """
import sys
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1"); server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( videotestsrc is-live=true pattern=ball "
                   "! video/x-raw,format=I420,width=320,height=240,framerate=25/1 "
                   "! jpegenc ! rtpjpegpay name=pay0 pt=26 )")
factory.set_shared(True)
server.get_mount_points().add_factory("/live", factory)
if len(sys.argv) > 2:
    auth, role = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    role.set_string("media.factory.role", "user")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(*sys.argv[2:4]), role)
    rights = Gst.Structure.new_empty("user")
    rights.set_value("media.factory.access", True); rights.set_value("media.factory.construct", True)
    factory.add_role_from_structure(rights)
    server.set_auth(auth)
if not server.attach(None): raise SystemExit("the port is taken")
print("ready", flush=True)
GLib.MainLoop().run()
"""
)


def lacks() -> str:
    """What is missing on this computer, or ""."""
    try:
        tried = subprocess.run([PYTHON, "-c", _NEEDED], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{PYTHON}: {error}"
    words = tried.stderr.strip().splitlines()
    return "" if tried.returncode == 0 else f"GStreamer's RTSP server ({words[-1] if words else 'no answer'})"


class RtspCamera:
    """Serves `rtsp://127.0.0.1:PORT/live` until it is switched off. `login`: the name and the password it asks for."""

    def __init__(self, port: int, login: tuple[str, str] | None = None) -> None:
        self.port = port
        self._server = subprocess.Popen(
            [PYTHON, "-c", _SERVER, str(port), *(login or ())], stdout=subprocess.PIPE, stderr=sys.stderr, text=True
        )
        assert self._server.stdout is not None and self._server.stdout.readline() == "ready\n"

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"

    def switch_off(self) -> None:
        """Pull its plug: it says no goodbye."""
        self._server.kill()
        self._server.wait()
        if self._server.stdout is not None:
            self._server.stdout.close()
