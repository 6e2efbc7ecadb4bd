"""What the README and docs tell to type does what they say, each block in the shell that it is for."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.cli.app import COMMANDS
from awsenv.demo.sandbox import Sandbox, sandbox
from tests import manual
from tests.cli.test_help import GROUPS
from tests.program import awsenv, program_path
from tests.shells.real import SHELLS, clean, installed

TOP = Path(__file__).parents[2]
PAGES = [TOP / "README.md", TOP / "README.ja.md", *sorted((TOP / "docs").glob("*.md"))]
# What stands for something of the reader's own, by what a sandbox has for it.
_STARTS = ("awsenv ", "aws ", "eval ", "make ", "uv ", "uvx ", "pipx ", "docker ", "brew ")
# Lines that a test cannot run, each with the reason.
NOT_RUN = {
    "make demo": "a test of its own",
    "make test": "this",
}


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The fenced blocks: what they are of, and their text."""
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
        yield found[1], found[2]


# What two pages tell alike, but for the words behind it, is run once.
RUN = {
    re.sub(r"(?m)\s+#.*$", "", text): pytest.param(kind, text, id=f"{page.stem}-{number}-{kind}")
    for page in PAGES
    for number, (kind, text) in enumerate(blocks(page), 1)
    if kind in ("bash", "zsh", "fish", "sh")
}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """The demo's sandbox, with what the pages call org-prod, a phone that prints codes, and a person."""
    with sandbox(clean(tmp_path), Path(program_path())) as it:
        config = it.home / ".aws/config"
        text = config.read_text().replace(
            "[profile careful]\n", "[profile careful]\nmfa_process = mfa-code\n"
        )
        config.write_text(text + "[profile org-prod]\nregion = us-east-1\n")
        with (it.home / ".aws/credentials").open("a") as file:
            user = it.users["prod"]
            file.write(
                f"\n[org-prod]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
            )
        (it.home / "ghq/github.com/org").mkdir(parents=True)
        it.environ["BROWSER"] = "person"
        try:
            yield it
        finally:
            awsenv(it.home, "serve", "--stop")


def test_there_are_blocks_to_run() -> None:
    assert len(RUN) > 25


@pytest.mark.parametrize(("kind", "text"), RUN.values())
def test_a_block_does_what_it_says(kind: str, text: str, box: Sandbox) -> None:
    shell = next(each for each in SHELLS if each.name == ("dash" if kind == "sh" else kind))
    load = shell.evaluate(f"awsenv hook {kind if kind != 'sh' else 'posix'}")
    # As it is typed: line by line at a prompt, where folders load.
    start = [installed(shell.name), *shell.plain, *([] if shell.name == "fish" else ["-i"])]
    if kind == "fish":
        script = load + "\n" + "\n".join(f"{line}; or exit 9" for line in text.splitlines())
    else:
        script = f"{load}\nset -e\n{text}exit\n"
    # Signed in already, as somebody is who reads on.
    login = ["awsenv", "login", "xxx-admin"]
    subprocess.run(login, env=box.environ, cwd=box.home, capture_output=True, check=True)
    done = subprocess.run(
        start, env=box.environ | {"ZDOTDIR": str(box.home)}, cwd=box.home, input=script,
        capture_output=True, text=True, errors="replace", timeout=120, check=False, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_block_that_fails_would_be_seen(box: Sandbox) -> None:
    with pytest.raises(AssertionError):
        test_a_block_does_what_it_says("bash", "awsenv use nobody\ntrue\n", box)
    with pytest.raises(AssertionError):
        test_a_block_does_what_it_says("fish", "awsenv use nobody\ntrue\n", box)


def options(command: str) -> set[str]:
    """The options that real help knows."""
    told = awsenv(Path("/"), "help", *command.split(), COLUMNS="200").stdout
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", told))


def mentions() -> set[tuple[str, str, str]]:
    """Every ``awsenv COMMAND … --option`` in a page, wherever it stands."""
    found = set()
    names = [each for name in COMMANDS for each in GROUPS.get(name, [name])]
    for page in PAGES:
        for line in re.findall(r"awsenv [^`|\n]*", page.read_text()):
            words = re.split(r" -- |; |\)\"", line)[0]
            name = next((n for n in names if re.match(rf"awsenv {re.escape(n)}\b", words)), "")
            for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", words):
                found.add((page.name, name, option))
    return found


def test_documented_options_are_those_of_real_help() -> None:
    known = {name: options(name) for name in {name for _, name, _ in mentions() if name}}
    told = mentions()
    assert len(told) > 40
    wrong = [m for m in told if m[1] and m[2] not in known[m[1]] | {"--debug", "-h", "--help"}]
    assert wrong == []


def test_the_man_page_is_the_help() -> None:
    assert (TOP / "docs/awsenv.1").read_text() == manual.text(), "make manual"
    if shutil.which("man"):
        told = subprocess.run(
            ["man", "-l", "-Tutf8", "-P", "cat", TOP / "docs/awsenv.1"],
            capture_output=True, text=True, check=True, env=clean(Path("/")) | {"MANWIDTH": "100"},
        )  # fmt: skip
        assert "awsenv dotenv" in re.sub(".\x08", "", told.stdout)


def test_every_command_is_in_the_pages() -> None:
    text = "".join(page.read_text() for page in PAGES)
    for name in COMMANDS:
        for each in GROUPS.get(name, [name]):
            assert f"awsenv {each}" in text, each


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith(("https://", "$")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_two_set_up_commands_are_two() -> None:
    lines = [
        line.strip()
        for line in (TOP / "README.md").read_text().splitlines()
        if line.startswith("    ")
    ]
    assert [line.partition("  #")[0].strip() for line in lines] == list(NOT_RUN)
