"""GetSessionToken: a temporary session of a key, with the code of an MFA device or without.

botocore has no provider for it: it ignores ``mfa_serial`` in a profile that holds a key.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from awsenv import environment, programs
from awsenv.errors import PERSON_NEEDED, AwsenvError, UsageError
from awsenv.files import locks
from awsenv.profiles.profile import Profile
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

# Seconds; "GetSessionToken" in the AWS STS API Reference.
SHORTEST, LONGEST, USUAL = 900, 129_600, 43_200
# A TOTP code holds for one of these (RFC 6238).
STEP = 30
ATTEMPTS = 3


class RefusedCodeError(AwsenvError):
    """STS did not take the code."""


def serial(profile: Profile, terms: Terms) -> str | None:
    """The device whose code is needed; ``None`` where a session is got without one."""
    return None if terms.session else terms.mfa_serial or profile.get("mfa_serial")


def needs_person(profile: Profile, terms: Terms) -> bool:
    """Whether a code has to be typed: none is given and no command prints one."""
    device = serial(profile, terms) or terms.mfa
    return bool(device) and not terms.mfa_code and not profile.get("mfa_process")


def duration(profile: Profile, terms: Terms) -> int:
    """Seconds to ask for. Raises ``UsageError`` beyond what STS grants."""
    text = profile.get("duration_seconds") or ""
    wished = terms.duration or (int(text) if text.isdigit() else USUAL)
    if not SHORTEST <= wished <= LONGEST:
        what = f"profile {profile.name}: a session lasts 15m to 36h, not {wished} s"
        raise UsageError(what, "--duration 12h")
    return wished


def session(profile: Profile, terms: Terms, environ: dict[str, str]) -> Session:
    """One GetSessionToken for ``profile``'s key. Raises ``AwsenvError``; asks through ``terms``."""
    from awsenv.sessions import client, resolve

    seconds = duration(profile, terms)
    key = resolve.key(profile)
    device = serial(profile, terms)
    sts = client.client("sts", key, profile, environ)
    if device is None and terms.mfa:
        device = _own_device(key, profile, environ)
    if device is None:
        terms.say("a session without MFA cannot call IAM")
        answer = client.call(profile, lambda: sts.get_session_token(DurationSeconds=seconds))
    else:

        def get(code: str) -> Any:
            wish = {"DurationSeconds": seconds, "SerialNumber": device, "TokenCode": code}
            return client.call(profile, partial(sts.get_session_token, **wish))

        answer = with_code(device, profile, terms, environ, get)
    return resolve.of_answer(profile, answer)


def with_code(
    device: str,
    profile: Profile,
    terms: Terms,
    environ: dict[str, str],
    get: Callable[[str], Any],
) -> Any:
    """What ``get`` gives for a code of ``device``, which may be mistyped twice."""
    # One at a time for a device: a code works once.
    state = environment.state_folder(environ)
    with locks.locked(state, f"device {device}", terms.say, patience=terms.patience) as lock:
        for attempt in range(ATTEMPTS):
            code = _code(device, profile, terms, environ, lock)
            try:
                answer = get(code)
            except RefusedCodeError:
                again = (
                    terms.ask is not None and not terms.mfa_code and not profile.get("mfa_process")
                )
                if not again or attempt == ATTEMPTS - 1:
                    raise
                terms.say("that code was not taken; once more")
                continue
            lock.remember(_mark(device, code))
            return answer
    raise AssertionError("unreachable")


def _code(
    device: str, profile: Profile, terms: Terms, environ: dict[str, str], lock: locks.Lock
) -> str:
    """A code that was not used yet."""
    while True:
        if terms.mfa_code:
            return _checked(terms.mfa_code)
        command = profile.get("mfa_process")
        if command:
            code = _printed(command, profile, terms, environ)
        elif terms.ask is not None:
            with locks.asking("asks for an MFA code"):
                answer = terms.ask(f"MFA code of {device}")
            code = _checked(answer)
        else:
            raise person_needed(profile, terms)
        if lock.remembered() != _mark(device, code):
            return code
        if command:
            import time

            terms.say("the code was used already; waiting for the next one")
            time.sleep(STEP - terms.now() % STEP)
        else:
            terms.say("that code was used already; type the next one")


def person_needed(profile: Profile, terms: Terms) -> AwsenvError:
    """The error where a code is needed and nobody can be asked."""
    import shlex

    name = terms.named or profile.name
    error = AwsenvError(
        f"profile {name} needs an MFA code and there is no terminal",
        f"awsenv login {shlex.quote(name)}",
    )
    error.code = PERSON_NEEDED
    return error


def _checked(code: str) -> str:
    code = code.strip().replace(" ", "")
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        raise AwsenvError("an MFA code is six digits", "again")
    return code


def _printed(command: str, profile: Profile, terms: Terms, environ: dict[str, str]) -> str:
    """What the profile's ``mfa_process`` prints (aws-vault's setting); the terminal is its own
    where somebody can be asked."""
    if terms.ask is None:
        done = programs.run(["/bin/sh", "-c", command], environ, loud=True)
    else:
        done = programs.run_attended(command, environ)
    if done.code:
        raise AwsenvError(
            f"profile {profile.name}: its mfa_process failed with {done.code}",
            f"awsenv show {profile.name}",
        )
    return _checked(done.out.decode("utf-8", "replace"))


def _own_device(key: Session, profile: Profile, environ: dict[str, str]) -> str:
    """The serial of the user's only MFA device, asked of IAM."""
    from awsenv.sessions import client

    iam = client.client("iam", key, profile, environ)
    found = client.call(profile, iam.list_mfa_devices)["MFADevices"]
    if len(found) != 1:
        names = ", ".join(each["SerialNumber"] for each in found) or "none"
        raise AwsenvError(
            f"profile {profile.name}: its user has not one MFA device but: {names}",
            "--mfa-serial SERIAL",
        )
    return str(found[0]["SerialNumber"])


def _mark(device: str, code: str) -> str:
    return hashlib.sha256(f"{device} {code}".encode()).hexdigest()
