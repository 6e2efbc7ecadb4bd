"""Options that mean the same in several commands, each declared once."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from awsenv.request import SESSION_OPTIONS

Region = Annotated[str, typer.Option("--region", help="Instead of the profile's own Region.")]
Account = Annotated[
    str,
    typer.Option("--account", metavar="ID", help="Refuse unless the session is of this account."),
]
ProfileOnly = Annotated[bool, typer.Option("--profile-only", help="Set AWS_PROFILE and no keys.")]
Show = Annotated[bool, typer.Option("--show", help="Print it on a terminal, secrets and all.")]

OfShell = Annotated[
    str, typer.Argument(metavar="[PROFILE]", help="The profile; this shell's when not given.")
]


# What follows an option on how a session is to be got, and its help.
_HELP = {
    "--mfa-code": ("CODE", "The MFA code; - reads it from stdin."),
    "--mfa-serial": (None, "The MFA device, if no profile says it."),
    "--mfa": (None, "With the user's own MFA device."),
    "--duration": ("SPAN", "How long: 12h, 90m."),
    "--session": (None, "A temporary session of a plain key, without MFA."),
    "--no-session": (None, "The plain key of a profile that has an MFA device."),
    "--role-arn": ("ARN", "Assume this role with the profile's session."),
    "--fresh": (None, "A new session, whatever is stored."),
    "--min-left": ("SPAN", "A new session unless that much is left."),
}


def with_session_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command those of ``SESSION_OPTIONS`` that are called ``names``, where its own parameter
    ``option_values`` stands: it gets there what was typed, by option; ``yes`` for one that takes no
    value, empty for one that was not given."""

    def collect(given: dict[str, Any]) -> dict[str, str]:
        typed = {name: given.pop(_parameter_name(name)) for name in names}
        return {name: "yes" if value is True else value or "" for name, value in typed.items()}

    return _replace_parameter("option_values", [_parameter(name) for name in names], collect)


def with_group(name: str, group: type[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options that are the fields of the dataclass ``group``, where its own parameter ``name``
    stands: it gets there an instance with what was typed."""
    fields = list(inspect.signature(group).parameters.values())
    options = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in fields]

    def collect(given: dict[str, Any]) -> Any:
        return group(**{each.name: given.pop(each.name) for each in options})

    return _replace_parameter(name, options, collect)


def _replace_parameter(
    name: str, options: list[inspect.Parameter], collect: Callable[[dict[str, Any]], Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have a command line take ``options`` in the place of a command's parameter ``name``, which is given what
    ``collect`` takes out of all that was typed."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def call(**given: Any) -> Any:
            return command(**{name: collect(given)}, **given)

        parameters: list[inspect.Parameter] = []
        for each in inspect.signature(command).parameters.values():
            parameters += options if each.name == name else [each]
        # What Typer makes a command line of.
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {each.name: each.annotation for each in parameters}
        return call

    return add


def _parameter(name: str) -> inspect.Parameter:
    metavar, text = _HELP[name]
    kind = str if SESSION_OPTIONS[name] else bool
    option = Annotated[kind, typer.Option(name, metavar=metavar, help=text)]  # type: ignore[valid-type]
    return inspect.Parameter(
        _parameter_name(name), inspect.Parameter.KEYWORD_ONLY, default=kind(), annotation=option
    )


def _parameter_name(name: str) -> str:
    return name.removeprefix("--").replace("-", "_")
