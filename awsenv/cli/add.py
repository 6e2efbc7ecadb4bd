"""``add``: an access key into the two AWS files."""

import os
import sys
from typing import Annotated

import typer

from awsenv import paths
from awsenv.errors import AwsenvError, PersonNeededError, UsageError
from awsenv.files import reading
from awsenv.paths import shorten
from awsenv.profiles import access_key_csv, edit, headers, read, write
from awsenv.profiles.profile import ACCESS_KEY, SECRET_KEY, TOKENS, Profile
from awsenv.shells import hints
from awsenv.ui import terminal

# Bytes: a line is a user.
MAX_CSV_BYTES = 1 << 20


def add(
    profile: Annotated[str, typer.Argument(help="The profile.")],
    csv: Annotated[
        str, typer.Option("--csv", metavar="FILE", help="The console's CSV; - is stdin.")
    ] = "",
    user: Annotated[str, typer.Option("--user", help="Which user of the CSV.")] = "",
    region: Annotated[str | None, typer.Option("--region", help="The profile's Region.")] = None,
    output: Annotated[
        str | None, typer.Option("--output", help="json, yaml, text, table …")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the key that is there.")
    ] = False,
    delete_csv: Annotated[
        bool, typer.Option("--delete-csv", help="Delete the CSV when its key is stored.")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Ask STS whose key it is.")] = False,
    in_keychain: Annotated[
        bool, typer.Option("--keychain", help="Its key goes into the keychain, not into a file.")
    ] = False,
) -> None:
    """Store an access key as PROFILE, as aws configure does.

    Example: awsenv add xxx-dev --csv ~/Downloads/xxx-dev_accessKeys.csv
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    _check_name(profile, known.get(profile), force)
    key_id, secret = _read_key(csv, user)
    ask = not csv and sys.stdin.isatty()
    config = {
        option: _ask_setting(
            question, given, f"--{option}", _find_default(option, profile, known) if ask else None
        )
        for option, question, given in (
            ("region", "Default region name", region),
            ("output", "Default output format", output),
        )
    }
    config = {option: value for option, value in config.items() if value}
    if in_keychain:
        from awsenv.actions import keychain

        there = known.get(profile) or Profile(profile, None, None)
        keychain.put_key(there, key_id, secret, environ, terminal.say, config)
    else:
        _store(find_headers(profile, known.get(profile), environ), key_id, secret, config, environ)
    terminal.say(f"profile {profile} is stored; {hints.use_command(profile)}")
    if csv and csv != "-":
        _offer_to_delete(csv, delete_csv)
    if verify:
        _verify(read.profile(profile, environ), environ)


def _read_key(csv: str, user: str) -> tuple[str, str]:
    if csv and csv != "-":
        with reading.explain_errors("read", csv):
            data = reading.read(csv, MAX_CSV_BYTES)
        return access_key_csv.read(data, shorten(os.path.abspath(csv)), user)
    if csv == "-":
        return access_key_csv.read(sys.stdin.buffer.read(MAX_CSV_BYTES), "stdin", user)
    if sys.stdin.isatty():
        key_id = terminal.ask("AWS Access Key ID", "")
        secret = terminal.ask_secret("AWS Secret Access Key")
    else:
        key_id, secret = ([*sys.stdin.read().split(), "", ""])[:2]
        if not key_id:
            raise PersonNeededError(
                "add asks for the key and there is no terminal", "--csv FILE, or both on stdin"
            )
    for what, value in (("access key ID", key_id), ("secret access key", secret)):
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise AwsenvError(f"that is no {what}: empty, or with blanks in it", "copy it again")
    return key_id, secret


def _ask_setting(question: str, given: str | None, option: str, offered: str | None) -> str:
    """What was given, else, where there is an offer, what a person answers."""
    if given is not None:
        if not given.isprintable():
            raise UsageError(f"{option} holds control characters", f"{option} VALUE")
        return given.strip()
    return "" if offered is None else terminal.ask(question, offered)


def _find_default(option: str, profile: str, known: dict[str, Profile]) -> str:
    """What the profile has already, else what the default profile has."""
    places = (known[name].get(option) for name in (profile, "default") if name in known)
    return next((value for value in places if value), "")


Headers = tuple[tuple[str, str], tuple[str, str]]


def _store(
    headers: Headers, key_id: str, secret: str, config: dict[str, str], environ: dict[str, str]
) -> None:
    (credentials_path, header), (config_path, config_header) = headers

    def with_key(text: str) -> str:
        # A token left from another key would make this one fail.
        text = edit.take_options(text, credentials_path, header, set(TOKENS))
        key = {ACCESS_KEY: key_id, SECRET_KEY: secret}
        return edit.put(text, credentials_path, header, key)

    if config:
        write.put_options(config_path, config_header, config, environ)
    write.change(credentials_path, with_key, environ)


def find_headers(profile: str, there: Profile | None, environ: dict[str, str]) -> Headers:
    """Path and header of the profile's section in either file, in the form it has already."""
    config = there.config.header if there and there.config else headers.header(profile)
    return (paths.credentials_file(environ), profile), (paths.config_file(environ), config)


def _check_name(profile: str, there: Profile | None, force: bool) -> None:
    headers.check_name(profile)
    if there is not None and there.kind != "none" and not force:
        raise AwsenvError(
            f"profile {profile} is there already, of kind {there.kind}", "--force, or another name"
        )


def _offer_to_delete(csv: str, wanted: bool) -> None:
    if wanted or (
        sys.stdin.isatty() and terminal.ask(f"Delete {csv}, which holds the secret? (y/N)") in "yY"
    ):
        os.unlink(csv)
        terminal.say(f"{csv} is deleted")
    else:
        terminal.say(f"{csv} still holds the secret; rm {csv}")


def _verify(profile: Profile, environ: dict[str, str]) -> None:
    from awsenv.aws import client
    from awsenv.aws.session import Session

    account, arn = client.get_caller_identity(Session.from_key(profile), profile, environ)
    terminal.say(f"it is {arn}, account {account}")
    if arn.endswith(":root"):
        terminal.say("this is a root key, which may do anything; make an IAM user's instead")
