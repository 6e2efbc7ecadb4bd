"""A Region's name, looked at before it becomes a part of a host."""

import functools

from awsenv.errors import AwsenvError


@functools.cache
def list_regions() -> frozenset[str]:
    """Every Region that botocore knows, of all partitions."""
    import botocore.session

    session = botocore.session.Session()
    names = session.get_available_partitions()
    return frozenset(
        region for each in names for region in session.get_available_regions("sts", each)
    )


def check_region(region: str, called: str = "") -> None:
    """Raise ``AwsenvError``, which calls it ``called`` where that is given, where ``region`` is neither the name of one, which is letters, digits and hyphens as botocore
    has it (``utils.validate_region_name``), nor empty: a session would go to whatever host that names."""
    import botocore.exceptions
    import botocore.utils

    try:
        if region:
            botocore.utils.validate_region_name(region)
    except botocore.exceptions.InvalidRegionError:
        raise AwsenvError(
            f"{called or region} is no name of a Region", "--region eu-west-1, say"
        ) from None
