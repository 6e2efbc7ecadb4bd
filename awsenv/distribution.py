"""How this awsenv was installed, and so what installs it again. Another project has the name ``awsenv`` at the package
index: ours is the distribution ``awsenv-shell``. Hot path: a hook's text names it.

Formats: PEP 610 (``direct_url.json``), and where uv and pipx keep their environments.
"""

import os
import sys

from awsenv import installation
from awsenv.paths import quote_word

NAME = "awsenv-shell"
# Part of a path → who installed it, and what that is called with.
_TOOLS = {"/uv/tools/": "uv tool install --force", "/pipx/venvs/": "pipx install --force"}


def format_install(extra: str = "") -> str:
    """What a person types to install this awsenv anew, with the optional dependencies ``extra``: by the tool, and from
    the place, by which it came."""
    folder = installation.own_folder()
    if "/Cellar/" in folder:
        return f"brew reinstall {NAME}"
    tool = next((words for part, words in _TOOLS.items() if part in folder), "")
    is_checkout = os.path.isfile(os.path.join(folder, "pyproject.toml"))
    origin = folder if is_checkout else find_origin()
    more = f"[{extra}]" if extra else ""
    is_url = origin.startswith("git+")
    spec = f"{NAME}{more} @ {origin}" if is_url else f"{origin or NAME}{more}"
    python = sys.executable if os.path.isfile(os.path.join(sys.prefix, "pyvenv.cfg")) else ""
    if is_checkout:
        tool = f"{quote_word(python)} -m pip install -e" if python else "uv tool install --force"
    usual = f"{quote_word(python)} -m pip install" if python else "uv tool install"
    return f"{tool or usual} {quote_word(spec)}"


def format_removal() -> str:
    """What takes this awsenv away."""
    folder = installation.own_folder()
    if "/Cellar/" in folder:
        return f"brew uninstall {NAME}"
    tool = next((words.split()[0] for part, words in _TOOLS.items() if part in folder), "")
    words = {"uv": "uv tool uninstall", "pipx": "pipx uninstall"}.get(tool, f"{quote_word(sys.executable)} -m pip uninstall")  # fmt: skip
    return f"{words} {NAME}"


def find_origin() -> str:
    """The folder, archive or repository that this awsenv was installed from; empty for one of the index."""
    for name in _list_records(NAME):
        try:
            with open(os.path.join(name, "direct_url.json"), encoding="utf-8") as file:
                text = file.read()
        except (OSError, ValueError):
            return ""
        url = text.partition('"url"')[2].partition('"')[2].partition('"')[0]
        if '"vcs_info"' in text:
            return f"git+{url}"
        return _decode(url.removeprefix("file://"))
    return ""


def find_other() -> str:
    """The record of the other project's package, where it is in the same place, and has put its files over ours, or we ours
    over its; empty where it is not."""
    return next(iter(_list_records("awsenv")), "")


def is_slow_wrapper(path: str) -> bool:
    """Whether the script at ``path`` is one that an old pip writes (23 does, 26 does not): it loads ``re``, which takes nearly half
    as long as a whole answer of ours."""
    try:
        with open(path, encoding="utf-8") as file:
            return "\nimport re\n" in file.read(1000)
    except (OSError, ValueError):
        return False


def _list_records(name: str) -> list[str]:
    """The folders in which an installer wrote of the distribution ``name``, beside the package."""
    folder = installation.own_folder()
    begins = name.replace("-", "_") + "-"
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [
        os.path.join(folder, each)
        for each in names
        if each.startswith(begins) and each.endswith(".dist-info") and each[len(begins)].isdigit()
    ]


def _decode(text: str) -> str:
    """A path of a URL (RFC 3986, 2.1)."""
    parts = text.encode().split(b"%")
    found = [bytes([int(each[:2], 16)]) + each[2:] for each in parts[1:]]
    return b"".join([parts[0], *found]).decode("utf-8", "replace")
