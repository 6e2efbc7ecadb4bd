"""Where AWS is asked for a profile that names no Region: in the partition of its role or device."""

from pathlib import Path

import pytest

from awsenv.aws.client import find_region
from awsenv.profiles import read


@pytest.mark.parametrize(
    ("options", "region"),
    [
        ("role_arn = arn:aws:iam::111122223333:role/a", "us-east-1"),
        ("role_arn = arn:aws-cn:iam::111122223333:role/a", "cn-north-1"),
        ("role_arn = arn:aws-us-gov:iam::111122223333:role/a", "us-gov-west-1"),
        ("role_arn = arn:aws-eusc:iam::111122223333:role/a", "eusc-de-east-1"),
        ("role_arn = arn:aws-iso:iam::111122223333:role/a", "us-iso-east-1"),
        ("role_arn = arn:aws-iso-b:iam::111122223333:role/a", "us-isob-east-1"),
        ("mfa_serial = arn:aws-cn:iam::111122223333:mfa/a", "cn-north-1"),
        ("mfa_serial = GAHT12345678", "us-east-1"),
        ("role_arn = arn:aws-cn:iam::111122223333:role/a\nregion = cn-northwest-1", "cn-northwest-1"),
    ],
)  # fmt: skip
def test_it_is_of_the_partition(options: str, region: str, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(f"[profile a]\n{options}\n")
    environ = {"HOME": str(tmp_path)}
    assert find_region(read.profile("a", environ), environ) == region
    # The shell's own counts where the profile has none.
    own = environ | {"AWS_REGION": "us-west-2"}
    expected = region if "region =" in options else "us-west-2"
    assert find_region(read.profile("a", own), own) == expected
