"""What ``decide`` makes of a shell, by sequences of events, without a shell."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsenv import environment, records, replay
from awsenv.folders import trust
from awsenv.hook import env, state
from awsenv.hook.outcome import FAR, RENEWAL, SESSION, Got, Outcome

HOUR = 3600
# What each profile's session sets.
SESSIONS = {
    "a": {"AWS_ACCESS_KEY_ID": "ASIAA", "AWS_SECRET_ACCESS_KEY": "a", "AWS_SESSION_TOKEN": "ta",
          "AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "a-1"},
    "b": {"AWS_ACCESS_KEY_ID": "ASIAB", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "tb",
          "AWS_MAX_ATTEMPTS": "9"},
}  # fmt: skip
# The folders with an .envrc, what it says, and whether it is allowed.
FOLDERS = {
    "a": ("use_aws a\n", True),
    "a/repo": ("source_up\ndotenv\n", True),
    "b": ("use_aws b\n", True),
    "plain": ("# nothing\n", True),
    "b/evil": ("use_aws a\n", False),
}
BOUND = {"a": "a", "a/repo": "a", "b": "b", "plain": ""}
ENV = {"STAGE": "dev", "AWS_REGION": "env-1"}


class Ground:
    """A home with bound folders, and records that live for an hour from ``now`` on."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"HOME": str(home), "PATH": "/usr/bin"}
        (home / ".aws").mkdir()
        for name in ("config", "credentials"):
            (home / ".aws" / name).touch()
            os.utime(home / ".aws" / name, (1, 1))
        self.now = time.time()
        for profile in SESSIONS:
            self.record(profile)
        for folder, (text, allowed) in FOLDERS.items():
            place = home / folder
            place.mkdir(exist_ok=True)
            (place / ".envrc").write_text(text)
            if folder == "a/repo":
                (place / ".env").write_text("STAGE=dev\nAWS_REGION=env-1\n")
            if allowed:
                self.allow(folder)
        for folder in ("out", "a/deep", "a/repo/deep"):
            (home / folder).mkdir()

    def allow(self, folder: str) -> None:
        path = str(self.home / folder / ".envrc")
        trust.allow(path, trust.derived(path), self.environ)

    def record(self, profile: str, key: str = "", start: float = 0) -> None:
        """A session of ``profile``, for an hour from ``start`` on; to be renewed ten minutes before."""
        end = int(start or self.now) + HOUR
        fields = {"profile": profile, "kind": "role", "expires": str(end), "renew": str(end - 600)}
        fields["env.HOME"] = str(self.home)
        for name in ("config", "credentials"):
            path = self.home / ".aws" / name
            fields |= {f"{name}.path": str(path), f"{name}.stamp": replay.stamp(path.stat())}
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
        session = SESSIONS[profile] | {"AWS_CREDENTIAL_EXPIRATION": text}
        if key:
            session["AWS_ACCESS_KEY_ID"] = key
        records.write(replay.record_path(profile, self.environ), fields | session)


class Shell:
    """A shell that does what it is told, and has nobody's help."""

    def __init__(self, ground: Ground, environ: dict[str, str], folder: str = "out") -> None:
        self.ground = ground
        self.environ = environ
        self.kept = ""
        self.folder = folder
        self.says: list[str] = []

    def look(self, after: float = 0, got: Got | str = "", slow_too: bool = True) -> Outcome:
        outcome = env.decide(
            dict(self.environ),
            state.parse(self.kept),
            str(self.ground.home / self.folder),
            self.ground.now + after,
            got=got,
            slow_too=slow_too,
        )
        self._become(outcome)
        return outcome

    def _become(self, outcome: Outcome) -> None:
        self.environ = outcome.shell.environ
        self.kept = outcome.shell.state.text()
        assert "'" not in self.kept
        self.says = outcome.says

    def cd(self, folder: str) -> Outcome:
        self.folder = folder
        return self.look()

    def use(self, profile: str) -> None:
        outcome = self.look(slow_too=False)
        found = replay.session(replay.Request("use", profile), self.environ, self.ground.now)
        assert found
        change = environment.enter(profile, found.variables, self.environ)
        env.choose(outcome, change, self.ground.now)
        self._become(outcome)

    def off(self) -> None:
        outcome = self.look(slow_too=False)
        env.choose(outcome, environment.leave(self.environ), self.ground.now)
        self._become(outcome)

    @property
    def visible(self) -> dict[str, str]:
        """What it exports, but for awsenv's own names and ends."""
        return {
            name: value
            for name, value in self.environ.items()
            if not name.startswith("AWSENV_") and name != "AWS_CREDENTIAL_EXPIRATION"
        }


