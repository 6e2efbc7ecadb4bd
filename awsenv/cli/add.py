"""``add``: an access key into the two AWS files."""

import os
import sys
from typing import Annotated

import typer

from awsenv import paths
from awsenv.cli import add_questions
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles import edit, headers, read, write
from awsenv.profiles.profile import ACCESS_KEY, KEYCHAIN, SECRET_KEY, TOKENS, Profile
from awsenv.shells import hints
from awsenv.ui import terminal


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
    mfa_serial: Annotated[
        str, typer.Option("--mfa-serial", metavar="ARN", help="Its user's MFA device.")
    ] = "",
    mfa: Annotated[
        bool, typer.Option("--mfa", help="Its user's MFA device, as IAM has it.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="A key of another shape than AWS's, any Region.")
    ] = False,
) -> None:
    """Store an access key as PROFILE, as aws configure does.

    Example: awsenv add xxx-dev --csv ~/Downloads/xxx-dev_accessKeys.csv
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    _check_name(profile, known.get(profile), force)
    there = known.get(profile) or Profile(profile, None, None)
    key = add_questions.read_key(csv, user, yes)
    if key.token and in_keychain:
        raise UsageError("a temporary key ends, and is not for the keychain", "add, without it")
    ask = not csv and sys.stdin.isatty()
    offers = {
        option: add_questions.find_offer(option, profile, known) if ask else None
        for option in ("region", "output")
    }
    config = {
        "region": add_questions.read_region(region, offers["region"], yes),
        "output": add_questions.read_output(output, offers["output"]),
    }
    config["mfa_serial"] = add_questions.check_serial(mfa_serial, key)
    config = {option: value for option, value in config.items() if value}
    if in_keychain:
        from awsenv.actions import keychain

        keychain.put_key(there, key.key_id, key.secret, environ, terminal.say, config)
    else:
        _store(find_headers(profile, there, environ), key, config, environ)
        if there.get(KEYCHAIN):
            from awsenv.actions import keychain

            keychain.forget_key(there, environ, terminal.say)
    terminal.say(f"profile {profile} is stored; {hints.use_command(profile)}")
    if mfa:
        _put_device(read.profile(profile, environ), environ)
    if csv and csv != "-":
        _offer_to_delete(csv, delete_csv)
    if verify:
        _verify(read.profile(profile, environ), environ)


def _put_device(profile: Profile, environ: dict[str, str]) -> None:
    """Have ``profile`` name the device of its user, asked of IAM. Raises ``AwsenvError``."""
    from awsenv.aws.context import Context
    from awsenv.aws.options import Prompter
    from awsenv.aws.session import Session
    from awsenv.sessions.providers.mfa import find_device

    context = Context(profile, environ, Prompter())
    serial = find_device(Session.from_key(profile), profile, context)
    _, (path, header) = find_headers(profile.name, profile, environ)
    write.put_options(path, header, {"mfa_serial": serial}, environ)
    terminal.say(f"its device is {serial}")


Headers = tuple[tuple[str, str], tuple[str, str]]


def _store(
    headers: Headers, key: add_questions.Key, config: dict[str, str], environ: dict[str, str]
) -> None:
    (credentials_path, header), (config_path, config_header) = headers

    def with_key(text: str) -> str:
        # A token left from another key would make this one fail.
        text = edit.take_options(text, credentials_path, header, set(TOKENS))
        options = {ACCESS_KEY: key.key_id, SECRET_KEY: key.secret}
        if key.token:
            options["aws_session_token"] = key.token
        return edit.put(text, credentials_path, header, options)

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
    question = f"Delete {csv}, which holds the secret?"
    if wanted or (sys.stdin.isatty() and terminal.confirm(question)):
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
