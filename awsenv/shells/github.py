"""A job of GitHub Actions, whose later steps have what an earlier one writes into the file that GITHUB_ENV names ("Workflow
commands for GitHub Actions": setting an environment variable, masking a value in a log). The one form that writes by
itself: secrets have to be masked before anything else could print them.
"""

import os

from awsenv.errors import AwsenvError
from awsenv.shells import Form
from awsenv.variables import AWSENV_PROFILE, CREDENTIAL_FIELDS, Change, list_without_originals

_FILE = "GITHUB_ENV"
_SECRET = [CREDENTIAL_FIELDS[field] for field in ("AccessKeyId", "SecretAccessKey", "SessionToken")]


class GitHub(Form):
    """The lines for the log; the variables go into the file."""

    failing_text = ""
    asks_nobody = True

    def render(self, change: Change) -> str:
        """What stands in the step's log behind the masks, which are printed first. Raises ``AwsenvError`` outside of a job,
        where a variable would have to be unset, which no step can do for another, and for a value of several lines."""
        values = list_without_originals(change)
        path = os.environ.get(_FILE, "")
        if not path:
            raise AwsenvError(f"{_FILE} is not set: this is no job of GitHub's", "awsenv exec PROFILE -- CMD")  # fmt: skip
        for name, value in values.items():
            if value is None and os.environ.get(name):
                what = f"{name} is set in this job, and no step can unset it for the next"
                raise AwsenvError(what, f"take {name} out of the workflow's env")
            if value is not None and ("\n" in value or "\r" in value):
                raise AwsenvError(f"{name} would hold several lines", "awsenv show PROFILE")
        for name in _SECRET:
            if value := values.get(name):
                os.write(1, f"::add-mask::{value.replace('%', '%25')}\n".encode())
        lines = [f"{name}={value}\n" for name, value in values.items() if value is not None]
        _append(path, "".join(lines).encode("utf-8", "surrogateescape"))
        return f"the next steps act as {values.get(AWSENV_PROFILE)}, by {_FILE}\n"


def _append(path: str, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        try:
            size = os.fstat(descriptor).st_size
            # Whoever wrote last may have left its line open.
            is_open = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, b"\n" * is_open + data)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise AwsenvError(f"cannot write {path}, which {_FILE} names: {error.strerror}", f"ls -l {path}") from None  # fmt: skip


GITHUB = GitHub()
