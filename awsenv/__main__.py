"""``python -m awsenv``, and what the hook calls as a file, under ``python -I -S``."""

import sys

if not __package__:
    # Called as a file, with nothing but the standard library to import from: our own place by
    # hand, and the others' only when the cold path is needed.
    sys.path.insert(0, __file__.rpartition("/")[0].rpartition("/")[0])

from awsenv import main

main()
