"""``credential_source``: the credentials of a variable, a container or an instance."""

import shlex
from typing import Any

from awsenv.aws import deadline
from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.variables import remove_session


def session(profile: Profile, _: SessionOptions, context: Context, __: Session | None) -> Session:
    """What ``credential_source`` names. Raises ``AwsenvError``."""
    from botocore.credentials import (
        CanonicalNameCredentialSourcer,
        ContainerProvider,
        EnvProvider,
        InstanceMetadataProvider,
    )
    from botocore.exceptions import BotoCoreError
    from botocore.utils import InstanceMetadataFetcher

    name = profile.get("credential_source") or ""
    own = remove_session(context.environ)
    fetcher = InstanceMetadataFetcher(timeout=1, num_attempts=2)
    sources = [EnvProvider(own), ContainerProvider(own), InstanceMetadataProvider(fetcher)]
    show = f"awsenv show {shlex.quote(profile.name)}"

    def asked() -> Any:
        found: Any = CanonicalNameCredentialSourcer(sources).source_credentials(name)
        return found and found.get_frozen_credentials()

    what = f"profile {profile.name}: credential_source {name}"
    try:
        frozen = deadline.within(asked)
    except deadline.ExceededError:
        raise AwsenvError(f"{what} does not answer", show) from None
    except BotoCoreError as error:
        raise AwsenvError(f"{what}: {type(error).__name__}", show) from None
    except ValueError:  # of the token's file, whose text is no header
        file = own.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "")
        raise AwsenvError(f"{what}: the token in {file} is none: there is a line end in it", f"printf %s TOKEN >{file}") from None  # fmt: skip
    if not frozen:
        raise AwsenvError(f"{what} has no credentials", show)
    return Session.from_profile(profile, frozen.access_key, frozen.secret_key, frozen.token, None)
