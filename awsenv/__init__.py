"""awsenv puts the right AWS credentials into the shell you are standing in.

This file is the door: ``main`` lets replay answer, else the command line.
"""

import os
import sys

__version__ = "0.1.0"


def main() -> None:
    """Run ``awsenv`` with this process's arguments and end with its exit code."""
    from awsenv import replay

    request = None
    if not os.isatty(1):
        request = replay.parse(sys.argv[1:])
        text = replay.answer(request, dict(os.environ)) if request else None
        if sys.argv[1:2] == ["hook"]:
            from awsenv import hook

            text = hook.text(sys.argv[2]) if sys.argv[2:] and sys.argv[2] in hook.FILES else None
        if text is not None:
            os._exit(replay.emit(text))  # without the interpreter's tear-down
    if sys.flags.no_site:  # the hook calls us so
        import site

        site.main()
    if request is not None:
        from awsenv.cli import act

        sys.exit(act.run(request))
    from awsenv.cli import app

    sys.exit(app.run(sys.argv[1:]))
