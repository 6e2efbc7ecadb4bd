"""Which profile a folder is bound to: the nearest ``.envrc`` with a ``use_aws`` line."""

import os
from typing import NamedTuple

from awsenv.envrc import trust_check, use_aws_line
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.files.writing import write_whole
from awsenv.paths import shorten


def find_profile(folder: str, top: str) -> str:
    """The profile that ``folder`` is bound to, by its own ``.envrc`` or one above it up to
    ``top``; empty when it is to none. Raises ``AwsenvError`` for one that cannot be told."""
    for path in trust_check.list_places(folder):
        text = reading.read_if_there(path) if os.path.isfile(path) else None
        found = use_aws_line.find(text, path) if text is not None else None
        if found is not None and found.profile:
            return found.profile
        if path == _path(top):
            break
    return ""


class Edit(NamedTuple):
    """The ``.envrc`` at ``path`` as it was read and as it was written; ``None`` where there is none."""

    path: str
    old: bytes | None
    new: bytes | None

    @property
    def changed(self) -> bool:
        return self.old != self.new


def link(profile: str, folder: str) -> Edit:
    """Bind ``folder`` to ``profile`` in its ``.envrc``.

    Raises ``AwsenvError`` when the folder is none or its file cannot be changed.
    """
    if not profile.isprintable() or profile.startswith("-"):
        raise AwsenvError(f"a profile named {profile} cannot stand in an .envrc", "rename it")
    if not os.path.isdir(folder):
        raise AwsenvError(f"{shorten(folder)} is not a folder", f"mkdir -p {shorten(folder)}")
    path = _path(folder)
    old = read(folder)
    return _read_written(Edit(path, old, use_aws_line.bind(old or b"", profile, path)))


def unlink(folder: str) -> Edit:
    """Take the ``use_aws`` line out of ``folder``'s ``.envrc``; a file left empty is removed."""
    path = _path(folder)
    old = read(folder)
    if old is None:
        return Edit(path, None, None)
    new = use_aws_line.unbind(old, path)
    if new == b"" and old != b"" and not os.path.islink(path):
        os.unlink(path)
        return Edit(path, old, None)
    return _read_written(Edit(path, old, new))


def read(folder: str) -> bytes | None:
    """The text of its ``.envrc``; ``None`` where there is none. Raises ``AwsenvError``."""
    return reading.read_if_there(_path(folder))


def _read_written(edit: Edit) -> Edit:
    if edit.changed:
        assert edit.new is not None
        with reading.explain_errors("write", edit.path):
            write_whole(edit.path, edit.new, mode=0o644)
    return edit


def _path(folder: str) -> str:
    return os.path.join(folder, ".envrc")
