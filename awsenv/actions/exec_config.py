"""``exec --live``: a profile that any SDK renews by itself, in a config file of its own.

The file has the settings of the person's, so that their other profiles stay usable, with one more
profile whose ``credential_process`` is awsenv, or that has no credentials, so that SDKs look on and
ask the server. It holds no secret: keys in the config file are left
out, wherever they stand.
"""

import os
import secrets
import shlex

from awsenv import paths
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.profiles import edit, ini, read
from awsenv.profiles.profile import Profile
from awsenv.state import LIVE, state_path
from awsenv.variables import REGIONS

# Settings that a profile whose session is got elsewhere must not have, or SDKs look there first.
_SOURCES = {*Profile.OF_KEY, "role_arn", "source_profile", "credential_source", "mfa_serial",
            "sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name",
            "credential_process", "login_session", "web_identity_token_file", "mfa_process",
            "external_id", "role_session_name", "duration_seconds"}  # fmt: skip


def prepare(
    profile: str, session: dict[str, str], environ: dict[str, str], process: bool = True
) -> dict[str, str]:
    """What a program started with ``profile`` gets instead of the keys in ``session``; without a
    ``process`` where SDKs are to look on.

    The file bears this process's ID, which a program that replaces it keeps; files of processes
    that are gone are cleared away.
    """
    folder = folders.make_private(state_path(environ, LIVE))
    _clear(folder)
    path = os.path.join(folder, f"{os.getpid()}.config")
    name = f"awsenv-live-{secrets.token_hex(8)}"
    found = read.profile(profile, environ)
    settings = {n: v for n, v in found.settings().items() if n not in _SOURCES and "\n" not in v}
    if region := session.get("AWS_REGION"):
        settings["region"] = region
    options = (
        {**settings, "credential_process": _command(profile, environ)} if process else settings
    )
    text = edit.put(_copy(environ), path, f"profile {name}", options)
    with reading.explain_errors("write", path):
        write_whole(path, text.encode("utf-8"))
    regions = {n: v for n, v in session.items() if n in REGIONS}
    return {"AWS_PROFILE": name, **regions, "AWS_CONFIG_FILE": path}


def _copy(environ: dict[str, str]) -> str:
    """The config file's settings, written anew: no comment, in which a key may stand, and no key."""
    lines = []
    for header, section in ini.read(paths.config_file(environ)).items():
        lines.append(f"[{header}]")
        for name, (value, _, _) in section.options.items():
            if name not in Profile.OF_KEY:
                lines.append(f"{name} = " + value.replace("\n", "\n  "))
    return "".join(line + "\n" for line in lines)


def _command(profile: str, environ: dict[str, str]) -> str:
    """awsenv, looking at the person's own config file again."""
    own = environ.get("AWS_CONFIG_FILE")
    back = ["-u", "AWS_CONFIG_FILE"] if own is None else [f"AWS_CONFIG_FILE={own}"]
    words = [
        "/usr/bin/env",
        "-u",
        "AWS_PROFILE",
        *back,
        *paths.program_words(),
        "credential-process",
        profile,
    ]
    return " ".join(shlex.quote(word) for word in words)


def _clear(folder: str) -> None:
    for name in os.listdir(folder):
        pid = name.partition(".")[0]
        if pid.isdigit():
            try:
                os.kill(int(pid), 0)
            except ProcessLookupError:
                os.unlink(os.path.join(folder, name))
            except PermissionError:
                continue
