"""AWS's partitions: which Region is of which, and where each has its console (botocore's ``partitions.json``; the hosts
are those of "Enable custom identity broker access to the AWS console" in the IAM User Guide, and, of the European
Sovereign Cloud, botocore's rules of the ``signin`` service)."""

import functools
import re
from typing import Any, NamedTuple

# Where calls go first that name no Region, where that is not the Region that botocore calls implicit.
_FIRST = {"aws-cn": "cn-north-1"}


class ConsoleHosts(NamedTuple):
    """Where one signs in to a console, for a session with a Region and without, the host of its pages, and what the
    addresses of its pages end in."""

    signin: str
    regional_signin: str
    pages: str
    domain: str


# Of the others nobody outside knows a console.
_CONSOLES = {
    "aws": ConsoleHosts("signin.aws.amazon.com", "{region}.signin.aws.amazon.com", "console.aws.amazon.com", ".aws.amazon.com"),
    "aws-cn": ConsoleHosts("signin.amazonaws.cn", "signin.amazonaws.cn", "console.amazonaws.cn", ".amazonaws.cn"),
    "aws-us-gov": ConsoleHosts("signin.amazonaws-us-gov.com", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com", ".amazonaws-us-gov.com"),
    "aws-eusc": ConsoleHosts("eusc-de-east-1.signin.amazonaws-eusc.eu", "{region}.signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu", ".amazonaws-eusc.eu"),
}  # fmt: skip


def of_arn(arn: str) -> str:
    """The partition that ``arn`` names; empty where it is none."""
    words = arn.split(":")
    return words[1] if words[0] == "arn" and len(words) > 2 else ""


def of_region(region: str) -> str:
    """The partition of ``region``, known or new; empty where nobody can tell."""
    for each in _load():
        if region in each["regions"] or re.match(each["regionRegex"], region):
            return str(each["id"])
    return ""


def find_first_region(partition: str) -> str:
    """Where ``partition`` is asked by whom no Region is named; empty for one that is not known."""
    implicit = (p["outputs"]["implicitGlobalRegion"] for p in _load() if p["id"] == partition)
    return _FIRST.get(partition) or next(implicit, "")


def find_console(partition: str) -> ConsoleHosts | None:
    """The console's hosts; ``None`` for a partition without a public one."""
    return _CONSOLES.get(partition)


@functools.cache
def _load() -> list[Any]:
    import botocore.session

    loader: Any = botocore.session.Session().get_component("data_loader")
    found: list[Any] = loader.load_data("partitions")["partitions"]
    return found
