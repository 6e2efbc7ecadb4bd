"""A folder bound to a profile by its ``.envrc``, and freed again; our hook and direnv go on trusting what they did."""

import os

from awsenv.aws.options import Say
from awsenv.envrc import bindings, direnv, trust
from awsenv.errors import AwsenvError
from awsenv.paths import shorten


def link(profile: str, folder: str, environ: dict[str, str], say: Say) -> bindings.Edit:
    """Bind ``folder`` to ``profile``: what became of its ``.envrc``. Raises ``AwsenvError``."""
    before = bindings.read(folder)
    trusted = before is None or direnv.is_allowed(folder, environ)
    edit = bindings.link(profile, folder)
    trusted = trusted and edit.old == before  # what direnv was asked about
    say(f"{shorten(edit.path)} {'now uses' if edit.changed else 'uses already'} {profile}")
    own = trust.resolve_folder(edit.path)
    if edit.old is None and edit.new is not None:
        trust.allow_made(own, edit.new, environ)
    if edit.changed:
        trust.follow(edit.path, edit.old, edit.new, environ)
        _allow_in_direnv(edit, trusted, environ, say)
    if not trusted and trust.find_state(own, environ) != "allowed":
        _tell_untrusted(own, environ, say)
    return edit


def unlink(folder: str, environ: dict[str, str], say: Say) -> None:
    """Take the ``use_aws`` line out of the ``.envrc`` of ``folder``. Raises ``AwsenvError``."""
    before = bindings.read(folder)
    trusted = direnv.is_allowed(folder, environ)
    edit = bindings.unlink(folder)
    what = "no longer uses" if edit.changed else "does not use"
    say(f"{shorten(edit.path)} {what} a profile")
    if edit.new is None:
        trust.deny(trust.resolve_folder(edit.path), environ)
    elif edit.changed:
        trust.follow(edit.path, edit.old, edit.new, environ)
        _allow_in_direnv(edit, trusted and edit.old == before, environ, say)


def _tell_untrusted(path: str, environ: dict[str, str], say: Say) -> None:
    """Tell that our hook does not load ``path``: it is not allowed yet, or needs direnv, whose users know."""
    try:
        trust.derive(path)
    except AwsenvError as error:
        if not direnv.is_installed(environ):
            say(error.format_line())
    else:
        say(f"the rest of it is not allowed yet; awsenv allow {shorten(path)}")


def _allow_in_direnv(edit: bindings.Edit, trusted: bool, environ: dict[str, str], say: Say) -> None:
    """direnv, where it is, trusts what was made here or was trusted before; the rest is a person's
    to read."""
    if not direnv.is_installed(environ):
        return
    if not trusted:
        say(f"direnv has not allowed the rest of it; direnv allow {shorten(edit.path)}")
        return
    for name in dict.fromkeys((edit.path, trust.resolve_folder(edit.path))):
        direnv.allow(name, environ)
    # direnv takes it as it lies there by then.
    if bindings.read(os.path.dirname(edit.path)) != edit.new:
        for name in dict.fromkeys((edit.path, trust.resolve_folder(edit.path))):
            direnv.deny(name, environ)
        what = f"{shorten(edit.path)} was changed by another program meanwhile"
        raise AwsenvError(what, f"direnv allow {shorten(edit.path)}")
