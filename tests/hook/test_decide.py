"""What ``decide`` makes of a shell, by sequences of events, without a shell."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsenv import record_file, replay
from awsenv.demo.users import new_user
from awsenv.envrc import trust, trust_check
from awsenv.hook import state
from awsenv.hook.outcome import ANSWERED, NEVER, RENEWAL, SESSION
from awsenv.variables import AWSENV_PREVIOUS
from tests.hook.model import FOLDERS, HOUR, SESSIONS, Ground, Model, Shell

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
            assert not outcome.messages  # said once
        assert shell.visible == model.visible, (what, word)
    # Whatever happened, out and off is as it was.
    shell.cd("out")
    shell.off()
    assert shell.visible == original
    assert not [n for n in shell.environ if n.startswith("AWSENV_") and n != AWSENV_PREVIOUS]


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


EDITS = st.tuples(st.sampled_from(["edit", "allow", "deny", "cut"]), st.sampled_from(["a", "b"]))


@given(steps=st.lists(STEPS | EDITS, min_size=2, max_size=14))
def test_whatever_is_edited_allowed_denied_or_cut_off(
    steps: list[tuple[str, str]], ground: Ground
) -> None:
    """``cut``: the session is to be got first, and Ctrl-C or a kill comes before it is there; then
    somebody signs in elsewhere."""
    steps = [(what, word) for what, word in steps if word != "a/repo" and word != "a/repo/deep"]
    shell, model = Shell(ground, dict(ground.environ)), Model(ground.environ)
    shell.look()
    try:
        for what, word in steps:
            envrc = ground.home / word / ".envrc"
            if what == "edit":
                envrc.write_text(envrc.read_text() + "# edited\n")
                model.refused.add(word)
            elif what == "allow":
                ground.allow(word)
                model.refused.discard(word)
            elif what == "deny":
                trust.deny(str(envrc), ground.environ)
                model.refused.add(word)
            elif what == "cut":
                os.unlink(record_file.record_path(word, ground.environ))
                entered = model.binding
                shell.cd(word)
                model.go(word)
                if model.binding not in ("", entered):
                    assert "AWS_ACCESS_KEY_ID" not in shell.visible
                    assert shell.visible["AWS_PROFILE"] == f"awsenv-no-session:{word}"
                ground.record(word)
            elif what == "cd":
                shell.folder = word
            elif what == "use":
                shell.use(word)
            elif what == "off":
                shell.off()
            shell.look()
            model.go(shell.folder)
            if what in ("use", "off"):
                model.use(word)
            assert shell.visible == model.visible, (what, word)
    finally:
        for folder in ("a", "b"):
            (ground.home / folder / ".envrc").write_text(FOLDERS[folder][0])
            ground.allow(folder)
            ground.record(folder)


def entered(ground: Ground, **environ: str) -> Shell:
    shell = Shell(ground, ground.environ | environ)
    shell.look()
    return shell


def test_the_door_closes_first(ground: Ground) -> None:
    shell = entered(ground, AWS_ACCESS_KEY_ID="AKIAMINE", AWS_ROLE_ARN="arn")
    after = 2 * HOUR  # no record answers
    shell.folder = "a"
    first = shell.look(after)
    assert (first.ask_again, first.needs) == (True, "")
    closed = dict(shell.environ)
    assert closed["AWS_PROFILE"] == "awsenv-no-session:a"
    assert not {"AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN", "AWSENV_PROFILE"} & closed.keys()
    # Interrupted here, it stays shut, and is tried again.
    second = shell.look(after)
    assert (second.needs, shell.environ) == (SESSION, closed)
    failed = shell.look(after, phase=ANSWERED)
    assert (failed.needs, failed.ask_again, shell.environ) == ("", False, closed)
    assert f"{ground.home}/.local/state/awsenv/records" in failed.watched
    # Nobody is asked again before something has changed.
    assert shell.look(after).needs == ""
    shell.folder = "out"
    shell.look(after)
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "AKIAMINE"
    assert shell.environ["AWS_ROLE_ARN"] == "arn"


@pytest.mark.parametrize(
    "name",
    ["with space", "quo'te\"s", "new\nline", "日本語", "$(touch pwned)`touch pwned`", "-dash", "percent%41", "tab\tbell\a", "b\udcffyte"],
    ids=ascii,
)  # fmt: skip
def test_a_folder_may_be_called_anything(name: str, tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    folder = ground.home / name
    folder.mkdir()
    (folder / ".envrc").write_text("use_aws a\n")
    ground.allow(name)
    shell = entered(ground)
    shell.cd(name)
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "ASIAA"
    assert shell.environ["AWSENV_DIR"] == str(folder)
    (folder / ".envrc").write_text("use_aws b\n")
    shell.look()
    assert "AWS_ACCESS_KEY_ID" not in shell.environ
    assert "is not allowed" in shell.says[0]


def test_what_the_slow_half_found_is_loaded(ground: Ground) -> None:
    shell = entered(ground)
    shell.folder = "a"
    shell.look(2 * HOUR)
    found = replay.FoundSession({"AWS_ACCESS_KEY_ID": "ASIANEW", "AWS_REGION": "n-1"}, None)
    shell.look(2 * HOUR, phase=ANSWERED, found=found)
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "ASIANEW"
    assert "AWS_PROFILE" not in shell.environ


def test_a_renewal_is_started_once_and_taken_over(ground: Ground) -> None:
    shell = entered(ground)
    outcome = shell.cd("a")
    assert (outcome.check_at, outcome.renew_before) == (
        int(ground.now) + HOUR - 600,
        int(ground.now) + HOUR,
    )
    assert outcome.background == ""
    late = HOUR - 300
    assert shell.look(late).background == "a"
    again = shell.look(late + 20)
    assert again.background == ""
    assert record_file.record_path("a", ground.environ) in again.watched
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
    assert shell.look(HOUR + 1).needs == RENEWAL
    shell.look(HOUR + 1, phase=ANSWERED)
    assert shell.environ["AWS_PROFILE"] == "awsenv-no-session:a"
    assert "AWS_ACCESS_KEY_ID" not in shell.environ
    # A choice by hand is a person's: it has ended, and is left alone.
    shell = entered(ground)
    shell.use("b")
    assert shell.look(HOUR + 1).needs == RENEWAL
    outcome = shell.look(HOUR + 1, phase=ANSWERED)
    assert (shell.environ["AWS_ACCESS_KEY_ID"], outcome.check_at, outcome.renew_before) == (
        "ASIAB",
        NEVER,
        NEVER,
    )
    assert shell.look(HOUR + 1).needs == ""


def test_an_edit_of_the_aws_files_gets_the_session_anew(ground: Ground) -> None:
    shell = entered(ground)
    shell.cd("a")
    config = ground.home / ".aws/config"
    os.utime(config, (2, 2))
    try:
        outcome = shell.look()
        assert outcome.ask_again
        assert shell.environ["AWS_PROFILE"] == "awsenv-no-session:a"
    finally:
        os.utime(config, (1, 1))
        for profile in SESSIONS:
            ground.record(profile)


def test_what_would_change_an_answer_is_watched(ground: Ground) -> None:
    shell, home = entered(ground), ground.home
    place = trust_check.mirror(f"{home}/b/evil/.envrc", ground.environ)
    # An .envrc that comes nearer than the one that counts, and a word that allows one.
    assert shell.cd("a/deep").watched[f"{home}/a/deep/.envrc"] is None
    outcome = shell.cd("b/evil")
    assert f"{home}/b/evil/.envrc" in outcome.watched
    assert outcome.watched[place] is None
    # One that was allowed before it was edited is allowed again by another word in that place.
    ground.allow("b/evil")
    (home / "b/evil/.envrc").write_text("use_aws b\n")
    try:
        assert place in shell.look().watched
    finally:
        (home / "b/evil/.envrc").write_text("use_aws a\n")
        trust.deny(f"{home}/b/evil/.envrc", ground.environ)
    # And what is loaded, with the word for it.
    shell.cd("out")
    loaded = shell.cd("a/repo")
    assert {
        f"{home}/a/repo/.envrc",
        f"{home}/a/repo/.env",
        f"{home}/a/.envrc",
    } <= loaded.watched.keys()
    assert trust_check.mirror(f"{home}/a/repo/.envrc", ground.environ) in loaded.watched


def test_another_folder_of_direnv_s_has_other_originals(ground: Ground) -> None:
    shell = entered(ground, AWS_REGION="mine-1")
    shell.use("a")
    assert state.parse(shell.kept).originals["AWS_REGION"] == "mine-1"
    shell.environ |= {"DIRENV_DIR": "-/x", "AWS_REGION": "direnv-1"}
    shell.look()
    assert state.parse(shell.kept).originals == {}
    # In a folder of our own they are the folder's still.
    shell.environ["DIRENV_DIR"] = ""
    shell.cd("b")
    before = state.parse(shell.kept).originals
    shell.environ["DIRENV_DIR"] = "-/y"
    shell.look()
    assert state.parse(shell.kept).originals == before != {}


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


def test_a_state_comes_back_as_it_was_kept() -> None:
    kept = state.State()
    kept.is_fresh, kept.folder, kept.names = False, "/a b'\n%", ["A", "B"]
    kept.originals = {"UNSET": None, "EMPTY": "", "X": "x", "ODD": "a b='\n\udcff"}
    kept.manual = {"EMPTY": "", "Y": "y z"}
    assert vars(state.parse(kept.text())) == vars(kept)


@pytest.mark.parametrize(
    "junk", ["", "x", "awsenv-1=", "awsenv-1= was.A=%zz", "folder", "a b c=%", "awsenv-1= other=1"]
)
def test_a_state_that_is_none_is_a_new_one(junk: str) -> None:
    found = state.parse(junk)
    assert found.is_fresh == (junk != "awsenv-1=")
    assert found.originals == {}


def test_a_state_that_no_variable_holds_is_none(ground: Ground) -> None:
    shell = entered(ground)
    shell.use("a")
    found = state.parse(shell.kept)
    assert found.text() == shell.kept
    found.manual = {"AWS_SESSION_TOKEN": "x" * (128 << 10)}
    assert found.text() == ""


def test_a_session_that_ended_elsewhere_is_not_renewed_as_one_from_here(tmp_path: Path) -> None:
    """ssh, a container and an old tmux bring a whole session along, under the name of a profile that is of another
    account here."""
    here, there, newer = (
        new_user("x", account).key_id for account in ("1" * 12, "2" * 12, "1" * 12)
    )
    ground = Ground(tmp_path)
    ground.record("a", here)
    shell = entered(ground)
    shell.use("a")
    came = dict(shell.environ)
    ground.record("a", newer, ground.now + HOUR)
    # From a shell of here: renewed, before it ends.
    child = Shell(ground, came)
    child.look()
    assert child.environ["AWS_ACCESS_KEY_ID"] == newer
    came = {n: v.replace(here, there) for n, v in came.items()}
    other = Shell(ground, came)
    other.look()
    assert other.environ["AWS_ACCESS_KEY_ID"] == there
    outcome = other.look(HOUR + 1)
    assert "is of another account, and has ended; awsenv use a" in outcome.messages[0]
    assert outcome.needs == ""
    assert "AWSENV_PROFILE" not in other.environ
    # Where nothing is recorded, what the profile gives tells.
    os.unlink(record_file.record_path("a", ground.environ))
    other = Shell(ground, came)
    other.look()
    assert other.look(HOUR + 1).needs == RENEWAL
    found = replay.FoundSession(
        {"AWS_ACCESS_KEY_ID": newer, "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00Z"}, None
    )
    other.look(HOUR + 1, phase=ANSWERED, found=found)
    assert "AWSENV_PROFILE" not in other.environ


def test_a_state_of_an_earlier_awsenv_is_taken_over(ground: Ground) -> None:
    """An upgrade under an open shell: what that kept says nothing of a key."""
    shell = entered(ground)
    shell.use("a")
    words = [w for w in shell.kept.split() if not w.startswith(("key=", "set.", "profile-name="))]
    shell.kept = " ".join(words)
    shell.environ["AWSENV_SET"] = shell.environ["AWSENV_SET"].rpartition(" key:")[0]
    before = shell.visible
    shell.look()
    assert shell.visible == before
    assert shell.environ["AWSENV_PROFILE"] == "a"


def test_what_was_taken_away_is_remembered(ground: Ground) -> None:
    shell = entered(ground)
    for profile in ("a", "b"):
        shell.use(profile)
        shell.environ["AWS_ACCESS_KEY_ID"] = "AKIAMINE"
        shell.look()
        assert "AWSENV_PROFILE" not in shell.environ
    kept = state.parse(shell.kept)
    assert [each.profile for each in kept.withdrawn] == ["b", "a"]
    assert state.parse(kept.text()).text() == kept.text() == shell.kept
    shell.environ["AWS_ACCESS_KEY_ID"] = "ASIAA"
    shell.look()
    assert (shell.environ["AWSENV_PROFILE"], shell.environ["AWS_SESSION_TOKEN"]) == ("a", "ta")