class Model:
    """What a person expects, in the fewest words: the original, a session over it, a folder's own."""

    def __init__(self, original: dict[str, str]) -> None:
        self.original = original
        self.binding = ""  # the folder, empty outside
        self.hand = ""  # chosen outside
        self.inside: str | None = None  # chosen inside; "" for off

    def go(self, folder: str) -> None:
        binding = next(
            (f for f in sorted(FOLDERS, key=len, reverse=True) if f"{folder}/".startswith(f"{f}/")),
            "",
        )
        binding = "" if binding == "b/evil" else binding
        if binding != self.binding:
            self.binding, self.inside = binding, None

    def use(self, profile: str) -> None:
        if self.binding:
            self.inside = profile
        else:
            self.hand = profile

    @property
    def visible(self) -> dict[str, str]:
        found = dict(self.original)
        own = ENV if self.binding == "a/repo" else {}
        bound = BOUND.get(self.binding, "")
        profile = self.inside if self.inside is not None else bound or self.hand
        layers = [SESSIONS.get(profile, {}), own]
        if self.inside is not None:
            layers.reverse()
        if profile:
            for name in environment.KEYS:
                found.pop(name, None)
        for layer in layers:
            found |= layer
        return found


STEPS = st.one_of(
    st.sampled_from(["out", "a", "a/deep", "a/repo", "a/repo/deep", "b", "b/evil", "plain"]).map(
        lambda folder: ("cd", folder)
    ),
    st.sampled_from(["a", "b"]).map(lambda profile: ("use", profile)),
    st.just(("off", "")),
    st.just(("look", "")),
)
MINE = {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_SECRET_ACCESS_KEY": "m", "AWS_REGION": "mine-1",
        "AWS_PROFILE": "mine", "AWS_VAULT": "mine", "STAGE": "mine"}  # fmt: skip


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with TemporaryDirectory() as folder:
        yield Ground(Path(folder).resolve())


@settings(max_examples=max(400, settings().max_examples))
@given(steps=st.lists(STEPS, min_size=1, max_size=14), mine=st.booleans())
def test_each_step_leaves_what_a_person_expects(
    steps: list[tuple[str, str]], mine: bool, ground: Ground
) -> None:
    original = ground.environ | (MINE if mine else {})
    shell, model = Shell(ground, dict(original)), Model(original)
    shell.look()
    for what, word in steps:
        if what == "cd":
            model.go(word)
            shell.cd(word)
        elif what == "use":
            model.use(word)
            shell.use(word)
        elif what == "off":
            model.use("")
            shell.off()
        else:
            outcome = shell.look()
            assert not outcome.says  # said once
        assert shell.visible == model.visible, (what, word)
    # Whatever happened, out and off is as it was.
    shell.cd("out")
    shell.off()
    assert shell.visible == original
    assert not [n for n in shell.environ if n.startswith("AWSENV_") and n != environment.PREVIOUS]


@given(steps=st.lists(STEPS, max_size=6), after=st.lists(STEPS, max_size=6))
def test_a_child_shell_acts_as_its_folder_says_and_leaves_nothing(
    steps: list[tuple[str, str]], after: list[tuple[str, str]], ground: Ground
) -> None:
    shell = Shell(ground, ground.environ | {"STAGE": "mine", "PATH": "/mine"})
    for what, word in steps:
        getattr(shell, what)(*filter(None, [word]))
    child = Shell(ground, dict(shell.environ), shell.folder)
    child.look()
    for what, word in after:
        getattr(child, what)(*filter(None, [word]))
    child.cd("out")
    child.cd("a")
    assert child.visible["AWS_ACCESS_KEY_ID"] == "ASIAA"
    child.cd("out")
    child.off()
    assert {n for n in child.visible if n.startswith("AWS_")} == set()
    assert child.environ["PATH"] == "/mine"


def entered(ground: Ground, **environ: str) -> Shell:
    shell = Shell(ground, ground.environ | environ)
    shell.look()
    return shell


def test_the_door_closes_first(ground: Ground) -> None:
    shell = entered(ground, AWS_ACCESS_KEY_ID="AKIAMINE", AWS_ROLE_ARN="arn")
    after = 2 * HOUR  # no record answers
    shell.folder = "a"
    first = shell.look(after)
    assert (first.again, first.slow) == (True, "")
    closed = dict(shell.environ)
    assert closed["AWS_PROFILE"] == "awsenv-no-session:a"
    assert not {"AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN", "AWSENV_PROFILE"} & closed.keys()
    # Interrupted here, it stays shut, and is tried again.
    second = shell.look(after)
    assert (second.slow, shell.environ) == (SESSION, closed)
    failed = shell.look(after, got=None)
    assert (failed.slow, failed.again, shell.environ) == ("", False, closed)
    assert f"{ground.home}/.local/state/awsenv/records" in failed.files
    # Nobody is asked again before something has changed.
    assert shell.look(after).slow == ""
    shell.folder = "out"
    shell.look(after)
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "AKIAMINE"
    assert shell.environ["AWS_ROLE_ARN"] == "arn"


