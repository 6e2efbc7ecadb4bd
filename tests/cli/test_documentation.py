"""What the README and docs tell to type does what they say, each block in the shell that it is for."""

import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from awsenv.cli.app import COMMANDS
from awsenv.demo.sandbox import Sandbox, sandbox
from tests import manual
from tests.cli.test_help import GROUPS
from tests.program import awsenv, is_long, program_path
from tests.shells.real import SHELLS, clean, installed

TOP = Path(__file__).parents[2]
JAPANESE = {
    TOP / "README.md": TOP / "README.ja.md",
    **{TOP / "docs" / page.name: page for page in sorted((TOP / "docs/ja").glob("*.md"))},
}
PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md")), *JAPANESE.values()]
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


def list_shells(kind: str, text: str) -> list[str]:
    """In what a block is run: what says bash is pasted into macOS' zsh as well, in make test into one of the two."""
    if kind != "bash" or "hook bash" in text or "PS1" in text:
        return [kind]
    return ["bash", "zsh"] if is_long() else [("bash", "zsh")[zlib.crc32(text.encode()) % 2]]


# What two pages tell alike is run once.
RUN = {
    (shell, text): pytest.param(shell, text, id=f"{page.stem}-{number}-{shell}")
    for page in PAGES
    for number, (kind, text) in enumerate(blocks(page), 1)
    if kind in ("bash", "zsh", "fish", "sh")
    for shell in list_shells(kind, text)
}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """The demo's sandbox, with a phone that prints codes, and a person; awsenv lies where uv and pipx put it."""
    with sandbox(clean(tmp_path), Path(program_path())) as it:
        config = it.home / ".aws/config"
        text = config.read_text().replace(
            "[profile careful]\n", "[profile careful]\nmfa_process = mfa-code\n"
        )
        config.write_text(text)
        (it.home / ".local/bin").mkdir(parents=True)
        (it.home / ".local/bin/awsenv").symlink_to(program_path())
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


def test_no_block_holds_a_comment_or_ends_the_readers_shell() -> None:
    """A stock zsh runs ``#`` as a command, and ``; `` behind it as another; an ``exit`` closes the window."""
    for page in PAGES:
        for kind, text in blocks(page):
            if kind != "ini":
                assert not re.search(r"(^|\s)#", text, re.MULTILINE), (page.name, text)
                assert not re.search(r"\b(exit|exec|logout|set -e)\b(?! )", text), (page.name, text)


# As a terminal hands on what is pasted, and as one does that marks it.
BRACKETS = {"plain": ("", ""), "bracketed": ("\x1b[200~", "\x1b[201~\r")}


@pytest.mark.parametrize("brackets", BRACKETS.values(), ids=BRACKETS)
def test_the_first_block_is_pasted_into_a_stock_zsh(
    brackets: tuple[str, str], box: Sandbox
) -> None:
    """All lines at once, at a prompt without a setting, as a Mac's is."""
    quick = next(text for _, text in blocks(TOP / "README.md") if "awsenv list" in text)
    it = pexpect.spawn(installed("zsh"), ["-f"], env=box.environ | {"TERM": "xterm"}, cwd=str(box.home),
                       encoding="utf-8", timeout=60, dimensions=(50, 200))  # fmt: skip
    it.sendline('eval "$(awsenv hook zsh)"; echo READ""Y')
    it.expect_exact("READY")
    it.send(brackets[0] + quick.replace("\n", "\r") + brackets[1])
    it.sendline('echo "DO""NE $?"')
    it.expect(r"DONE (\d+)")
    assert isinstance(it.match, re.Match)
    told = it.before or ""
    assert (it.match[1], "command not found" in told) == ("0", False), told
    assert "xxx-dev" in told


def test_a_block_that_fails_would_be_seen(box: Sandbox) -> None:
    with pytest.raises(AssertionError):
        test_a_block_does_what_it_says("bash", "awsenv use nobody\ntrue\n", box)
    with pytest.raises(AssertionError):
        test_a_block_does_what_it_says("fish", "awsenv use nobody\ntrue\n", box)


@pytest.mark.parametrize(("english", "japanese"), JAPANESE.items(), ids=lambda page: page.stem)
def test_a_japanese_page_has_the_parts_of_the_english_one(english: Path, japanese: Path) -> None:
    """As many headings of each depth, the same blocks, as many rows of tables."""
    assert list(blocks(japanese)) == list(blocks(english))
    shapes = [
        re.findall(r"^(?:(#+) |(\|))", page.read_text(), re.MULTILINE)
        for page in (english, japanese)
    ]
    assert shapes[0] == shapes[1]


def test_the_readme_is_short_and_each_page_opens_with_what_it_is_for() -> None:
    assert len((TOP / "README.md").read_text().split()) <= 1100
    for page in PAGES:
        title, _, rest = page.read_text().partition("\n\n")
        assert title.startswith("# "), page.name
        if page.parent.name == "docs" and page.name != "README.md":
            assert re.match(r"[A-Z*.`\w]", rest), (page.name, rest[:40])
            assert not rest.startswith(("```", "|", "- ")), page.name


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
