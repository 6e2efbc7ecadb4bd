"""What a profile says beside its credentials, as variables: and what ``[default]`` would say in its
place.

Under exported keys every SDK reads ``[default]``: what stands there and not in the profile reaches
whoever acts as it. Where a variable can say what the profile alone would mean, it is said. An empty
value is one that depends on the shell: ``awsenv.variables`` knows how.
"""

from awsenv.profiles.profile import Profile
from awsenv.variables import (
    IGNORE_ENDPOINTS,
    SERVICE_ENDPOINT,
    SETTINGS,
    is_endpoint,
    keep_own_endpoints,
)

# What botocore does where neither a profile nor a variable says anything
# (``configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES``), and the other SDKs with it.
_NEUTRAL = {
    "output": "json",
    "use_fips_endpoint": "false",
    "use_dualstack_endpoint": "false",
    "defaults_mode": "legacy",
    "disable_request_compression": "false",
    "request_min_compression_size_bytes": "10240",
    "request_checksum_calculation": "when_supported",
    "response_checksum_validation": "when_supported",
    "account_id_endpoint_mode": "preferred",
}


def list_variables(profile: Profile) -> dict[str, str]:
    """Variable → value."""
    found = {
        variable: value for setting, variable in SETTINGS.items() if (value := profile.get(setting))
    }
    found |= list_endpoints(profile)
    neutral = _neutral(profile)
    if neutral.get(IGNORE_ENDPOINTS) == "" and found.get(IGNORE_ENDPOINTS, "").lower() != "true":
        found.pop(IGNORE_ENDPOINTS, None)  # it has none that would be ignored
    return neutral | found


def list_endpoints(profile: Profile) -> dict[str, str]:
    """The endpoint of each service that its ``services`` section names, by its variable ("Service-
    specific endpoints" in the AWS SDKs and Tools Reference Guide)."""
    found = {}
    for services in profile.services().values():
        for service, options in services.items():
            name = SERVICE_ENDPOINT + service.replace(" ", "_").replace("-", "_").upper()
            if (url := options.get("endpoint_url")) and is_endpoint(name):
                found[name] = url
    return found


def find_leaks(profile: Profile, environ: dict[str, str]) -> list[str]:
    """The settings of ``[default]`` that reach whoever acts as ``profile`` in a shell with the person's
    own ``environ``, and that no variable can keep away."""
    default = profile.default
    if default is None:
        return []
    said = keep_own_endpoints(list_variables(profile), environ)
    there = environ | said
    kept = "AWS_ENDPOINT_URL" in there or there.get(IGNORE_ENDPOINTS, "").lower() == "true"
    found = []
    for setting in (*SETTINGS, "region", "s3"):
        if default.get(setting) is None or profile.get(setting) is not None:
            continue
        if setting == "endpoint_url":
            if not kept:
                found.append(setting)
        elif setting not in SETTINGS or SETTINGS[setting] not in said:
            found.append(setting)
    if default.get("services") not in (None, profile.get("services")):
        others = list_endpoints(default).keys() - {*said, *environ}
        if (others or default.missing_reference) and not kept:
            found.append("services")
    return found


def _neutral(profile: Profile) -> dict[str, str]:
    default = profile.default
    if default is None:
        return {}
    found = {
        SETTINGS[setting]: value
        for setting, value in _NEUTRAL.items()
        if default.get(setting) is not None and profile.get(setting) is None
    }
    # A variable for all services goes before what a file says of one.
    ignored = default.get("ignore_configured_endpoint_urls")
    if profile.get("endpoint_url") or list_endpoints(profile):
        if ignored is not None:
            found[IGNORE_ENDPOINTS] = "false"
    elif any((ignored, default.get("services"), default.get("endpoint_url"))):
        found[IGNORE_ENDPOINTS] = ""
    return found
