"""A path as the file system itself spells it. Hot path: a hook asks on entering a folder.

APFS takes ``org`` for a folder ``Org``, HFS+ one normalized form of a letter for another; what is kept under a path is to be
found under each of them. On a file system that tells them apart this costs a ``stat`` for each part of a path.
"""

import os


def spell(path: str) -> str:
    """``path``, which is absolute, with each part by the name that its folder has for it; what is not there stays."""
    done = ""
    for part in path.split("/")[1:]:
        done = f"{done}/{_find_name(done or '/', part)}"
    return done


def _find_name(folder: str, part: str) -> str:
    others = [part.swapcase()] if part.swapcase() != part else []
    if not part.isascii():
        import unicodedata  # a library of its own, for those who need it

        others += [unicodedata.normalize(form, part) for form in ("NFC", "NFD")]
    if not any(
        _is_same(f"{folder}/{part}", f"{folder}/{other}") for other in others if other != part
    ):
        return part
    try:
        names = os.listdir(folder)
    except OSError:
        return part
    if part in names:
        return part
    return next((n for n in names if _is_same(f"{folder}/{part}", f"{folder}/{n}")), part)


def _is_same(path: str, other: str) -> bool:
    try:
        mine, theirs = os.lstat(path), os.lstat(other)
    except OSError:
        return False
    return (mine.st_dev, mine.st_ino) == (theirs.st_dev, theirs.st_ino)
