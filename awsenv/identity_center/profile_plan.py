"""A profile for each chosen account and role, in the text of the config file.

What awsenv wrote is known from the file itself (``awsenv.profiles.written``).
"""

from collections.abc import Collection, Iterable

from awsenv.errors import AwsenvError
from awsenv.identity_center import profile_names
from awsenv.identity_center.profile_choice import Choice, read_choices
from awsenv.profiles import edit, headers, ini
from awsenv.profiles.references import ACCOUNT_NAME, ALIASES
from awsenv.profiles.written import Block, append, find_blocks, format_section

_OWNER = "sso"
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
        if block.owner == _OWNER and not block.whole:
            plan.edited.append(name)
        if not known:
            continue
        if prune and complete and block.is_whole_of(_OWNER):
            plan.removed.append(name)
            del expected[block.header]
            block.take(lines)
        else:
            plan.gone.append(name)

    for account, role in _chosen(choice, names, roles):
        options = _options(choice, account, names[account], role)
        if (account, role) in standing:
            name, block = standing[account, role]
            options |= {ALIASES: block.aliases} if block.aliases else {}
            written = format_section(_OWNER, block.header, options, end)
            if block.is_whole_of(_OWNER) and block.replace(written, lines):
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
        new += [end, *format_section(_OWNER, header, options, end)]
        expected[header] = {**defaults, **options}

    plan.text = append(new, lines, end)
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
) -> tuple[set[str], dict[Role, tuple[str, Block]]]:
    """The names of all profiles, and those that stand for an account and role of ``choice``."""
    names, found = set(), {}
    for header, block in find_blocks(sections, lines).items():
        name, section = headers.profile_name(header), sections[header]
        if name is None:
            continue
        names.add(name)
        said = {option: value[0] for option, value in section.options.items()}
        of = (said.get("sso_account_id", ""), said.get("sso_role_name", ""))
        if all(of) and of not in found and _signs_in(said, choice):
            found[of] = (name, block)
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
