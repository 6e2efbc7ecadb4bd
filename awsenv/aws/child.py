"""What must be done to its end, whatever becomes of this process: in an interpreter of its own.

A fork of a process that has used botocore may not go on with it: macOS ends one that asks for its proxies there (cpython
issue 105912). So what is to be done is told to a new one, by the name of a function and what that is given.
"""

import json
import os
import pickle
import signal
import sys
from collections.abc import Callable

from awsenv import programs
from awsenv.errors import PERSON_NEEDED, AwsenvError, PersonNeededError
from awsenv.files.locks import Lock
from awsenv.paths import program_words

# What awsenv is called with there.
WORD = "finish-renewal"


class KilledError(AwsenvError):
    """It was killed before it was done."""


def run(work: Callable[..., object], *given: object, lock: Lock) -> AwsenvError | None:
    """Do ``work``, a function of a module, with what is ``given``, and wait for it; the ``AwsenvError`` that came of it.
    ``lock`` stays held until it is done, though this process ends."""
    told = pickle.dumps((work, given))
    done = programs.run_to_its_end(
        [*program_words(), WORD], dict(os.environ), told, lock.descriptor
    )
    if done.code < 0:
        name = signal.Signals(-done.code).name
        return KilledError(f"the renewal was killed by {name}", "try again")
    if done.code == 0:
        return None
    try:
        code, message, fix = json.loads(done.out)
    except ValueError:
        return AwsenvError("the renewal failed by itself", "AWSENV_DEBUG=1, again")
    return (PersonNeededError if code == PERSON_NEEDED else AwsenvError)(message, fix)


def finish() -> int:
    """Do what ``run`` tells on stdin; the exit code. How it failed goes to stdout."""
    work, given = pickle.load(sys.stdin.buffer)
    try:
        work(*given)
    except AwsenvError as error:
        print(json.dumps([error.code, error.message, error.fix]))
        return error.code
    return 0
