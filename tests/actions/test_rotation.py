"""A key replaced by a new one: whatever it is cut off by, a stored key works."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from awsenv.demo.signature import RefusedError
from awsenv.demo.users import User
from awsenv.profiles import read
from tests.actions.test_keychain import THEIRS, Home, home
from tests.place import Place
from tests.shells.real import clean
from tests.tracing import kills

__all__ = ["home"]


def stored(place: Place, name: str = "key") -> User:
    """The key that profile ``name`` has in the files, as the stand-in knows it."""
    profile = read.profile(name, {"HOME": str(place.home)})
    found = place.server.sts.users.get(profile.key()[0])
    assert found, "the stored key is none that AWS knows"
    assert found.secret == profile.key()[1]
    return found


def keys_of(place: Place, user: User) -> list[str]:
    return [each.key_id for each in place.server.iam.keys(user)]


def test_the_new_key_is_stored_and_the_old_one_gone(place: Place) -> None:
    old = place.plain
    result = place.run("rotate", "key")
    assert result.returncode == 0, result.stderr
    new = stored(place)
    assert result.stderr == (
        f"awsenv: key: key {new.key_id} is stored; the old one, {old.key_id}, is deleted\n"
    )
    assert keys_of(place, old) == [new.key_id]
    done = subprocess.run(
        [sys.executable, "-c", THEIRS.format("key")],
        env=clean(place.home) | place.endpoint | {"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == old.arn
    assert place.run("status").stderr.count("rotat") == 0


def test_a_key_that_aws_knows_only_after_a_while_is_waited_for_before_it_is_stored(
    place: Place,
) -> None:
    place.server.iam.delay = 3
    assert place.run("rotate", "key").returncode == 0
    assert keys_of(place, place.plain) == [stored(place).key_id]


def test_a_key_that_aws_does_not_know_is_told_at_once(place: Place) -> None:
    del place.server.sts.users[place.plain.key_id]
    result = place.run("rotate", "key")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "AWS does not know it" in result.stderr
    assert place.server.calls == ["GetCallerIdentity"]


def test_every_profile_that_has_the_key_gets_the_new_one_and_everything_else_stays(
    place: Place,
) -> None:
    user = place.plain
    config = place.home / ".aws/config"
    more = f"# mine\n[profile twin]\n# note\nregion = eu-west-1\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
    config.write_text(config.read_text() + more)
    before = config.read_text()
    assert place.run("rotate", "twin").returncode == 0
    new = stored(place)
    assert stored(place, "twin") == new
    expected = before.replace(user.key_id, new.key_id).replace(user.secret, new.secret)
    assert config.read_text() == expected
    assert stored(place, "mfa") == place.user


def test_with_a_device_its_session_asks(place: Place) -> None:
    result = place.run("rotate", "mfa", "--mfa-code", place.code)
    assert result.returncode == 0, result.stderr
    assert keys_of(place, place.user) == [stored(place, "mfa").key_id]
    # Nobody there to be asked: nothing is touched.
    nobody = place.run("rotate", "mfa")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (3, 1)
    assert keys_of(place, place.user) == [stored(place, "mfa").key_id]


def test_the_old_key_stays_where_it_is_wanted(place: Place) -> None:
    assert "is still active" in place.run("rotate", "key", "--keep-old").stderr
    assert keys_of(place, place.plain) == [place.plain.key_id, stored(place).key_id]
    # A third is more than IAM lets a user have; what goes says the person.
    kept = stored(place)
    result = place.run("rotate", "key")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert f"awsenv rotate key --delete {place.plain.key_id}, if nobody uses it" in result.stderr
    assert stored(place) == kept
    assert place.run("rotate", "key", "--delete", "AKIANOBODYS").returncode == 1
    assert place.run("rotate", "key", "--delete", kept.key_id).returncode == 1
    assert place.run("rotate", "key", "--delete", place.plain.key_id).returncode == 0
    assert keys_of(place, place.plain) == [stored(place).key_id]
    assert stored(place) != kept


@pytest.mark.parametrize("call", range(1, 7))
def test_a_fault_at_any_call_leaves_a_stored_key_that_works_and_the_next_one_ends_it(
    place: Place, call: int
) -> None:
    # GetCallerIdentity, ListAccessKeys, CreateAccessKey, GetCallerIdentity, UpdateAccessKey, Delete.
    place.server.faults.extend([*[""] * (call - 1), *[500] * 4])
    result = place.run("rotate", "key")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1), result.stderr
    signs(place)
    again = place.run("rotate", "key")
    assert again.returncode == 0, again.stderr
    signs(place)
    assert keys_of(place, place.plain) == [stored(place).key_id]


def signs(place: Place) -> None:
    """The stored key works now."""
    told = place.run("status", "--verify", "--json", AWS_PROFILE="key")
    assert place.plain.arn in told.stdout, told.stderr
    assert stored(place).active


def test_a_kill_at_any_system_call_leaves_a_stored_key_that_works(place: Place) -> None:
    kept = place.home.with_name(f"{place.home.name}-kept")
    users = dict(place.server.sts.users)

    def reset() -> None:
        place.server.sts.users.clear()
        place.server.sts.users.update(users)

    for call in kills(place.home, kept, ("rotate", "key"), reset, **place.endpoint):
        assert stored(place).active
        unfinished = len(keys_of(place, place.plain)) > 1
        if unfinished and keys_of(place, place.plain)[0] == place.plain.key_id:
            told = place.run("status", AWS_PROFILE="key").stderr
            assert "awsenv rotate key" in told, call
        again = place.run("rotate", "key")
        assert again.returncode == 0, (call, again.stderr)
        assert keys_of(place, place.plain) == [stored(place).key_id], call


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "role_arn = arn:aws:iam::777788889999:role/a\nsource_profile = key\n",
            "awsenv rotate key",
        ),
        ("credential_process = true\n", "awsenv list --kind key"),
        ("region = eu-west-1\n", "awsenv list --kind key"),
    ],
)
def test_a_profile_without_a_key_of_its_own_is_told_so(place: Place, text: str, hint: str) -> None:
    place.config(f"[profile other]\n{text}")
    result = place.run("rotate", "other")
    assert result.returncode == 1
    assert result.stderr.endswith(f"; {hint}\n")
    assert place.server.calls == []


def test_a_key_that_was_made_and_whose_answer_got_lost_is_known_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam, create = place.server.iam, place.server.iam._create_access_key

    def lose(user: User, parameters: Mapping[str, str]) -> str:
        create(user, parameters)
        raise RefusedError("ServiceFailure", "lost", 503)

    monkeypatch.setattr(iam, "_create_access_key", lose)
    assert place.run("rotate", "key").returncode == 1
    monkeypatch.setattr(iam, "_create_access_key", create)
    assert len(keys_of(place, place.plain)) == 2
    result = place.run("rotate", "key")
    assert result.returncode == 0, result.stderr
    assert keys_of(place, place.plain) == [stored(place).key_id]


def test_a_key_that_somebody_else_made_is_not_taken_for_ours(place: Place) -> None:
    place.server.iam.denied.add("CreateAccessKey")
    place.server.faults.extend(["", "", "", *[500] * 4])  # the listing after the refusal
    assert place.run("rotate", "key").returncode == 1
    other = replace(place.plain, key_id="AKIAOTHER", created=time.time() - 3600)
    place.server.sts.users[other.key_id] = other
    place.server.iam.denied.clear()
    result = place.run("rotate", "key")
    assert "awsenv rotate key --delete AKIAOTHER, if nobody uses it" in result.stderr
    assert len(keys_of(place, place.plain)) == 2


def test_two_at_once_are_one_rotation(place: Place) -> None:
    place.server.slow = 0.3
    command = [sys.executable, "-m", "awsenv", "rotate", "key"]
    environ = clean(place.home) | place.endpoint
    both = [
        subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = sorted(each.communicate(timeout=120)[1] for each in both)
    assert [each.returncode for each in both] == [0, 0], told
    assert place.server.calls.count("CreateAccessKey") == 1
    assert any("was rotated just now, elsewhere" in each for each in told)


def test_a_policy_that_forbids_it_is_one_line_and_leaves_no_note(place: Place) -> None:
    place.server.iam.denied.add("CreateAccessKey")
    result = place.run("rotate", "key")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "AccessDenied" in result.stderr
    assert "rotat" not in place.run("status", AWS_PROFILE="key").stderr


def test_a_shell_that_has_the_old_key_is_told(place: Place) -> None:
    result = place.run("rotate", "key", AWS_ACCESS_KEY_ID=place.plain.key_id)
    assert 'this shell has the old one; eval "$(awsenv use key)"' in result.stderr


def test_a_key_in_the_keychain_is_rotated_there(home: Home) -> None:
    place = home.place
    assert home.run("keychain", "import", "key").returncode == 0
    result = home.run("rotate", "key")
    assert result.returncode == 0, result.stderr
    (new,) = place.server.iam.keys(place.plain)
    assert new.key_id != place.plain.key_id
    assert home.run("keychain", "list").stdout == f"key\t{new.key_id}\n"
    assert home.theirs([sys.executable, "-c", THEIRS.format("key")]) == new.arn
    assert home.holding(new.secret) == []
    assert place.plain.secret not in home.run("keychain", "export", "key").stdout
    assert stored(place) == new


def test_a_new_key_is_no_key_for_the_stand_in_before_it_is_known(place: Place) -> None:
    """The control of what is waited for."""
    late = replace(place.plain, known_from=float("inf"))
    place.server.sts.users[late.key_id] = late
    result = place.run("status", "--verify", AWS_PROFILE="key")
    assert "AWS does not know it" in result.stderr
