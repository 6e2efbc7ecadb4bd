"""What has the system hold the server's socket, and start a server for who connects: units of systemd for this user
(``systemd.socket(5)``, ``systemd.exec(5)``), or an agent of launchd (``launchd.plist(5)``).
"""

import os
import sys
from collections.abc import Sequence

from awsenv import paths, programs
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.server import running, sockets
from awsenv.state import home_folder

_NAME = "awsenv-serve"
# What a server needs of the shell that installs it: where it finds credential helpers, and its own files.
_KEPT = ("PATH", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "LANG")


def describe(environ: dict[str, str]) -> dict[str, str]:
    """The files, by their paths, and their texts."""
    if sys.platform == "darwin":
        place = os.path.join(home_folder(environ), "Library/LaunchAgents", f"{_NAME}.plist")
        return {place: _format_agent(environ)}
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(home_folder(environ), ".config")
    folder = os.path.join(config, "systemd/user")
    return {
        os.path.join(folder, f"{_NAME}.socket"): _format_socket(environ),
        os.path.join(folder, f"{_NAME}.service"): _format_service(environ),
    }


def list_installed(environ: dict[str, str]) -> list[str]:
    """Those of the files that are there."""
    return [path for path in describe(environ) if os.path.lexists(path)]


def install(environ: dict[str, str]) -> None:
    """Write the files, and have the socket held from now on, in place of a server that runs. Raises ``AwsenvError``."""
    running.stop(environ)
    folders.make_private(os.path.dirname(sockets.socket_path(environ)))
    for path, text in describe(environ).items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with reading.explain_errors("write", path):
            write_whole(path, text.encode(), mode=0o644)
    try:
        hold(environ)
    except AwsenvError:
        for path in list_installed(environ):
            folders.discard(path)
        raise


def remove(environ: dict[str, str]) -> None:
    """Let go of the socket, and take the files away. Raises ``AwsenvError``."""
    found = list_installed(environ)
    if not found:
        return
    release(environ)
    if sys.platform != "darwin":
        _manage("disable", f"{_NAME}.socket", environ=environ)
    for path in found:
        folders.discard(path)


def hold(environ: dict[str, str]) -> None:
    """Have the socket held, at once and at each sign-in. Raises ``AwsenvError``."""
    folders.discard(running.file_path("stopped", environ))
    if sys.platform == "darwin":
        [agent] = describe(environ)
        _manage("bootstrap", _find_domain(), agent, environ=environ)
        return
    _manage("daemon-reload", environ=environ)
    _manage("enable", "--now", f"{_NAME}.socket", environ=environ)


def release(environ: dict[str, str]) -> None:
    """Have it held no more, and no server started. Raises ``AwsenvError``."""
    if sys.platform == "darwin":
        _manage("bootout", f"{_find_domain()}/{_NAME}", environ=environ)
        return
    _manage("stop", f"{_NAME}.socket", f"{_NAME}.service", environ=environ)


def _manage(*words: str, environ: dict[str, str]) -> None:
    command: Sequence[str] = ("launchctl",) if sys.platform == "darwin" else ("systemctl", "--user")
    try:
        done = programs.run([*command, *words], environ)
    except OSError as error:
        what = f"{command[0]} cannot be started: {error.strerror}"
        raise AwsenvError(what, "without it a shell's first look starts the server") from None
    if done.code:
        line = (done.err or done.out).decode("utf-8", "replace").strip().partition("\n")[0]
        what = f"{' '.join([*command, *words[:1]])} failed: {line or f'exit {done.code}'}"
        raise AwsenvError(what, "without it a shell's first look starts the server")


def _find_domain() -> str:
    return f"gui/{os.getuid()}"


def _format_socket(environ: dict[str, str]) -> str:
    place = sockets.socket_path(environ).replace("%", "%%")
    return f"""\
[Unit]
Description=Container credentials of awsenv, for who has a grant

[Socket]
ListenStream={place}
SocketMode=0600
DirectoryMode=0700

[Install]
WantedBy=sockets.target
"""


def _format_service(environ: dict[str, str]) -> str:
    kept = "".join(
        f"Environment={_quote(f'{name}={environ[name]}')}\n" for name in _KEPT if environ.get(name)
    )
    return f"""\
[Unit]
Description=Container credentials of awsenv, for who has a grant
Requires={_NAME}.socket
# However often it was killed, the next request starts it.
StartLimitIntervalSec=0

[Service]
ExecStart={_quote(paths.program_path())} serve
# Where AWS is reached through a proxy, it has to be said here: Environment=HTTPS_PROXY=http://proxy.example:3128
{kept}"""


def _quote(text: str) -> str:
    """``text`` as one word of a unit: C's escapes, and ``%`` and ``$`` doubled (``systemd.service(5)``)."""
    for character, escaped in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("\n", "\\n"),
        ("%", "%%"),
        ("$", "$$"),
    ):
        text = text.replace(character, escaped)
    return f'"{text}"'


def _format_agent(environ: dict[str, str]) -> str:
    import plistlib

    place = sockets.socket_path(environ)
    agent = {
        "Label": _NAME,
        "ProgramArguments": [paths.program_path(), "serve", "--port", "0"],
        "Sockets": {sockets.LAUNCHD_NAME: {"SockPathName": place, "SockPathMode": 0o600}},
        "KeepAlive": {"SuccessfulExit": False},
        "EnvironmentVariables": {name: environ[name] for name in _KEPT if environ.get(name)},
        "StandardErrorPath": running.file_path("log", environ),
    }
    return plistlib.dumps(agent).decode()
