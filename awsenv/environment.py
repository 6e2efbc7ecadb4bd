"""What a session sets and unsets in a shell. Fast half: imports nothing.

The originals, what was there before the first ``use``, are held by the shell itself (in
variables of its own, see ``awsenv.formats``), so that no child sees them. Here it is only said
which variables are to be set, unset or put back.
"""

from awsenv.errors import AwsenvError

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
)
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

# Whatever awsenv ever sets or unsets but for its own names below: what ``off`` puts back.
MANAGED = (*KEYS, *REGIONS, *SETTINGS.values())

# Linux: one NAME=VALUE with its NUL may be 128 KiB at most (MAX_ARG_STRLEN), or no program starts.
LONGEST = 128 * 1024

# Names and never a value; they have no originals.
PROFILE = "AWSENV_PROFILE"
PREVIOUS = "AWSENV_PREVIOUS"
SET = "AWSENV_SET"


class Change:
    """What is to become of a shell's variables.

    ``variables``: name → value to export, or ``None`` to unset. ``restore``: names to put back as
    they were before the first ``use``. ``inherited``: names that a shell above this one was given
    by awsenv; their originals count as unset here. ``exported``: names that are exported now.
    ``forget``: whether the originals are done with.
    """

    __slots__ = ("exported", "forget", "inherited", "restore", "variables")

    def __init__(
        self,
        environ: dict[str, str],
        variables: dict[str, str | None],
        restore: list[str],
        forget: bool = False,
    ) -> None:
        self.variables = variables
        self.restore = restore
        self.inherited = _set_by_awsenv(environ)
        self.exported = [name for name in MANAGED if name in environ]
        self.forget = forget


def enter(profile: str, session: dict[str, str], environ: dict[str, str]) -> Change:
    """The change that makes a shell with ``environ`` act as ``profile``.

    ``session`` maps the names of the variables that the session sets to their values. The result
    depends on the originals and on ``session`` alone, whatever was active before. Raises
    ``AwsenvError`` for a value that no variable can hold.
    """
    for name, value in (*session.items(), (PROFILE, profile)):
        _check(profile, name, value)
    variables: dict[str, str | None] = {name: session.get(name) for name in KEYS}
    variables.update(session)
    before = environ.get(PROFILE)
    variables[PROFILE] = profile
    variables[SET] = " ".join(session)
    if before and before != profile:
        variables[PREVIOUS] = before
    restore = [
        name
        for name in MANAGED
        if name not in variables and (name in REGIONS or name in _set_by_awsenv(environ))
    ]
    return Change(environ, variables, restore)


def _check(profile: str, name: str, value: str) -> None:
    if "\0" in value:
        raise AwsenvError(f"profile {profile}: {name} would hold a NUL byte", "take it out")
    if len(name) + len(value.encode("utf-8", "surrogateescape")) + 2 > LONGEST:
        raise AwsenvError(
            f"profile {profile}: {name} would be over 128 KiB, and then no program starts",
            "shorten it",
        )


def leave(environ: dict[str, str]) -> Change:
    """The change that puts every variable back as it was before the first ``use``."""
    variables: dict[str, str | None] = {PROFILE: None, SET: None}
    if environ.get(PROFILE):
        variables[PREVIOUS] = environ[PROFILE]
    return Change(environ, variables, list(MANAGED), forget=True)


def _set_by_awsenv(environ: dict[str, str]) -> list[str]:
    """The names in ``AWSENV_SET``; any but awsenv's are somebody else's and left alone."""
    names = environ.get(SET, "").split()
    return [name for name in MANAGED if name in names]
