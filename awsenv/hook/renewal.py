"""When the session of a hooked shell is renewed, and what comes of it. Hot path."""

from awsenv import record_file, replay
from awsenv.hook.layers import ShellVariables, is_bound
from awsenv.hook.outcome import ANSWERED, FIRST, NEVER, RENEWAL, SECOND, SESSION, Outcome
from awsenv.paths import aws_files
from awsenv.request import Request
from awsenv.variables import AWSENV_SET, MARK, format_set, list_managed, list_set

# Seconds after which a renewal that was started is looked for, if its record has not told before.
CHECK_RENEWAL_AFTER = 15
# Seconds for which nobody is asked again whose answer a person has interrupted.
_WAIT_AFTER_INTERRUPT = 30
# What a renewal changes, and nothing else: a Region may be somebody's own.
_RENEWED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
)


def check(outcome: Outcome, now: float) -> None:
    """Take over newer keys of the record; else start a renewal when it is time, once for each key; past the end have
    it made now."""
    shell = outcome.shell
    state = shell.state
    end = parse_end(shell.environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    if end is None:
        _follow_key(outcome, now)
        return
    if shell.by_options:
        _name_the_end(outcome, end, now)
        return
    path = record_file.record_path(shell.profile, shell.base)
    outcome.watch(path)
    session = _read_record(path, shell.profile)
    if outcome.found is not None and outcome.found.variables.get("AWS_ACCESS_KEY_ID"):
        session = dict(outcome.found.variables)
    renew_at = None
    if session is not None and _is_from_elsewhere(shell, session):
        session = None
        if now >= end:
            _drop_name(outcome)
            return
    if session is not None:
        new_end = parse_end(session.get("AWS_CREDENTIAL_EXPIRATION", ""))
        if session["AWS_ACCESS_KEY_ID"] != _key(shell) and new_end is not None and new_end > now:
            _take_over(shell, session)
            end = new_end
        if session["AWS_ACCESS_KEY_ID"] == _key(shell):
            renew_at = _parse_number(session.get("renew", ""))
    outcome.renew_before = end
    if now >= end:
        _renew_past_end(outcome, now)
    elif renew_at is None or renew_at > now:
        outcome.check_at = end if renew_at is None else min(renew_at, end)
    else:
        if state.renewal_started != _key(shell):
            state.renewal_started = _key(shell)
            outcome.background = shell.profile
        outcome.check_at = min(end, int(now) + CHECK_RENEWAL_AFTER)


def _follow_key(outcome: Outcome, now: float) -> None:
    """A plain key that a person chose is the one that the files have now."""
    shell, state = outcome.shell, outcome.shell.state
    is_folders = is_bound(state) and state.profile == shell.profile
    if shell.by_options or is_folders or _key(shell) == "":
        state.key_files = ""
        return
    before = state.key_files
    state.key_files = digest_of_files(outcome, aws_files(shell.base))
    if before in ("", state.key_files):
        return
    request = Request("use", shell.profile)
    is_answered = outcome.phase == ANSWERED
    found = outcome.found if is_answered else replay.find_session(request, shell.base, now)
    if found is not None and found.variables.get("AWS_ACCESS_KEY_ID"):
        if not _is_from_elsewhere(shell, found.variables):
            _take_over(shell, found.variables)
    elif outcome.phase == SECOND:
        outcome.needs, outcome.request = SESSION, request
    elif outcome.phase == FIRST:
        outcome.ask_again, state.key_files = True, before


def digest_of_files(outcome: Outcome, paths: list[str]) -> str:
    """What changes whenever one of the files does, which are watched from now on."""
    outcome.watch(*paths)
    found = [outcome.watched[path] for path in paths]
    return digest([record_file.format_stamp(each) if each else "none" for each in found])


def digest(texts: list[str]) -> str:
    """A short word for ``texts``."""
    return (
        record_file.checksum("\n".join(texts).encode("utf-8", "surrogateescape")).decode().strip()
    )


def is_lost(outcome: Outcome, now: float) -> bool:
    """Whether the session in force has ended and could not be renewed."""
    shell = outcome.shell
    end = parse_end(shell.environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    has_ended = end is not None and now >= end
    is_notified = _key(shell) != "" and _is_notified(shell)
    return shell.profile != "" and not shell.by_options and has_ended and is_notified


def _is_notified(shell: ShellVariables) -> bool:
    """Whether a person knows of the end of this key's session."""
    return shell.state.expiry_notified == _key(shell)


def _renew_past_end(outcome: Outcome, now: float) -> None:
    shell = outcome.shell
    if _is_notified(shell):
        outcome.check_at = outcome.renew_before = NEVER  # the record is watched
    elif outcome.phase == SECOND:
        outcome.needs = RENEWAL
    elif outcome.phase == FIRST:
        outcome.ask_again = True
        outcome.check_at = outcome.renew_before = int(now) + _WAIT_AFTER_INTERRUPT
    else:
        shell.state.expiry_notified = _key(shell)
        outcome.check_at = outcome.renew_before = NEVER


def _name_the_end(outcome: Outcome, end: int, now: float) -> None:
    shell = outcome.shell
    outcome.renew_before = NEVER
    if now < end:
        outcome.check_at = end
    elif not _is_notified(shell):
        shell.state.expiry_notified = _key(shell)
        what = f"the session of {shell.profile}, which was chosen with options, has ended"
        outcome.messages.append(f"{what}; awsenv use {shell.profile} …, as before")


def _is_from_elsewhere(shell: ShellVariables, session: dict[str, str]) -> bool:
    """Whether the shell was started with a session that is of another account than the one that the profile has here:
    it came along from another machine, or from before the profile was another."""
    if shell.state.inherited == "" or shell.state.inherited != _key(shell):
        return False
    from awsenv.profiles.account import of_key

    return of_key(_key(shell)) != of_key(session["AWS_ACCESS_KEY_ID"])


def _drop_name(outcome: Outcome) -> None:
    """Its keys stay, by which nobody acts any more; what was beneath them is not known."""
    shell, profile = outcome.shell, outcome.shell.profile
    shell.drop_session_names()
    what = f"the session of {profile} that this shell was started with is of another account, and has ended"
    outcome.messages.append(f"{what}; awsenv use {profile}")


def _take_over(shell: ShellVariables, session: dict[str, str]) -> None:
    names, base = list_set(shell.environ), shell.base
    for name in _RENEWED:
        shell.state.originals.setdefault(name, base.get(name))
        shell.set_own(name, session.get(name))
    names = [
        n
        for n in list_managed({*names, *session})
        if (n in names and n not in _RENEWED) or (n in session and n in _RENEWED)
    ]
    shell.set_own(AWSENV_SET, format_set(names, session["AWS_ACCESS_KEY_ID"]))


def _read_record(place: str, profile: str) -> dict[str, str] | None:
    """The session that the record at ``place`` holds, believed or not: it says when to renew."""
    record = record_file.read(place)
    if record is None or record.get("profile") != profile or "AWS_ACCESS_KEY_ID" not in record:
        return None
    return record


def _key(shell: ShellVariables) -> str:
    return shell.environ.get("AWS_ACCESS_KEY_ID", "")


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def parse_end(text: str) -> int | None:
    """A moment in UTC (RFC 3339 as sessions have it) in seconds since 1970; ``None`` for any other."""
    digits = text[:4] + text[5:7] + text[8:10] + text[11:13] + text[14:16] + text[17:19]
    shape = text[4:5] + text[7:8] + text[10:11] + text[13:14] + text[16:17]
    if shape != "--T::" or text[19:] not in ("Z", "+00:00") or not digits.isdigit():
        return None
    if len(digits) != 14 or not digits.isascii():
        return None
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    # Days from civil: the year begins in March.
    if month <= 2:
        year, month = year - 1, month + 12
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day
    clock = int(digits[8:10]) * 3600 + int(digits[10:12]) * 60 + int(digits[12:14])
    return (days - 719469) * 86400 + clock


def format_prompt(shell: ShellVariables, now: float) -> tuple[str, int]:
    """What AWSENV_PROMPT says, the mark and the profile, as a terminal can show them, and the time left; and when to say it
    anew."""
    end = parse_end(shell.environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    marked = f"{shell.environ.get(MARK, '')} {shell.profile}" if shell.profile else ""
    name = replay.printable(marked.strip())
    if not name or end is None:
        return name, NEVER
    rest = end - int(now)
    if rest <= 0:
        return f"{name} ended", NEVER
    text = f"{rest // 3600}h{rest // 60 % 60}m" if rest >= 3600 else f"{rest // 60}m"
    return f"{name} {text}", int(now) + rest % 60 + 1
