"""The awsenv that is to be started by one which runs for long: an upgrade may have taken its files away meanwhile.

The same as ``shell/find-program.sh``, which hooks carry: only one that speaks the same protocol, in a file and folders
of ours or root's that nobody else may write.
"""

import grp
import os
import pwd
import stat

from awsenv import distribution, paths, programs
from awsenv.errors import AwsenvError


def find_program_words(environ: dict[str, str]) -> list[str]:
    """The words that start awsenv now: this one, while it is there, else the one on PATH. Raises ``AwsenvError``."""
    words = paths.program_words()
    if os.access(words[0], os.X_OK) and os.path.isfile(words[-1]):
        return words
    found = programs.find("awsenv", environ)
    if found and _is_nobody_elses(found) and _is_nobody_elses(os.path.realpath(found)):
        told = programs.run([found, "hook-env", "program"], environ).out.decode("utf-8", "replace")
        protocol, *others = told.splitlines() or [""]
        if protocol == paths.PROTOCOL and others:
            return others
    raise AwsenvError(
        f"{words[-1]} is gone, and PATH has no other awsenv", distribution.format_install()
    )


def _is_nobody_elses(path: str) -> bool:
    """Whether ``path`` and all above it are ours or root's, and nobody else may write there; in a sticky folder nobody
    can move what is ours."""
    while True:
        found = os.lstat(path)
        may_others = found.st_mode & (
            stat.S_IWOTH | (0 if _is_private(found.st_gid) else stat.S_IWGRP)
        )
        is_kept = stat.S_ISLNK(found.st_mode) or found.st_mode & stat.S_ISVTX
        if found.st_uid not in (0, os.geteuid()) or (may_others and not is_kept):
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)


def _is_private(group: int) -> bool:
    """Whether the group is the one that a person has alone, by its name."""
    try:
        return (
            group == os.getegid()
            and grp.getgrgid(group).gr_name == pwd.getpwuid(os.geteuid()).pw_name
        )
    except KeyError:
        return False
