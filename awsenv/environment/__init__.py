"""What a session sets and unsets in a shell, and the forms in which that reaches one.

Here it is said which variables are to be set, unset or put back; the modules of this room each turn
that into one form: ``render(change) -> str``, and ``FAIL``, the text of a failing command. The
originals, what was there before the first ``use``, are held by the shell itself, in variables of its
own, so that no child sees them. Fast half: this file and one form are all that a replay loads.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Set or unset by every session.
KEYS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    # Where other switchers say whom one acts as, for prompts to show: it is no longer so.
    "AWS_VAULT",
    "AWSUME_PROFILE",
    "AWSU_PROFILE",
    "AWS_SSO_PROFILE",
)
# One of these, where a person names it in SHOW_AS, says whom one acts as here.
SHOWN = KEYS[-4:]
SHOW_AS = "AWSENV_SHOW_AS"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")

# A profile's setting and the variable that says the same: exported keys take the place of
# AWS_PROFILE, so what the profile says besides must come along. Names as in botocore's
# configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES and the AWS CLI's and SDKs' reference guides.
SETTINGS = {
    "output": "AWS_DEFAULT_OUTPUT",
    "ca_bundle": "AWS_CA_BUNDLE",
    "endpoint_url": "AWS_ENDPOINT_URL",
    "ignore_configured_endpoint_urls": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
    "sts_regional_endpoints": "AWS_STS_REGIONAL_ENDPOINTS",
    "defaults_mode": "AWS_DEFAULTS_MODE",
    "retry_mode": "AWS_RETRY_MODE",
    "max_attempts": "AWS_MAX_ATTEMPTS",
    "sdk_ua_app_id": "AWS_SDK_UA_APP_ID",
    "request_checksum_calculation": "AWS_REQUEST_CHECKSUM_CALCULATION",
    "response_checksum_validation": "AWS_RESPONSE_CHECKSUM_VALIDATION",
    "request_min_compression_size_bytes": "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    "disable_request_compression": "AWS_DISABLE_REQUEST_COMPRESSION",
    "account_id_endpoint_mode": "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "sigv4a_signing_region_set": "AWS_SIGV4A_SIGNING_REGION_SET",
    "auth_scheme_preference": "AWS_AUTH_SCHEME_PREFERENCE",
    "ec2_metadata_service_endpoint": "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "metadata_service_timeout": "AWS_METADATA_SERVICE_TIMEOUT",
    "metadata_service_num_attempts": "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
}

# Of these, behind ENDPOINT, one for each service: the only names of ours that are no fixed ones.
ENDPOINT = "AWS_ENDPOINT_URL_"
IGNORE_ENDPOINTS = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
# By these SDKs act as a pod or a runner, though a profile is named: unset where one is.
WEB_IDENTITY = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")

# Whatever awsenv ever sets or unsets but for its own names below, and for the services' endpoints:
# what ``off`` puts back.
MANAGED = (*KEYS, *REGIONS, *WEB_IDENTITY, *SETTINGS.values())

# Put back by every session that does not set them.
_RESTORED = (*REGIONS, *WEB_IDENTITY)

# Names and never a value; they have no originals.
PROFILE = "AWSENV_PROFILE"
PREVIOUS = "AWSENV_PREVIOUS"
SET = "AWSENV_SET"
# What AWS_PROFILE begins with in a bound folder whose session cannot be had.
CLOSED = "awsenv-no-session:"


class Change:
    """What is to become of a shell's variables.

    ``variables``: name → value to export, or ``None`` to unset. ``restore``: names to put back as
    they were before the first ``use``. ``inherited``: names that a shell above this one was given
    by awsenv; their originals count as unset here. ``exported``: names that are exported now.
    ``forget``: whether the originals are done with. ``by_options``: whether the session was got in a
    way that a renewal does not know.
    """

    __slots__ = ("by_options", "exported", "forget", "inherited", "restore", "variables")

    def __init__(
        self,
        environ: dict[str, str],
        variables: dict[str, str | None],
        restore: list[str],
        forget: bool = False,
    ) -> None:
        self.variables = variables
        self.restore = restore
        self.inherited = list_set(environ)
        self.exported = [name for name in list_managed({*MANAGED, *variables}) if name in environ]
        self.forget = forget
        self.by_options = False


def enter(profile: str, session: dict[str, str], environ: dict[str, str]) -> Change:
    """The change that makes a shell with ``environ`` act as ``profile``.

    ``session`` maps the names of the variables that the session sets to their values. The result
    depends on the originals and on ``session`` alone, whatever was active before.
    """
    session = keep_own_endpoints(session, remove_session(environ))
    if environ.get(SHOW_AS) in SHOWN:
        session[environ[SHOW_AS]] = profile
    variables: dict[str, str | None] = {name: session.get(name) for name in KEYS}
    if "AWS_PROFILE" in session:
        variables.update(dict.fromkeys(WEB_IDENTITY))
    variables.update(session)
    before = environ.get(PROFILE)
    variables[PROFILE] = profile
    variables[SET] = " ".join(session)
    if before and before != profile:
        variables[PREVIOUS] = before
    restore = [
        name
        for name in list_managed({*MANAGED, *list_set(environ)})
        if name not in variables and (name in _RESTORED or name in list_set(environ))
    ]
    return Change(environ, variables, restore)


def keep_own_endpoints(session: dict[str, str], mine: dict[str, str]) -> dict[str, str]:
    """``session`` in a shell that has ``mine`` of a person's own: where that says an endpoint, it
    counts, as in botocore (``endpoint_provider`` and ``configprovider.ConfiguredEndpointProvider``).

    An empty IGNORE_ENDPOINTS keeps away the endpoints that ``[default]`` says, where the person has none
    that would be ignored with them.
    """
    own = {name for name in mine if is_endpoint(name)}
    found = {}
    for name, value in session.items():
        if is_endpoint(name):
            of_one = name[:17] == ENDPOINT and "AWS_ENDPOINT_URL" in own
            if name in own or of_one:
                continue
            value = value or ("false" if own else "true")
        found[name] = value
    return found


def leave(environ: dict[str, str]) -> Change:
    """The change that puts every variable back as it was before the first ``use``."""
    variables: dict[str, str | None] = {PROFILE: None, SET: None}
    if environ.get(PROFILE):
        variables[PREVIOUS] = environ[PROFILE]
    names = list_managed({*MANAGED, *list_set(environ)})
    return Change(environ, variables, names, forget=True)


def apply(change: Change, environ: dict[str, str]) -> dict[str, str]:
    """``environ`` after ``change``, for a program that is started with it. What would be put back
    is left out: a child does not know what was there before."""
    after = {name: value for name, value in environ.items() if name not in change.inherited}
    for name, value in change.variables.items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def list_without_originals(change: Change) -> dict[str, str | None]:
    """What becomes of each variable in a shell that has nowhere to keep what was there before: what would
    be put back is unset, where awsenv set it."""
    gone = [name for name in change.restore if name in change.inherited]
    return change.variables | dict.fromkeys(gone)


def list_set(environ: dict[str, str]) -> list[str]:
    """The names in ``AWSENV_SET``; any but awsenv's are somebody else's and left alone."""
    return list_managed(environ.get(SET, "").split())


def list_managed(names: "Iterable[str]") -> list[str]:
    """Those of ``names`` that awsenv sets or unsets: in the order of ``MANAGED``, then the endpoints."""
    given = set(names)
    found = [name for name in MANAGED if name in given]
    return found + sorted(n for n in given if n[:17] == ENDPOINT and is_endpoint(n))


def is_endpoint(name: str) -> bool:
    """Whether the variable ``name`` has a say in where AWS, or one service of it, is asked."""
    if name[:17] != ENDPOINT:
        return name in ("AWS_ENDPOINT_URL", IGNORE_ENDPOINTS)
    service = name[17:].replace("_", "")
    return service.isascii() and service.isalnum() and service.upper() == service


def remove_session(environ: dict[str, str]) -> dict[str, str]:
    """``environ`` without what awsenv set in it: what a person has, and what our helpers may see."""
    ours = {*list_set(environ), PROFILE, PREVIOUS, SET}
    if environ.get("AWS_PROFILE", "").startswith(CLOSED):
        ours.add("AWS_PROFILE")
    return {name: value for name, value in environ.items() if name not in ours}


# Form → the module of this room that renders it, so that one form imports one module.
FORMS = {
    "bash": "posix",
    "zsh": "posix",
    "fish": "fish",
    "posix": "posix",
    "direnv": "posix",
    # For a shell's hook, which says the rest itself (``awsenv.cli.hook_env``).
    "hook": "posix",
    "json": "json_object",
    "nushell": "json_object",
    "elvish": "elvish",
    "xonsh": "xonsh",
    "tcsh": "tcsh",
    "sts": "credential_process",
    "credential-process": "credential_process",
}
# Where a question would hang the shell, or a program that waits: nobody is asked.
UNATTENDED = {"direnv", "credential-process"}
# Programs that go by another name than the shell: nushell's, and tcsh on macOS and the BSDs.
_OTHER_NAMES = {"nu": "nushell", "csh": "tcsh"}
# Programs that are POSIX shells though they have another name.
_POSIX = ("sh", "dash", "ash", "busybox", "ksh", "ksh93", "mksh", "lksh", "oksh", "yash")


def render(change: Change, form: str) -> str:
    """The text that makes ``change`` in ``form``, one of ``FORMS``."""
    text: str = _import_form(form).render(change, form)
    return text


def fail(form: str) -> str:
    """The text that a failing command prints in ``form``, so that evaluating it fails."""
    text: str = _import_form(form).FAIL
    return text


def _import_form(form: str):  # type: ignore[no-untyped-def]  # a module has no better type
    path = f"{__name__}.{FORMS[form]}"
    __import__(path)
    return sys.modules[path]


def state_folder(environ: dict[str, str]) -> str:
    """Our state folder (XDG Base Directory Specification: a relative path there is ignored)."""
    base = environ.get("XDG_STATE_HOME", "")
    if base[:1] != "/":
        base = (environ.get("HOME") or os.path.expanduser("~")) + "/.local/state"
    return base + "/awsenv"


def detect_shell(environ: dict[str, str]) -> str:
    """The shell that will evaluate our output: the nearest one above us, by its executable.

    By /proc, else by ``ps``, which is a process; ``comm`` there would be a script's name. Else it is
    ``$SHELL``, else a POSIX shell.
    """
    pid = os.getppid()
    if not os.path.exists("/proc/self/exe"):
        from awsenv.environment import ancestors

        known = filter(None, map(_match_shell, ancestors.list_programs(pid)))
        return next(known, "") or _match_shell(environ.get("SHELL", "")) or "posix"
    while pid > 1:
        try:
            program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
            if program.rpartition("/")[2].startswith("python"):
                program = _read_script(pid)
            with open(f"/proc/{pid}/stat", "rb") as stat:
                # The name in parentheses may hold anything, a parenthesis too.
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if shell := _match_shell(program):
            return shell
        pid = parent
    return _match_shell(environ.get("SHELL", "")) or "posix"


def _read_script(pid: int) -> str:
    """What the Python with the number ``pid`` runs: a script's path, or a module's name."""
    with open(f"/proc/{pid}/cmdline", "rb") as words:
        found = os.fsdecode(words.read(4096)).split("\0")[1:]
    while found and found[0][:1] == "-" and found[0] != "-m":
        found.pop(0)
    return found[found[0] == "-m"] if len(found) > 1 else ""


def _match_shell(program: str) -> str:
    name = program.rpartition("/")[2]
    if name in ("bash", "zsh", "fish", "elvish", "tcsh", "xonsh"):
        return name
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    if name.startswith(("bash-", "zsh-", "fish-")):  # zsh-5.9: a name with its version
        return name.partition("-")[0]
    return "posix" if name in _POSIX else ""
