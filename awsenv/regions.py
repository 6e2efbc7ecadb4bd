"""A Region's name, looked at before it becomes a part of a host. Hot path."""

from awsenv.errors import AwsenvError


def is_region(name: str) -> bool:
    """Whether ``name`` can be that of a Region: letters, digits and hyphens, as botocore has it
    (``utils.validate_region_name``)."""
    return (
        name.isascii()
        and name.replace("-", "").isalnum()
        and not name.isdigit()
        and "-" not in (name[0], name[-1])
        and len(name) < 64
    )


def check_region(name: str, whose: str, hint: str) -> None:
    """Raise ``AwsenvError``, with ``whose`` in front and ``hint``, where ``name`` is not empty and cannot be a Region's: a
    session would go to whatever host that names."""
    if name and not is_region(name):
        raise AwsenvError(f"{whose} is no name of a Region", hint)


def list_regions() -> frozenset[str]:
    """Every Region that botocore knows, of all partitions."""
    import botocore.session

    session = botocore.session.Session()
    names = session.get_available_partitions()
    return frozenset(
        region for each in names for region in session.get_available_regions("sts", each)
    )
