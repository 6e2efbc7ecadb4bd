"""What must be done to its end, whatever becomes of this process."""

import json
import os
from collections.abc import Callable

from awsenv.errors import PERSON_NEEDED, AwsenvError, PersonNeededError
from awsenv.files import locks


def run(work: Callable[[], object]) -> AwsenvError | None:
    """Do ``work`` in a child of its own session, and wait for it; the ``AwsenvError`` that it raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        text = b""
        while part := os.read(reading, 4096):
            text += part
        os.close(reading)
        os.waitpid(child, 0)
        return _failure(text) if text else None
    code = 1
    try:
        os.close(reading)
        locks.release_inherited()
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        work()
        code = 0
    except AwsenvError as error:
        os.write(writing, json.dumps([error.code, error.message, error.fix]).encode())
    finally:
        os._exit(code)


def _failure(text: bytes) -> AwsenvError:
    code, message, hint = json.loads(text)
    return (PersonNeededError if code == PERSON_NEEDED else AwsenvError)(message, hint)
