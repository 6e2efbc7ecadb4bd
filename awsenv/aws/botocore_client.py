"""botocore's side of a client: half of what a command costs, and loaded where AWS is asked."""

from typing import Any

import botocore
import botocore.config
import botocore.session

from awsenv.aws.explain import check_answerer
from awsenv.aws.session import Session
from awsenv.profiles.profile import Profile

# Seconds. Four tries and what lies between them end within 30 s; validation is AWS's business.
CONFIG = botocore.config.Config(
    connect_timeout=3,
    read_timeout=5,
    parameter_validation=False,
    retries={"total_max_attempts": 4, "mode": "standard"},
)


class _ProfileSession(botocore.session.Session):
    """A botocore session that knows one profile and reads no file for it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile=profile.name)
        self.register("before-parse", lambda **told: check_answerer(told["response_dict"]))
        # Without what botocore would look for credentials by: those are given.
        settings = {n: v for n, v in profile.settings().items() if not n.startswith("sso_")}
        self._of = {
            "profiles": {profile.name: settings},
            "sso_sessions": {},
            "services": profile.services(),
        }

    @property
    def full_config(self) -> Any:
        return self._of


def make_client(service: str, key: Session | None, profile: Profile, region: str) -> Any:
    """A client of ``service`` in ``region`` that signs with ``key``, or not at all, with the settings of ``profile``. Raises
    what botocore raises."""
    session = _ProfileSession(profile)
    if key is None:
        unsigned = CONFIG.merge(botocore.config.Config(signature_version=botocore.UNSIGNED))
        return session.create_client(service, region_name=region, config=unsigned)
    return session.create_client(
        service,
        region_name=region,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=key.session_token,
        config=CONFIG,
    )
