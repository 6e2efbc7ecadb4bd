"""The variables that a session sets and unsets in a shell, and the change that makes a shell act by it. Hot path.

What was there before the first ``use`` is held by the shell itself, in variables of its own, so that no child sees it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Set or unset by every session.
SESSION_VARIABLES = (
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
# Of these each one says whom a program acts as.
CHOOSING = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")
# What STS calls the parts of a session, and what a ``credential_process`` prints.
CREDENTIAL_FIELDS = {
    "AccessKeyId": "AWS_ACCESS_KEY_ID",
    "SecretAccessKey": "AWS_SECRET_ACCESS_KEY",
    "SessionToken": "AWS_SESSION_TOKEN",
    "Expiration": "AWS_CREDENTIAL_EXPIRATION",
}
# One of these, where a person names it in SHOW_AS, says whom one acts as here.
SHOWN = SESSION_VARIABLES[-4:]
SHOW_AS = "AWSENV_SHOW_AS"
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
# What a person is to see of the profile, for prompts that show variables: a word, and a color.
MARK, COLOR = "AWSENV_MARK", "AWSENV_COLOR"
# As SGR numbers them (ECMA-48, 8.3.117): what every terminal can show.
COLORS = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}

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

# Of these, behind SERVICE_ENDPOINT, one for each service: like BEARER_TOKEN's no fixed names.
SERVICE_ENDPOINT = "AWS_ENDPOINT_URL_"
# What one service takes instead of keys, behind this: whoever has one acts as another there.
BEARER_TOKEN = "AWS_BEARER_TOKEN_"
IGNORE_ENDPOINTS = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
# By these SDKs act as a pod or a runner, though a profile is named: unset where one is.
WEB_IDENTITY = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")

# Whatever awsenv ever sets or unsets but for its own names below, and for the services' endpoints:
# what ``off`` puts back.
MANAGED = (*SESSION_VARIABLES, *REGIONS, *WEB_IDENTITY, *SETTINGS.values(), MARK, COLOR)

# Put back by every session that does not set them.
_RESTORED = (*REGIONS, *WEB_IDENTITY, MARK, COLOR)

# Names and never a value; they have no originals.
AWSENV_PROFILE = "AWSENV_PROFILE"
AWSENV_PREVIOUS = "AWSENV_PREVIOUS"
AWSENV_SET = "AWSENV_SET"
# In AWSENV_SET, before the ID of the session's key.
_KEY = "key:"
# What AWS_PROFILE begins with in a bound folder whose session cannot be had.
NO_SESSION = "awsenv-no-session:"


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


def enter_session(profile: str, session: dict[str, str], environ: dict[str, str]) -> Change:
    """The change that makes a shell with ``environ`` act as ``profile``.

    ``session`` maps the names of the variables that the session sets to their values. The result
    depends on the originals and on ``session`` alone, whatever was active before.
    """
    session = keep_own_endpoints(session, remove_session(environ))
    if environ.get(SHOW_AS) in SHOWN:
        session[environ[SHOW_AS]] = profile
    variables: dict[str, str | None] = {name: session.get(name) for name in SESSION_VARIABLES}
    if "AWS_PROFILE" in session:
        variables.update(dict.fromkeys(WEB_IDENTITY))
    variables.update(session)
    before = environ.get(AWSENV_PROFILE)
    tokens = [name for name in (*environ, *list_set(environ)) if is_bearer_token(name)]
    variables.update(dict.fromkeys(tokens))
    variables[AWSENV_PROFILE] = profile
    names = dict.fromkeys([*session, *tokens])
    variables[AWSENV_SET] = format_set(list(names), session.get("AWS_ACCESS_KEY_ID", ""))
    if before and before != profile:
        variables[AWSENV_PREVIOUS] = before
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
            of_one = name[:17] == SERVICE_ENDPOINT and "AWS_ENDPOINT_URL" in own
            if name in own or of_one:
                continue
            value = value or ("false" if own else "true")
        found[name] = value
    return found


def leave_session(environ: dict[str, str]) -> Change:
    """The change that puts every variable back as it was before the first ``use``."""
    variables: dict[str, str | None] = {AWSENV_PROFILE: None, AWSENV_SET: None}
    if environ.get(AWSENV_PROFILE):
        variables[AWSENV_PREVIOUS] = environ[AWSENV_PROFILE]
    names = list_managed({*MANAGED, *list_set(environ)})
    return Change(environ, variables, names, forget=True)


def apply_change(change: Change, environ: dict[str, str]) -> dict[str, str]:
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
    return list_managed(environ.get(AWSENV_SET, "").split())


def format_set(names: list[str], key_id: str) -> str:
    """What AWSENV_SET says of a session that set ``names``: them, and whose key it is. An ID is no secret."""
    return " ".join([*names, *([_KEY + key_id] if key_id else [])])


def find_key_id(environ: dict[str, str]) -> str:
    """The ID of the key that the session had which AWSENV_SET tells of; empty where it had none."""
    words = environ.get(AWSENV_SET, "").split()
    return next((word[len(_KEY) :] for word in words if word.startswith(_KEY)), "")


def list_managed(names: "Iterable[str]") -> list[str]:
    """The ``names`` that awsenv sets or unsets: in the order of ``MANAGED``, then those of a service each."""
    given = set(names)
    found = [name for name in MANAGED if name in given]
    own = (
        n for n in given if (n[:17] == SERVICE_ENDPOINT and is_endpoint(n)) or is_bearer_token(n)
    )
    return found + sorted(own)


def is_endpoint(name: str) -> bool:
    """Whether the variable ``name`` has a say in where AWS, or one service of it, is asked."""
    if name[:17] != SERVICE_ENDPOINT:
        return name in ("AWS_ENDPOINT_URL", IGNORE_ENDPOINTS)
    return _is_service(name[17:])


def is_bearer_token(name: str) -> bool:
    """Whether the variable ``name`` holds one service's credentials."""
    return name[:17] == BEARER_TOKEN and _is_service(name[17:])


def _is_service(name: str) -> bool:
    plain = name.replace("_", "")
    return plain.isascii() and plain.isalnum() and plain.upper() == plain


def remove_session(environ: dict[str, str]) -> dict[str, str]:
    """``environ`` without what awsenv set in it: what a person has, and what our helpers may see."""
    ours = {*list_set(environ), AWSENV_PROFILE, AWSENV_PREVIOUS, AWSENV_SET}
    if environ.get("AWS_PROFILE", "").startswith(NO_SESSION):
        ours.add("AWS_PROFILE")
    return {name: value for name, value in environ.items() if name not in ours}
