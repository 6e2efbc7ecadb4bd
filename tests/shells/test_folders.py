"""The hook loads an allowed folder on `cd`, and unloads it on leaving: what was there comes back."""

from typing import Any

import pytest

from tests.shells.ground import Ground
from tests.shells.real import Shell


def visible(text: str) -> list[str]:
    """The lines of awsenv's in what a terminal showed."""
    return [line[line.index("awsenv: ") :] for line in text.splitlines() if "awsenv: " in line]


def but_for_previous(values: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """``values`` without the name that ``use -`` goes back to."""
    return {name: value for name, value in values.items() if name != b"AWSENV_PREVIOUS"}


def test_each_prompt_has_the_environment_of_its_folder(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    assert visible(shell.typed(f"cd {ground.a}/repo")) == [
        "awsenv: org-a, account 777788880000, a-1"
    ]
    inside = shell.environment()
    assert ground.who(inside) == "a"
    assert (inside[b"AWS_REGION"], inside[b"AWSENV_PROFILE"]) == (b"a-1", b"org-a")
    assert inside[b"AWSENV_DIR"] == str(ground.a).encode()
    assert visible(shell.typed("cd ..")) == []  # the same binding
    assert ground.who(shell.environment()) == "a"
    assert visible(shell.typed(f"cd {ground.b}/repo")) == [
        "awsenv: org-b, account 777788881111, b-1"
    ]
    assert ground.who(shell.environment()) == "b"
    assert visible(shell.typed("cd -")) == ["awsenv: org-a, account 777788880000, a-1"]
    assert shell.environment() == inside
    assert visible(shell.typed("cd")) == ["awsenv: left org-a"]
    assert shell.environment() == outside


def test_what_was_there_before_comes_back(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(
        hooked, AWS_ACCESS_KEY_ID="AKIAMINE", AWS_PROFILE="mine", AWS_ROLE_ARN="arn"
    )
    outside = shell.environment()
    shell.typed(f"cd {ground.a}")
    inside = shell.environment()
    assert ground.who(inside) == "a"
    assert b"AWS_PROFILE" not in inside
    shell.typed("cd")
    assert shell.environment() == outside


def test_a_choice_by_hand_outside_comes_back(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    shell.typed("awsenv use org-b --region by-hand-1")
    by_hand = shell.environment()
    assert (ground.who(by_hand), by_hand[b"AWS_REGION"]) == ("b", b"by-hand-1")
    shell.typed(f"cd {ground.a}/repo")
    assert ground.who(shell.environment()) == "a"
    assert visible(shell.typed("cd")) == ["awsenv: left org-a, back to org-b"]
    assert shell.environment() == by_hand
    shell.typed("awsenv off")
    assert ground.who(shell.environment()) == ""


def test_a_choice_by_hand_inside_lasts_until_the_binding_changes(
    ground: Ground, hooked: Shell
) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"cd {ground.a}")
    shell.typed("awsenv use key")
    shell.typed("cd repo")
    assert ground.who(shell.environment()) == "key"
    shell.typed(f"cd {ground.b}")
    assert ground.who(shell.environment()) == "b"
    shell.typed("awsenv use key")
    shell.typed("cd")
    assert but_for_previous(shell.environment()) == outside
    shell.typed(f"cd {ground.a}")
    shell.typed("awsenv off")
    assert ground.who(shell.environment()) == ""
    shell.typed("cd")
    assert but_for_previous(shell.environment()) == outside


def test_a_choice_by_hand_behind_a_cd_on_one_line_is_made_inside(
    ground: Ground, hooked: Shell
) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"cd {ground.a}; awsenv use key")
    assert ground.who(shell.environment()) == "key"
    shell.typed("cd")
    assert but_for_previous(shell.environment()) == outside


def test_use_dash_goes_back_to_a_choice_and_not_to_a_folder(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    shell.typed("awsenv use key")
    shell.typed("awsenv use org-b")
    shell.typed(f"cd {ground.a}")
    shell.typed("cd")
    shell.typed("awsenv use -")
    assert ground.who(shell.environment()) == "key"


def test_a_nested_envrc_decides_for_itself(ground: Ground, hooked: Shell) -> None:
    (ground.a / "repo/.env").write_text(
        "STAGE=dev\nAWS_REGION=env-1\nAWS_SECRET_ACCESS_KEY=not-mine\n"
    )
    ground.envrc(ground.a / "repo", "source_up\ndotenv\n")
    (ground.a / "plain").mkdir()
    ground.envrc(ground.a / "plain", "# nothing\n")
    shell = ground.shell(hooked)
    shell.typed("cd " + str(ground.a))
    inside = shell.environment()
    shell.typed("cd repo")
    repo = shell.environment()
    assert (ground.who(repo), repo[b"STAGE"], repo[b"AWS_REGION"]) == ("a", b"dev", b"env-1")
    shell.typed("cd ..")
    assert shell.environment() == inside
    shell.typed("cd plain")
    assert ground.who(shell.environment()) == ""
    shell.typed("cd ..")
    assert shell.environment() == inside


def test_a_folders_variables_are_put_back_as_they_were(ground: Ground, hooked: Shell) -> None:
    (ground.a / ".env").write_text(
        "STAGE=dev\nexport QUOTED='its $HOME'\nTWO=\"x\\ny\"\nEMPTY=\nREF=${STAGE}-1\n"
    )
    ground.envrc(ground.a, "use_aws org-a\ndotenv\n")
    shell = ground.shell(hooked, STAGE="mine")
    outside = shell.environment()
    shell.typed(f"cd {ground.a}")
    inside = shell.environment()
    assert inside[b"STAGE"] == b"dev"
    assert (inside[b"TWO"], inside[b"EMPTY"], inside[b"REF"]) == (b"x\ny", b"", b"dev-1")
    shell.typed("cd")
    assert shell.environment() == outside


def test_an_envrc_that_is_not_allowed_unloads_the_one_above_and_says_so_once(
    ground: Ground, hooked: Shell
) -> None:
    (ground.a / "repo/.envrc").write_text("use_aws key\n")
    (ground.a / "repo/deep").mkdir()
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"cd {ground.a}")
    told = visible(shell.typed("cd repo"))
    assert told == [
        "awsenv: ~/ghq/github.com/a/repo/.envrc is not allowed, so nothing is loaded; awsenv allow"
    ]
    assert shell.environment() == outside
    assert visible(shell.typed("cd deep")) == []
    # Allowed in this shell, it is loaded at the next prompt.
    assert visible(shell.typed("awsenv allow"))[-1] == "awsenv: key, k-1"
    assert ground.who(shell.environment()) == "key"
    assert visible(shell.typed("awsenv deny"))[0] == (
        "awsenv: ~/ghq/github.com/a/repo/.envrc is no longer allowed"
    )
    assert ground.who(shell.environment()) == ""


def test_what_is_changed_under_a_shell_is_seen_at_its_next_prompt(
    ground: Ground, hooked: Shell
) -> None:
    env = ground.a / "repo/.env"
    env.write_text("STAGE=dev\n")
    path = ground.envrc(ground.a / "repo", "use_aws org-a\ndotenv\n")
    shell = ground.shell(hooked, cwd=ground.a / "repo")
    assert ground.who(shell.environment()) == "a"
    path.write_text("use_aws org-b\ndotenv\n")
    assert "is not allowed" in shell.typed("true")
    assert ground.who(shell.environment()) == ""
    ground.run("allow", str(path))  # in another shell
    shell.typed("true")
    assert ground.who(shell.environment()) == "b"
    env.write_text("STAGE=prod\n")
    assert "is not allowed" in shell.typed("true")
    ground.run("allow", str(path))
    shell.typed("true")
    assert shell.environment()[b"STAGE"] == b"prod"
    ground.run("deny", str(path))
    shell.typed("true")
    assert ground.who(shell.environment()) == ""


def test_a_dotenv_that_awsenv_keeps_up_to_date_stays_allowed(ground: Ground, hooked: Shell) -> None:
    (ground.a / ".env").write_text("STAGE=dev\n")
    ground.envrc(ground.a, "use_aws org-a\ndotenv\n")
    assert ground.run("dotenv", "org-b", "-o", str(ground.a / ".env")).returncode == 0
    shell = ground.shell(hooked, cwd=ground.a)
    inside = shell.environment()
    assert (ground.who(inside), inside[b"STAGE"], inside[b"AWS_REGION"]) == ("a", b"dev", b"a-1")
    assert ground.run("dotenv", "org-a", "-o", str(ground.a / ".env")).returncode == 0
    assert "not allowed" not in shell.typed("true")
    assert ground.who(shell.environment()) == "a"


def test_a_plain_key_is_loaded_too_and_is_in_no_file_of_ours(ground: Ground, hooked: Shell) -> None:
    folder = ground.home / "keys"
    folder.mkdir()
    assert ground.run("link", "key", str(folder)).returncode == 0
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"cd {folder}")
    assert ground.who(shell.environment()) == "key"
    shell.typed("cd")
    assert shell.environment() == outside
    ours = (ground.home / ".local").rglob("*")
    assert not any(ground.plain.secret.encode() in f.read_bytes() for f in ours if f.is_file())


def test_the_options_of_use_aws_count(ground: Ground, hooked: Shell) -> None:
    for name, options in (
        ("region", "--region far-1"),
        ("account", "--account 777788880000"),
        ("wrong", "--account 111111111111"),
        ("only", "--profile-only"),
    ):
        (ground.home / name).mkdir()
        ground.envrc(ground.home / name, f"use aws org-a {options}\n")
    shell = ground.shell(hooked)
    shell.typed("cd ~/region")
    inside = shell.environment()
    assert (ground.who(inside), inside[b"AWS_REGION"], inside[b"AWS_DEFAULT_REGION"]) == (
        "a",
        b"far-1",
        b"far-1",
    )
    shell.typed("cd ~/account")
    assert ground.who(shell.environment()) == "a"
    assert "org-a is of account 777788880000, not 111111111111" in shell.typed("cd ~/wrong")
    closed = shell.environment()
    assert closed[b"AWS_PROFILE"] == b"awsenv-no-session:org-a"
    assert ground.who(closed) == ""
    shell.typed("cd ~/only")
    only = shell.environment()
    assert (only[b"AWS_PROFILE"], ground.who(only)) == (b"org-a", "")


def test_a_folder_whose_session_cannot_be_had_acts_as_nobody(ground: Ground, hooked: Shell) -> None:
    folder = ground.home / "careful"
    folder.mkdir()
    ground.run("link", "mfa", str(folder))
    mine: dict[str, Any] = {
        "AWS_ACCESS_KEY_ID": "AKIAMINE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_ROLE_ARN": "arn",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/x",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1",
        "AWS_SECURITY_TOKEN": "t",
        "AWS_DEFAULT_PROFILE": "d",
    }
    shell = ground.shell(hooked, **mine)
    outside = shell.environment()
    assert "awsenv login mfa" in shell.typed(f"cd {folder}")
    closed = shell.environment()
    assert not {name.encode() for name in mine} & closed.keys()
    assert closed[b"AWS_PROFILE"] == b"awsenv-no-session:mfa"
    shell.typed("cd")
    assert shell.environment() == outside
    # Signed in in this shell, the folder is open: by the record, which is kept where the files have settled.
    ground.settle()
    shell.typed(f"cd {folder}")
    assert ground.careful.device
    shell.typed(f"awsenv login mfa --mfa-code {ground.careful.device.code()}")
    inside = shell.environment()
    assert ground.who(inside) == "careful" or inside[b"AWSENV_PROFILE"] == b"mfa"
    assert b"AWS_PROFILE" not in inside
    shell.typed("cd")
    assert shell.environment() == outside


# One with all that a careless quote, a glob, an option parser or a percent-decoder would trip over. What
# the program makes of other names is tried on it alone, in tests/hook/test_decide.py.
NASTY_NAME = "-n 'q\"$(touch pwned)`touch pwned`\n日本語 %41\t\a*"


def test_a_folder_may_be_called_anything(ground: Ground, hooked: Shell) -> None:
    folder = ground.a / NASTY_NAME
    folder.mkdir()
    (folder / ".env").write_text("STAGE=dev\n")
    ground.envrc(folder, "source_up\ndotenv_if_exists .env\n")
    (ground.home / "names").write_text(str(folder))
    shell = ground.shell(hooked, cwd=ground.home)
    outside = shell.environment()
    go = f"cd {ground.a}; cd ./*" + {"fish": ""}.get(hooked.name, "")
    (ground.a / "repo").rmdir()
    shell.typed(go)
    inside = shell.environment()
    assert (ground.who(inside), inside.get(b"STAGE")) == ("a", b"dev")
    shell.typed("cd")
    assert shell.environment() == outside
    (folder / ".envrc").write_text("changed\n")
    told = shell.typed(go)
    assert "is not allowed" in told
    assert "\a" not in visible(told)[0]
    assert not (ground.home / "pwned").exists()
    assert not (folder / "pwned").exists()


def test_a_linked_repo_acts_as_the_folder_that_it_lies_in(ground: Ground, hooked: Shell) -> None:
    (ground.home / "link").symlink_to(ground.a / "repo")
    (ground.home / "ghq2").symlink_to(ground.home / "ghq")
    shell = ground.shell(hooked)
    shell.typed("cd ~/ghq2/github.com/b")
    shell.typed("cd ~/link")
    assert ground.who(shell.environment()) == "a"
    assert str(ground.home / "link") in shell.typed("pwd")
    shell.typed("cd -")
    assert ground.who(shell.environment()) == "b"
    assert ground.run("link", "key", str(ground.home / "ghq2/github.com/b")).returncode == 0
    shell.typed("cd ~/ghq/github.com/b")
    assert ground.who(shell.environment()) == "key"


def test_a_folder_that_is_deleted_or_renamed_under_a_shell(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"cd {ground.a}/repo")
    (ground.a / "repo").rmdir()
    shell.typed("true")
    shell.typed("cd")
    assert shell.environment() == outside
    ground.b.rename(ground.hosts / "c")
    assert "is not allowed" in shell.typed(f"cd {ground.hosts}/c")
    assert shell.environment() == outside


def test_sixty_quick_changes(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    lines = "\n".join(f"cd {(ground.a, ground.b)[n % 2]}/repo" for n in range(60))
    file = ground.home / "changes"
    file.write_text(lines + "\n")
    shell.typed("\n".join(lines.splitlines()[:10]))
    shell.typed(f". {file}")
    assert ground.who(shell.environment()) == "b"
    shell.typed("cd")
    assert shell.environment() == outside


def test_pushd_and_popd(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"pushd {ground.a}")
    assert ground.who(shell.environment()) == "a"
    shell.typed(f"pushd {ground.b}")
    assert ground.who(shell.environment()) == "b"
    shell.typed("popd")
    assert ground.who(shell.environment()) == "a"
    shell.typed("popd")
    assert shell.environment() == outside


def test_it_is_right_at_once_where_the_shell_can_tell(ground: Ground, hooked: Shell) -> None:
    if hooked.name == "bash":
        pytest.skip("bash has no event for it: at the next prompt")
    shell = ground.shell(hooked)
    assert "it is org-a" in shell.typed(f"cd {ground.a}; echo it is $AWSENV_PROFILE")
    shell.typed("cd")
    if hooked.name == "zsh":
        assert "it is org-a" in shell.typed(f"(cd {ground.a}; echo it is $AWSENV_PROFILE)")


def test_a_child_shell_unloads_what_it_was_started_with(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked, AWS_REGION="mine")
    shell.typed(f"cd {ground.a}")
    inside = shell.environment()
    # A new window of tmux that was started from the folder, standing at home.
    inherited: Any = {name.decode(): value.decode() for name, value in inside.items()}
    window = ground.shell(hooked, cwd=ground.home, **inherited)
    left = window.environment()
    assert not [
        name
        for name in left
        if name.startswith((b"AWS_", b"AWSENV_")) and name != b"AWS_ENDPOINT_URL"
    ]
    # One that stands inside goes on, and off takes it away.
    window = ground.shell(hooked, cwd=ground.a, **inherited)
    assert ground.who(window.environment()) == "a"
    window.typed("awsenv use key")
    assert ground.who(window.environment()) == "key"
    window.typed("awsenv off")
    assert ground.who(window.environment()) == ""


def test_the_line_can_be_silenced(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked, AWSENV_QUIET="1")
    assert visible(shell.typed(f"cd {ground.a}")) == []
    assert ground.who(shell.environment()) == "a"


def test_loaded_twice_is_loaded_once(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed("awsenv use key")
    by_hand = shell.environment()
    shell.typed(f"cd {ground.a}")
    shell.typed(hooked.evaluate(f"command awsenv hook {hooked.name}"))
    assert ground.who(shell.environment()) == "a"
    shell.typed("cd")
    assert shell.environment() == by_hand
    shell.typed("awsenv off")
    after = shell.environment()
    assert but_for_previous(after) == outside


def test_a_readonly_variable_is_left_and_named(ground: Ground, hooked: Shell) -> None:
    if not hooked.can("a readonly variable"):
        pytest.skip("fish has no readonly variables")
    (ground.a / ".env").write_text("STAGE=dev\nOTHER=1\n")
    ground.envrc(ground.a, "use_aws org-a\ndotenv\n")
    shell = ground.shell(hooked)
    shell.typed("readonly STAGE=mine; export STAGE")
    assert "STAGE is readonly in this shell and stays as it is" in shell.typed(f"cd {ground.a}")
    inside = shell.environment()
    assert (ground.who(inside), inside[b"STAGE"], inside[b"OTHER"]) == ("a", b"mine", b"1")
    shell.typed("cd")
    assert b"OTHER" not in shell.environment()
