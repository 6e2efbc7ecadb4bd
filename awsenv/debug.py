"""What was looked up and decided, for a report: on stderr, under AWSENV_DEBUG=1 or --debug. No secret."""

import os
import sys
import time

_begun = time.monotonic()


def note(text: str) -> None:
    """One line, with the milliseconds since the start; nothing where nobody asked for it."""
    if os.environ.get("AWSENV_DEBUG") == "1" and sys.stderr:
        line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
        sys.stderr.write(f"awsenv: [{(time.monotonic() - _begun) * 1000:.0f} ms] {line}\n")
