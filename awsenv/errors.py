"""What failed, what to type, and the exit code. One place prints it: ``awsenv.ui.terminal``."""

FAILED = 1
USAGE = 2
PERSON_NEEDED = 3


class AwsenvError(Exception):
    """A failure that a person can act on.

    ``message`` says in one line what failed, on which profile or file and line; ``fix`` what to
    type, empty for nothing. Neither holds a secret. ``code`` is the exit code.
    """

    code = FAILED

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def format_line(self) -> str:
        """The one line that a person reads: what failed, what to type."""
        return f"{self.message}; {self.fix}" if self.fix else self.message


class PersonNeededError(AwsenvError):
    """Somebody has to be asked or to sign in, and nobody is there."""

    code = PERSON_NEEDED


class UsageError(AwsenvError):
    """The command line cannot be understood."""

    code = USAGE


def describe_fault(error: BaseException) -> AwsenvError:
    """What a person is told of a fault of ours: its kind, for its message may quote a secret. A Python that lacks what
    every Unix has is none of ours."""
    if isinstance(error, ModuleNotFoundError) and error.name in ("fcntl", "pwd", "termios"):
        return AwsenvError(f"this Python has no {error.name}, as on Windows", "awsenv inside WSL")
    return AwsenvError(f"internal error ({type(error).__name__})", "again with AWSENV_DEBUG=1")
