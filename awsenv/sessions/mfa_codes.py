"""A code of an MFA device: given, printed by a command, or asked for; never the same one twice."""

import time
from collections.abc import Callable
from typing import Any

from awsenv.aws.context import Context
from awsenv.aws.errors import RefusedCodeError, code_needed
from awsenv.aws.options import SessionOptions
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.files import locks
from awsenv.profiles.profile import Profile
from awsenv.state import state_folder

# A TOTP code holds for one of these (RFC 6238); seconds.
STEP = 30
ATTEMPTS = 3


def ask_with_code(
    device: str,
    profile: Profile,
    options: SessionOptions,
    context: Context,
    get: Callable[[str], Any],
) -> Any:
    """What ``get`` gives for a code of ``device``, which may be mistyped twice."""
    # One at a time for a device: a code works once.
    state, prompter = state_folder(context.environ), context.prompter
    with locks.hold(
        state, f"device {device}", prompter.say, question_timeout=prompter.question_timeout
    ) as lock:
        for attempt in range(ATTEMPTS):
            code = _get_code(device, profile, options, context, lock)
            try:
                answer = get(code)
            except RefusedCodeError:
                by_hand = not options.mfa_code and not _find_command(device, profile, options)
                again = prompter.ask and by_hand
                if not again or attempt == ATTEMPTS - 1:
                    raise
                prompter.say("that code was not taken; once more")
                continue
            lock.remember(_digest_code(device, code))
            return answer
    raise AssertionError("unreachable")


def _get_code(
    device: str, profile: Profile, options: SessionOptions, context: Context, lock: locks.Lock
) -> str:
    """A code that was not used yet."""
    prompter = context.prompter
    while True:
        if options.mfa_code:
            return _check_code(options.mfa_code)
        command = _find_command(device, profile, options)
        if command:
            code = _run_mfa_process(command, profile, context)
        elif prompter.ask is not None:
            with locks.announce_question("asks for an MFA code"):
                answer = prompter.ask(f"MFA code of {device}")
            try:
                code = _check_code(answer)
            except AwsenvError as error:
                if not answer.strip():
                    raise  # a person who wants to go on without
                prompter.say(f"{error.message}; once more")
                continue
        else:
            raise code_needed(options.named or profile.name)
        if lock.remembered() != _digest_code(device, code):
            return code
        if command:
            prompter.say("the code was used already; waiting for the next one")
            time.sleep(STEP - prompter.now() % STEP)
        else:
            prompter.say("that code was used already; type the next one")


def _find_command(device: str, profile: Profile, options: SessionOptions) -> str:
    """The command that prints codes of ``device``; empty for none."""
    own = profile.get("mfa_process") if profile.get("mfa_serial") in (None, "", device) else None
    return options.mfa_process or own or ""


def _check_code(code: str) -> str:
    code = code.strip().replace(" ", "")
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        raise AwsenvError("an MFA code is six digits")
    return code


def _run_mfa_process(command: str, profile: Profile, context: Context) -> str:
    """What the profile's ``mfa_process`` prints (aws-vault's setting); the terminal is its own
    where somebody can be asked."""
    from awsenv import programs  # late: few have such a setting

    if context.prompter.ask is None:
        done = programs.run(["/bin/sh", "-c", command], context.environ, loud=True)
    else:
        done = programs.run_attended(command, context.environ)
    if done.code:
        raise AwsenvError(
            f"profile {profile.name}: its mfa_process failed with {done.code}",
            f"awsenv show {profile.name}",
        )
    return _check_code(done.out.decode("utf-8", "replace"))


def _digest_code(device: str, code: str) -> str:
    return sha256(f"{device} {code}")
