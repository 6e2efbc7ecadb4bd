"""Signing in, listing, and writing the profiles, with what a person sees of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from awsenv import near, settings
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.identity_center import listing as listings
from awsenv.identity_center import profile_plan, sign_in
from awsenv.identity_center.listing import Listing
from awsenv.identity_center.profile_choice import Choice
from awsenv.identity_center.profile_plan import Plan
from awsenv.identity_center.token import SsoSession
from awsenv.paths import config_file, shorten
from awsenv.profiles import production, read, write
from awsenv.profiles.profile import Profile
from awsenv.ui import changes, picker, terminal

SCOPE = "sso:account:access"
# As many names as a line holds.
_NAMED = 8


def setup(
    choice: Choice, chosen: bool, prompter: Prompter, environ: dict[str, str], dry_run: bool
) -> None:
    """Write the session of ``choice`` and its profiles; a person chooses which unless ``chosen``.
    Raises ``AwsenvError``, ``KeyboardInterrupt``; what was listed by then is written."""
    if not chosen:
        choice.accounts, choice.roles = [], []
    listing = _list_roles(choice, prompter, environ)
    if listing.names:
        choice.accounts = [one for each in choice.accounts for one in _find_accounts(each, listing)]
    if not any(listing.roles.values()) and not listing.missing:
        raise AwsenvError(
            f"{_format_session(choice)} gives you no account and no role",
            "ask whoever runs IAM Identity Center",
        )
    if not chosen:
        _choose(choice, listing, environ)
    elif not any(choice.takes(a, listing.names[a], r) for a, r in _list_pairs(listing)):
        known = ", ".join(sorted({role for _, role in _list_pairs(listing)})[:_NAMED])
        raise AwsenvError(f"no account there has the role {', '.join(choice.roles)}", known)
    _write(choice, listing, environ, dry_run, anew=True)


def sync(
    choice: Choice,
    prompter: Prompter,
    environ: dict[str, str],
    dry_run: bool,
    prune: bool,
    diff: bool = True,
) -> Plan:
    """Bring the profiles of ``choice`` up to date, as it was chosen; a ``dry_run`` shows its ``diff``. Raises ``AwsenvError``,
    ``KeyboardInterrupt``."""
    listing = _list_roles(choice, prompter, environ)
    return _write(choice, listing, environ, dry_run, prune, diff=diff)


def _list_roles(choice: Choice, prompter: Prompter, environ: dict[str, str]) -> Listing:
    where = SsoSession(
        choice.session, choice.start_url, choice.sso_region, [SCOPE] if choice.session else []
    )
    profile = Profile(where.shown, None, None)
    wanted = {part for each in choice.accounts for part in (each, each.partition("/")[0])}
    context = Context(profile, environ, prompter)
    try:
        token = sign_in.get_access_token(where, profile, context)
    except PersonNeededError as error:
        if where.name and read.sso_session(where.name, environ) is not None:
            raise
        raise PersonNeededError(error.message, "the same with --device-code, for somebody who reads this elsewhere") from None  # fmt: skip
    with _show_progress(f"roles of {_format_session(choice)}") as progress:
        try:
            return listings.list_roles(where, token, environ, wanted, progress)
        except sign_in.EndedError:
            token = sign_in.get_access_token(where, profile, context, refused=token)
            return listings.list_roles(where, token, environ, wanted, progress)


def _choose(choice: Choice, listing: Listing, environ: dict[str, str]) -> None:
    """Have a person choose, where there is a choice."""
    pairs = _list_pairs(listing)
    if len(pairs) < 2:
        return
    path = config_file(environ)
    plan = _make_plan(write.read_text(path), choice, listing, environ)
    rows = [
        [plan.names.get((account, role), ""), listing.names[account], account, role]
        for account, role in pairs
    ]
    mark = settings.read(environ).find_mark(settings.PRODUCTION)
    marks = [
        mark if production.names_production(f"{name} {called}") else None
        for name, called, *_ in rows
    ]
    titles = ("profile", "account", "ID", "role")
    # A second time it begins with what is there.
    there = [number for number, (name, *_) in enumerate(rows) if name and name not in plan.added]
    found = picker.pick("profiles", titles, rows, marks, many=True, chosen=there)
    if len(found) < len(pairs):
        choice.accounts = ["/".join(pairs[number]) for number in sorted(found)]


def _write(
    choice: Choice,
    listing: Listing,
    environ: dict[str, str],
    dry_run: bool,
    prune: bool = False,
    anew: bool = False,
    diff: bool = True,
) -> Plan:
    path = config_file(environ)
    plans: list[Plan] = []

    def edit(text: str) -> str:
        if anew:
            text = profile_plan.add_session(text, path, choice, SCOPE)
        plans.append(_make_plan(text, choice, listing, environ, prune))
        return plans[-1].text

    if dry_run:
        old = write.read_text(path)
        new = edit(old)
        if diff:
            changes.show_diff(old, new, shorten(path))
    else:
        write.change(path, edit, environ)
    _tell(plans[-1], choice, path, dry_run)
    if listing.missing:
        what = f"{len(listing.missing)} of {len(listing.missing) + len(listing.roles)} accounts are missing"
        names = _shorten_list([listing.names[account] or account for account in listing.missing])
        if listing.error is None:
            terminal.say(f"{what}: {names}; awsenv sso sync")
            raise KeyboardInterrupt
        raise AwsenvError(f"{what} ({names}): {listing.error.message}", "awsenv sso sync")
    return plans[-1]


def _make_plan(
    text: str, choice: Choice, listing: Listing, environ: dict[str, str], prune: bool = False
) -> Plan:
    taken = read.profiles(environ).keys()
    complete = not listing.missing and listing.error is None
    path = config_file(environ)
    return profile_plan.make_plan(
        text, path, choice, listing.names, listing.roles, taken, complete, prune
    )


def _tell(plan: Plan, choice: Choice, path: str, dry_run: bool) -> None:
    done = "would be " if dry_run else ""
    for names, what in (
        (plan.added, f"{done}added to {shorten(path)}"),
        (plan.changed, f"{done}changed"),
        (plan.removed, f"{done}removed"),
        (plan.edited, "left alone: you changed them"),
        (plan.gone, "gone from your accounts; awsenv sso sync --prune removes what awsenv wrote"),
    ):
        if names:
            count = f"{len(names)} profile{'s' if len(names) > 1 else ''}"
            terminal.say(f"{count} {what}: {_shorten_list(names)}")
    if not (plan.added or plan.changed or plan.removed):
        terminal.say(f"the profiles of {_format_session(choice)} are up to date")


@contextmanager
def _show_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where a person sees it."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(terminal.printable(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _list_pairs(listing: Listing) -> list[tuple[str, str]]:
    return [(account, role) for account, roles in listing.roles.items() for role in roles]


def _find_accounts(given: str, listing: Listing) -> list[str]:
    """``given`` (an ID, a name, ``ID/ROLE``) by IDs, which outlast a renaming."""
    named = [account for account, name in listing.names.items() if given == name]
    if named or given.partition("/")[0] in listing.names:
        return named or [given]
    some = f"like {', '.join(list(listing.names)[:3])}"
    raise AwsenvError(
        f"there is no account {given}", near.ask_whether(given, listing.names.values(), some)
    )


def _format_session(choice: Choice) -> str:
    return choice.session or choice.start_url


def _shorten_list(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more; awsenv list" if more > 0 else "")