def test_what_the_slow_half_found_is_loaded(ground: Ground) -> None:
    shell = entered(ground)
    shell.folder = "a"
    shell.look(2 * HOUR)
    found = replay.Found({"AWS_ACCESS_KEY_ID": "ASIANEW", "AWS_REGION": "n-1"}, None)
    shell.look(2 * HOUR, got=found)
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "ASIANEW"
    assert "AWS_PROFILE" not in shell.environ


def test_a_renewal_is_started_once_and_taken_over(ground: Ground) -> None:
    shell = entered(ground)
    outcome = shell.cd("a")
    assert (outcome.due, outcome.limit) == (int(ground.now) + HOUR - 600, int(ground.now) + HOUR)
    assert outcome.background == ""
    late = HOUR - 300
    assert shell.look(late).background == "a"
    again = shell.look(late + 20)
    assert again.background == ""
    assert replay.record_path("a", ground.environ) in again.files
    shell.environ["AWS_REGION"] = "by-hand-1"
    try:
        ground.record("a", "ASIARENEWED", ground.now + late)
        shell.look(late + 30)
        assert shell.environ["AWS_ACCESS_KEY_ID"] == "ASIARENEWED"
        assert shell.environ["AWS_REGION"] == "by-hand-1"
    finally:
        ground.record("a")


def test_past_the_end_it_is_renewed_now_or_the_folder_acts_as_nobody(ground: Ground) -> None:
    shell = entered(ground, AWS_ACCESS_KEY_ID="AKIAMINE")
    shell.cd("a")
    assert shell.look(HOUR + 1).slow == RENEWAL
    shell.look(HOUR + 1, got=None)
    assert shell.environ["AWS_PROFILE"] == "awsenv-no-session:a"
    assert "AWS_ACCESS_KEY_ID" not in shell.environ
    # A choice by hand is a person's: it has ended, and is left alone.
    shell = entered(ground)
    shell.use("b")
    assert shell.look(HOUR + 1).slow == RENEWAL
    outcome = shell.look(HOUR + 1, got=None)
    assert (shell.environ["AWS_ACCESS_KEY_ID"], outcome.due, outcome.limit) == ("ASIAB", FAR, FAR)
    assert shell.look(HOUR + 1).slow == ""


def test_an_edit_of_the_aws_files_gets_the_session_anew(ground: Ground) -> None:
    shell = entered(ground)
    shell.cd("a")
    config = ground.home / ".aws/config"
    os.utime(config, (2, 2))
    try:
        outcome = shell.look()
        assert outcome.again
        assert shell.environ["AWS_PROFILE"] == "awsenv-no-session:a"
    finally:
        os.utime(config, (1, 1))
        for profile in SESSIONS:
            ground.record(profile)


HOSTILE = (
    {"AWSENV_VARS": "PATH HOME", "AWSENV_DIR": "/"},
    {"AWSENV_VARS": "a[$(touch pwned)] PATH", "AWSENV_DIR": "relative"},
    {"AWSENV_SET": "PATH HOME a[$(touch pwned)]", "AWSENV_PROFILE": "x"},
    {"AWSENV_DIR": "/etc/$(touch pwned)", "AWSENV_SET": "$(touch pwned)"},
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_hostile_parent_is_unset_or_believed(
    hostile: dict[str, str], ground: Ground
) -> None:
    shell = entered(ground, **hostile)
    assert shell.environ["PATH"] == "/usr/bin"
    assert shell.environ["HOME"] == str(ground.home)
    assert not {"AWSENV_DIR", "AWSENV_VARS"} & shell.environ.keys()
    shell.cd("a")
    shell.cd("out")
    shell.off()
    assert (shell.environ["PATH"], shell.environ["HOME"]) == ("/usr/bin", str(ground.home))


@pytest.mark.parametrize("junk", ["", "x", "awsenv-1=", "awsenv-1= was.A=%zz", "folder", "a b c=%"])
def test_a_state_that_is_none_is_a_new_one(junk: str) -> None:
    found = state.parse(junk)
    assert found.new == (junk != "awsenv-1=")
    assert found.was == {}


def test_a_state_that_no_variable_holds_is_none(ground: Ground) -> None:
    shell = entered(ground)
    shell.use("a")
    found = state.parse(shell.kept)
    assert found.text() == shell.kept
    found.hand = {"AWS_SESSION_TOKEN": "x" * (128 << 10)}
    assert found.text() == ""
