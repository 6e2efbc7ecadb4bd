"""A stand-in for macOS that is as strict as it is: a Python that thinks so and lacks what it lacks there, tools that refuse what
BSD's refuse (their manual pages), no /proc, 256 descriptors, and a long TMPDIR behind a symlink.

The interpreter is a copy of the tests' own beside a library of its own, for what runs under ``-I -S`` reads no sitecustomize.
"""

import os
import shutil
import sys
from pathlib import Path

from tests.shells.real import installed

# Of ``os`` and others, what Linux has and Darwin has not (docs.python.org, "Availability"; the libraries' configure).
_LACKS = (
    "listxattr", "getxattr", "setxattr", "removexattr", "memfd_create", "posix_fadvise", "posix_fallocate", "copy_file_range",
    "splice", "eventfd", "pidfd_open", "sched_getaffinity", "sched_setaffinity", "getrandom", "O_TMPFILE", "O_PATH", "O_DIRECT",
    "pipe2", "unshare", "setns", "getresuid", "getresgid",
)  # fmt: skip
# Behind what is read first of all: ``os`` itself is frozen in the interpreter.
_FIRST = f"""

import sys
sys.platform = "darwin"
import os
import posix as _posix
for _name in {_LACKS!r}:
    os.__dict__.pop(_name, None)
os.uname = lambda: _posix.uname_result(("Darwin", "mac", "24.0.0", "Darwin Kernel Version 24.0.0", "arm64"))
# A child that was forked and goes on: what asks the system for proxies kills it (cpython #105912).
sys._is_forked = False
os.register_at_fork(after_in_child=lambda: setattr(sys, "_is_forked", True))
"""
_SCPROXY = """
import os, signal, sys
def _get_proxy_settings():
    if sys._is_forked:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"exclude_simple": False}
def _get_proxies():
    return _get_proxy_settings()
"""
# Words of GNU's that BSD's refuse; the program that does the rest.
_REFUSED = {
    "readlink": "-e|-m|-z|--*", "stat": "-c|--*|-L[c]*", "date": "-d|-I*|--*", "tar": "--wildcards|--transform*",
    "mktemp": "--*", "cp": "-T|--*", "ls": "--*", "touch": "--*", "sed": "-r|--*", "base64": "-w*",
}  # fmt: skip
_TOOL = """#!/bin/sh
for word do
  case $word in {refused}) echo "{name}: illegal option -- $word" >&2; exit 1 ;; esac
done
exec {program} "$@"
"""
_PS = """#!/bin/sh
# ps -A -o pid=,ppid=,comm=, of a place where /proc is no more to be seen.
case "$*" in "-A -o pid=,ppid=,comm="*|"-A -o "*) ;; *) echo "ps: illegal option" >&2; exit 1 ;; esac
for each in {proc}/[0-9]*; do
  read -r line <"$each/stat" 2>/dev/null || continue
  rest=${{line##*) }}; set -- $rest
  echo "${{each##*/}} $2 $(readlink "$each/exe")"
done
"""
# Puts a command into all that; the first word is the folder.
_ENTER = """#!/bin/sh
folder=$1; shift
mount --bind /proc "$folder/proc" && mount -t tmpfs none /proc && mount --bind "$folder/ps" "$(readlink -f /bin/ps)" || exit 99
ulimit -n 256
exec "$@"
"""


class Darwin:
    """What stands for it, in ``folder``. ``words`` go in front of a command; ``environ`` it gets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        self.python = folder / "bin" / version
        self._make_python(folder / "lib" / version)
        tools = folder / "tools"
        tools.mkdir()
        for name, refused in _REFUSED.items():
            _write(tools / name, _TOOL.format(name=name, refused=refused, program=installed(name)))
        _write(tools / "uname", "#!/bin/sh\ncase ${1--s} in -s) echo Darwin ;; -r) echo 24.0.0 ;; *) echo 'Darwin mac 24.0.0 arm64' ;; esac\n")  # fmt: skip
        _write(folder / "ps", _PS.format(proc=folder / "proc"))
        (folder / "proc").mkdir()
        _write(folder / "enter", _ENTER)
        # As /var/folders/…/T/ is: long, and behind a symlink.
        real = folder / "private" / ("x" * 60)
        real.mkdir(parents=True)
        (folder / "T").symlink_to(real)
        site = Path(next(each for each in sys.path if each.endswith("site-packages")))
        _write(tools / "awsenv", f"#!{self.python}\nimport sys\nsys.path.append({str(site)!r})\nsys.path.insert(0, {str(Path(__file__).parents[1])!r})\nfrom awsenv import main\nsys.exit(main())\n")  # fmt: skip
        self.words = (installed("unshare"), "-m", str(folder / "enter"), str(folder))
        self.environ = {"PATH": f"{tools}:/usr/bin:/bin", "TMPDIR": str(folder / "T")}

    def _make_python(self, library: Path) -> None:
        own = Path(os.__file__).parent
        library.mkdir(parents=True)
        for path in own.iterdir():
            if path.name not in ("encodings", "__pycache__", "site-packages", "sitecustomize.py"):
                (library / path.name).symlink_to(path)
        for path in own.glob("_sysconfigdata_*_linux_*.py"):
            (library / path.name.replace("_linux_", "_darwin_")).symlink_to(path)
        # What is compiled is so there, too; a copy, for this one writes its own beside it.
        shutil.copytree(own / "__pycache__", library / "__pycache__")
        (library / "encodings").mkdir()
        for path in (own / "encodings").glob("*.py"):
            (library / "encodings" / path.name).symlink_to(path)
        first = library / "encodings/__init__.py"
        first.unlink()
        first.write_text((own / "encodings/__init__.py").read_text() + _FIRST)
        (library / "_scproxy.py").write_text(_SCPROXY)
        self.python.parent.mkdir()
        shutil.copy(os.path.realpath(sys.executable), self.python)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
