"""Where this awsenv and its libraries lie, however it was installed. Hot path, but for loading them.

The hook starts Python without its site (``-I -S``): no folder of a person's, of a project's PYTHONPATH or of a wrapper
is looked in then. What this awsenv imports from is what it was started with, and goes along as an option of the
interpreter's own (``-X``), which costs nothing to read.
"""

import os
import sys

# The packages of pyproject.toml's dependencies, by the names under which they are imported.
PACKAGES = ("boto3", "botocore", "dateutil", "dotenv", "yaml", "questionary", "rich", "segno", "typer", "uvicorn")  # fmt: skip
_OPTION = "awsenv"


def own_folder() -> str:
    """The folder in which the package ``awsenv`` lies."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def list_options() -> list[str]:
    """The interpreter's options under which all libraries are found: none, where its own site has them."""
    folders = _list_others()
    return ["-X", f"{_OPTION}={os.pathsep.join(folders)}"] if folders else []


def load_site() -> None:
    """Have the libraries at hand, where Python was started without its site."""
    if sys.flags.no_site:
        import site

        site.main()
        for folder in _list_others():
            site.addsitedir(folder)


def find_fault() -> str:
    """Why this awsenv cannot be started by its interpreter and a file; empty where it can."""
    main = os.path.join(own_folder(), "awsenv", "__main__.py")
    if not os.path.isfile(main):
        return f"{main} is no file"
    if not sys.executable or not os.access(sys.executable, os.X_OK):
        return f"there is no Python at {sys.executable or 'a place that is known'}"
    if sys.flags.no_site:
        return ""  # it was started so
    missing = _list_missing([*_list_plain(), *_list_others()])
    return f"its library {missing[0]} is in none of Python's own folders" if missing else ""


def leave_out_others_modules() -> None:
    """Import from Python's own folders and the installation alone: what PYTHONPATH names, or lies where one stands
    under ``python -m``, is another project's (a ``typing.py`` would run as ours)."""
    library = os.path.dirname(os.__file__)
    version = f"python{sys.version_info[0]}{sys.version_info[1]}.zip"
    names = [os.path.basename(place) for place in sys.path]
    if version in names:  # the first of Python's own places, whether it is there or not
        own = sys.path[names.index(version) :]
        own = own if library in own else [library, *own]
        # Ours may be one that PYTHONPATH names; behind all others it hides nothing of Python's.
        sys.path[:] = own if own_folder() in own else [*own, own_folder()]


def _list_plain() -> list[str]:
    import site

    return [*site.getsitepackages(), own_folder()]


def _list_others() -> list[str]:
    """Folders with libraries of ours that neither the interpreter's site nor our own folder has."""
    told = sys._xoptions.get(_OPTION)
    if isinstance(told, str):
        return told.split(os.pathsep)
    plain = _list_plain()
    if sys.flags.no_site or not _list_missing(plain):
        return []
    library = os.path.dirname(os.__file__)
    return [
        folder
        for folder in sys.path
        if os.path.isdir(folder) and folder not in (*plain, library, f"{library}/lib-dynload")
    ]


def _list_missing(folders: list[str]) -> list[str]:
    """Those of our libraries that none of ``folders`` has."""
    return [
        name
        for name in PACKAGES
        if not any(
            os.path.exists(f"{folder}/{name}{end}") for folder in folders for end in ("", ".py")
        )
    ]
