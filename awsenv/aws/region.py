"""A Region's name, looked at before it becomes a part of a host."""

from awsenv.errors import AwsenvError


def check_region(region: str) -> None:
    """Raise ``AwsenvError`` where ``region`` is neither the name of one, which is letters, digits and hyphens as botocore
    has it (``utils.validate_region_name``), nor empty: a session would go to whatever host that names."""
    import botocore.exceptions
    import botocore.utils

    try:
        if region:
            botocore.utils.validate_region_name(region)
    except botocore.exceptions.InvalidRegionError:
        raise AwsenvError(f"{region} is no name of a Region", "--region eu-west-1, say") from None
