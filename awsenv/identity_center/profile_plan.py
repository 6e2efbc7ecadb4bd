"""A profile for each chosen account and role, in the text of the config file.

What awsenv wrote is known from the file itself: a comment below the header holds a digest of the
section's lines, so a section that a person changed since is that person's.
"""

import re
from collections.abc import Collection, Iterable

from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.identity_center import profile_names
from awsenv.identity_center.profile_choice import Choice, read_choices
from awsenv.profiles import edit, headers, ini
from awsenv.profiles.references import ACCOUNT_NAME, ALIASES

_MARK = re.compile(r"# awsenv sso ([0-9a-f]{12})\s*")
Role = tuple[str, str]  # account ID and role name
# What an account may be called for its name to be written down: AWS allows 50 characters.
_LONGEST, _PLAIN = 50, " -_.,&+()/'"


class Plan:
    """What ``text`` is to become, and the profiles' names by what becomes of them; ``edited`` are
    awsenv's that a person changed, ``names`` says which profile stands for an account and role."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.added: list[str] = []
        self.changed: list[str] = []
        self.removed: list[str] = []
        self.edited: list[str] = []
        self.gone: list[str] = []
        self.names: dict[Role, str] = {}


class _Block:
    """A profile's section as it stands: ``first`` to ``last`` are its lines, counted from 0 and the
    last one left out; ``ours`` if awsenv wrote it, ``whole`` if nobody changed it since."""

    def __init__(self, section: ini.Section, behind: int, lines: list[str]) -> None:
        own = [value[2] for value in section.options.values() if value[1] > section.line]
        self.header = section.header
        self.aliases = section.get(ALIASES)
        self.first, self.last = section.line - 1, max(own, default=section.line)
        marks = [_MARK.fullmatch(line) for line in lines[self.first : behind]]
        found = next((mark[1] for mark in marks if mark), None)
        rest = [line for line in lines[self.first : self.last] if not _MARK.fullmatch(line)]
        self.ours = found is not None
        self.whole = found == _digest(rest)


def make_plan(
    text: str,
    path: str,
    choice: Choice,
    names: dict[str, str],
    roles: dict[str, list[str]],
    taken: Collection[str] = (),
    complete: bool = True,
    prune: bool = False,
) -> Plan:
    """The plan for ``choice``: ``names`` (account ID → name) and ``roles`` (account ID → role names,
    of the accounts that were listed to the end) are what a sign-in gives.

    ``taken`` are names of profiles elsewhere; ``complete`` says that nothing is missing, without
    which nothing is removed. Raises ``AwsenvError`` where ``text`` is malformed.
    """
    plan = Plan(text)
    sections = ini.parse(text, path)
    lines = edit.LINES.findall(text)
    end = "\r\n" if "\r\n" in text else "\n"
    blocks, standing = _find_standing(sections, lines, choice)
    plan.names = {of: name for of, (name, _) in standing.items()}
    used = {*taken, *blocks, "default", "DEFAULT"}
    expected = edit.list_values(sections)
    defaults = edit.read_defaults(text, path)
    new: list[str] = []

    for (account, role), (name, block) in standing.items():
        known = account not in names or (account in roles and role not in roles[account])
        if block.ours and not block.whole:
            plan.edited.append(name)
        if not known:
            continue
        if prune and complete and block.whole:
            plan.removed.append(name)
            del expected[block.header]
            _take(lines, block)
        else:
            plan.gone.append(name)

    for account, role in _chosen(choice, names, roles):
        options = _options(choice, account, names[account], role)
        if (account, role) in standing:
            name, block = standing[account, role]
            options |= {ALIASES: block.aliases} if block.aliases else {}
            written = _written(block.header, options, end)
            if block.whole and lines[block.first : block.last] != written:
                lines[block.first] = "".join(written)
                lines[block.first + 1 : block.last] = [""] * (block.last - block.first - 1)
                plan.changed.append(name)
                expected[block.header] = {**defaults, **options}
            continue
        wanted = profile_names.format_name(
            choice.template, account, names[account], role, choice.session
        )
        name = profile_names.make_unique(wanted, account, used)
        used.add(name)
        plan.added.append(name)
        plan.names[account, role] = name
        header = headers.header(name)
        new += [end, *_written(header, options, end)]
        expected[header] = {**defaults, **options}

    rest = "".join(lines)
    if new and rest:
        rest = edit.end_line(rest, end)
    plan.text = rest + "".join(new if rest else new[1:])
    if edit.list_values(ini.parse(plan.text, path)) != expected:
        raise AwsenvError("the profiles cannot be written so that they read the same")
    return plan


def add_session(text: str, path: str, choice: Choice, scopes: str) -> str:
    """``text`` with the sso-session of ``choice`` and the comment that keeps it. Raises
    ``AwsenvError``."""
    sections = ini.parse(text, path)
    names = {headers.session_name(header): header for header in sections}
    header = names.get(choice.session) or headers.session_header(choice.session)
    end = "\r\n" if "\r\n" in text else "\n"
    if choice.session:
        options = {"sso_start_url": choice.start_url, "sso_region": choice.sso_region}
        said = sections[header].options if header in sections else {}
        if header not in sections:
            options["sso_registration_scopes"] = scopes
        if any(said.get(name, ("",))[0] != value for name, value in options.items()):
            text = edit.put(text, path, header, options)
    lines = edit.LINES.findall(text)
    for number, other in read_choices(text, path).items():
        if other.key == choice.key:
            lines[number] = choice.line + end
            return "".join(lines)
    if choice.session:
        lines.insert(ini.parse(text, path)[header].line, choice.line + end)
    else:
        if lines:
            lines[-1] = edit.end_line(lines[-1], end)
        lines += [*([end] if lines else []), choice.line + end]
    return "".join(lines)


def _find_standing(
    sections: dict[str, ini.Section], lines: list[str], choice: Choice
) -> tuple[set[str], dict[Role, tuple[str, _Block]]]:
    """The names of all profiles, and those that stand for an account and role of ``choice``."""
    names, found = set(), {}
    ordered = sorted(sections.values(), key=lambda section: section.line)
    starts = [*(section.line - 1 for section in ordered), len(lines)]
    for section, stop in zip(ordered, starts[1:], strict=True):
        name = headers.profile_name(section.header)
        if name is None:
            continue
        names.add(name)
        said = {option: value[0] for option, value in section.options.items()}
        of = (said.get("sso_account_id", ""), said.get("sso_role_name", ""))
        if all(of) and of not in found and _signs_in(said, choice):
            found[of] = (name, _Block(section, stop, lines))
    return names, found


def _signs_in(said: dict[str, str], choice: Choice) -> bool:
    """Whether a profile signs in where ``choice`` does, in the new form or the old."""
    if session := said.get("sso_session"):
        return session == choice.session
    return said.get("sso_start_url", "").rstrip("/#") == choice.start_url.rstrip("/#")


def _chosen(choice: Choice, names: dict[str, str], roles: dict[str, list[str]]) -> Iterable[Role]:
    return [
        (account, role)
        for account, own in roles.items()
        for role in own
        if choice.takes(account, names[account], role)
    ]


def _options(choice: Choice, account: str, name: str, role: str) -> dict[str, str]:
    signs_in = (
        {"sso_session": choice.session}
        if choice.session
        else {"sso_start_url": choice.start_url, "sso_region": choice.sso_region}
    )
    # By which a person may call it (``profiles/references.py``): of what nobody would type nothing is written.
    called = " ".join(name.split())
    is_plain = len(called) <= _LONGEST and all(c.isalnum() or c in _PLAIN for c in called)
    rest = {
        "region": choice.region(account, name),
        "output": choice.output,
        ACCOUNT_NAME: called if is_plain else "",
    }
    return {
        **signs_in,
        "sso_account_id": account,
        "sso_role_name": role,
        **{option: value for option, value in rest.items() if value},
    }


def _written(header: str, options: dict[str, str], end: str) -> list[str]:
    lines = [f"[{header}]{end}", *(f"{name} = {value}{end}" for name, value in options.items())]
    return [lines[0], f"# awsenv sso {_digest(lines)}{end}", *lines[1:]]


def _digest(lines: list[str]) -> str:
    """A digest of ``lines`` that depends neither on their line ends nor on an alias: who gives one has not changed what was
    written."""
    text = "\n".join(line.rstrip("\r\n") for line in lines if not line.startswith(ALIASES))
    return sha256(text)[:12]


def _take(lines: list[str], block: _Block) -> None:
    """Empty the lines of ``block``, and the blank ones behind it."""
    last = block.last
    while last < len(lines) and not lines[last].strip():
        last += 1
    lines[block.first : last] = [""] * (last - block.first)
