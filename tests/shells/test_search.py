"""A search for a foreign key: whatever is done to the files, the folders and the shell, after each prompt its key is
the one that the files say, one that a person exported, or none.

A real shell decides by the hook's own text whether to ask; what it is told is what ``decide`` says, in this process.
"""

import os
import random
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from awsenv import replay
from awsenv.actions import renew
from awsenv.envrc import trust, trust_check
from awsenv.errors import AwsenvError
from awsenv.hook import state, watch
from awsenv.hook.answer import build_answer
from awsenv.hook.decide import choose, decide
from awsenv.hook.outcome import ANSWERED, FIRST, RENEWAL, SECOND, Outcome
from awsenv.request import Request
from awsenv.shells import hook_text
from awsenv.shells.table import load_shell
from awsenv.variables import enter_session, leave_session
from tests.program import is_long
from tests.shells.real import HOOKED, Shell, clean

STEPS = 33_400 if is_long() else 200  # of each of three shells
THEIRS = ("AKIAMINE", "AKIADIRENV")  # a person's, and a direnv folder's
PLACES = ("out", "org", "org/deep", "org/own", "team", "strange")
FILES = (".aws/credentials", ".aws/config", "org/.envrc", "team/.envrc", "org/own/.env")
IN_STORE = 10**9  # the time of each file in a store of packages, in nanoseconds
LOOP = {
    "bash": 'while IFS= read -r file; do . "$file"; echo END; done',
    "zsh": 'while IFS= read -r file; do . "$file"; echo END; done',
    "fish": "while read -l file; source $file; echo END; end",
}
# The hook's own text, but for asking: that is told here.
ACT = {
    "bash": "__awsenv_act() { echo ASK; }",
    "zsh": "__awsenv_act() { print ASK }",
    "fish": "function __awsenv_act; echo ASK; end",
}


class Place:
    """A home, what was written there last, and a shell that looks at it."""

    def __init__(self, shell: Shell, home: Path, choice: random.Random) -> None:
        self.home, self.choice, self.name = home, choice, shell.name
        self.environ = clean(home)
        self.state, self.folder, self.number, self.time = "", "out", 0, 1_400_000_000
        self.hand = self.inside = self.binding = self.put_back = ""
        self.is_away = False
        self.before_direnv: dict[str, str | None] | None = None
        self.kept: dict[str, tuple[bytes, int]] = {}
        for folder in (*PLACES, ".aws", "store"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        for name in FILES:
            self.write(name)
        (home / "org/own/.envrc").write_text("source_up\ndotenv\n")
        (home / "strange/.envrc").write_text("use_aws other\n")
        for name in ("org", "team", "org/own"):
            self.allow(name)
        self._file = home / "step"
        self._shell = subprocess.Popen(
            [shell.program, *shell.plain, "-c", LOOP[shell.name]],
            env=self.environ, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.run(hook_text.render_hook(shell.name) + ACT[shell.name] + "\n")

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait()
        for pipe in (self._shell.stdin, self._shell.stdout):
            assert pipe
            pipe.close()

    def run(self, text: str) -> list[str]:
        """What the shell prints for ``text``, in lines."""
        assert self._shell.stdin
        assert self._shell.stdout
        self._file.write_text(text)
        self._shell.stdin.write(f"{self._file}\n")
        lines = []
        while (line := self._shell.stdout.readline().rstrip("\n")) != "END":
            assert line or self._shell.poll() is None
            lines.append(line)
        return lines

    def export(self, values: dict[str, str | None]) -> None:
        """As a person or direnv does, in the shell itself."""
        fish = self.name == "fish"
        for name, value in values.items():
            if value is None:
                self.environ.pop(name, None)
                self.run(f"set -eg {name}\n" if fish else f"unset {name}\n")
            else:
                self.environ[name] = value
                self.run(f"set -gx {name} '{value}'\n" if fish else f"export {name}='{value}'\n")

    # What may lie in the files.

    def write(self, name: str) -> bytes:
        self.number += 1
        n = f"{self.number:06}"
        texts = {
            "credentials": "".join(f"[{p}]\naws_access_key_id = {p.upper()}{n}\naws_secret_access_key = s\n" for p in ("dev", "other")),
            "config": f"[profile dev]\nregion = r-{n}\n",
            ".envrc": f"use_aws {'other' if name[:4] == 'team' else 'dev'}\n# {n}\n",
            ".env": f"STAGE={n}\n",
        }  # fmt: skip
        data = texts[name.rpartition("/")[2]].encode()
        (self.home / name).write_bytes(data)
        return data

    def put(self, name: str, data: bytes, mtime: int, how: str) -> None:
        """``data`` at ``name``, with the time ``mtime`` (nanoseconds)."""
        path, aside = self.home / name, self.home / f"store/{self.number}"
        self.number += 1
        if how == "in place" and not path.is_symlink():
            aside = path
        aside.write_bytes(data)
        os.utime(aside, ns=(mtime, mtime))
        if how == "symlink":
            os.utime(aside, ns=(IN_STORE, IN_STORE))
            path.unlink()
            path.symlink_to(aside)
        elif how == "made again":
            path.unlink()
            aside.rename(path)
        elif aside != path:
            aside.rename(path)

    def edit(self, name: str) -> None:
        path = self.home / name
        self.kept[name] = (path.read_bytes(), path.stat().st_mtime_ns)
        self.time += 1
        now = time.time_ns()
        mtime = self.choice.choice(
            [self.time * 10**9, self.time * 10**9 + 5, now, now // 10**9 * 10**9]
        )
        how = self.choice.choice(["over", "in place", "symlink", "made again"])
        old = path.read_bytes()
        path.unlink()
        data = self.write(name)
        path.write_bytes(old)
        self.put(name, data, mtime, how)

    def restore(self, name: str) -> None:
        """A backup comes back, with its own time."""
        if name in self.kept:
            data, mtime = self.kept[name]
            # All files of a store have one time: there, none is told from another at a plain path.
            ways = ["symlink"] if mtime == IN_STORE else ["over", "in place", "symlink"]
            self.put(name, data, mtime, self.choice.choice(ways))

    def allow(self, name: str) -> None:
        path = str(self.home / name / ".envrc")
        trust.allow(path, trust.derive(path), self.environ)

    def enter_direnv(self) -> None:
        """Into a folder whose .envrc, which direnv has run, exports keys."""
        theirs = {
            "AWS_ACCESS_KEY_ID": THEIRS[1],
            "AWS_SECRET_ACCESS_KEY": "d",
            "DIRENV_DIR": "-/theirs",
        }
        self.before_direnv = {name: self.environ.get(name) for name in theirs}
        self.export(dict(theirs))

    def leave_direnv(self) -> None:
        """It puts back what it knew."""
        if self.before_direnv is not None:
            before, self.before_direnv = self.before_direnv, None
            self.export(before)
            self.put_back = before["AWS_ACCESS_KEY_ID"] or ""
            self.hand = self.put_back.rstrip("0123456789").lower()

    def change_own(self) -> None:
        """Outside, what a person exports is there instead of what direnv has put back."""
        if not self.bound():
            self.put_back = ""

    def key_of(self, profile: str) -> str:
        found = re.search(rf"\b{profile.upper()}\d+", (self.home / ".aws/credentials").read_text())
        return found[0] if found and profile else ""

    # What is told to the shell.

    def decide(self, phase: str, found: replay.FoundSession | None = None) -> Outcome:
        return decide(
            dict(self.environ), state.parse(self.state), str(self.home / self.folder), time.time(),
            direnv=self.before_direnv is not None, phase=phase, found=found,
        )  # fmt: skip

    def tell(self, outcome: Outcome, since: int) -> None:
        own = load_shell(self.name)
        answer = build_answer(outcome, own, "")
        answer.files = watch.list_files(outcome.watched)
        answer.absent = watch.list_absent(outcome.watched)
        base = outcome.shell.base
        has_stamps = not own.needs_stamps or watch.write_stamps(answer.files, base)
        if not has_stamps or not watch.is_settled(
            answer.files, base, since, own.compares_whole_seconds
        ):
            answer.check_at = 0
        self.run(own.render_answer(answer))
        self.environ = outcome.shell.environ
        self.state = answer.state

    def ask(self) -> None:
        since = time.time_ns()
        outcome = self.decide(FIRST)
        if outcome.ask_again:
            self.tell(outcome, since)
            since = time.time_ns()
            outcome = self.decide(SECOND)
        if outcome.needs:
            found = self.resolve(outcome)
            since = time.time_ns()
            outcome = self.decide(ANSWERED, found)
        self.tell(outcome, since)

    def resolve(self, outcome: Outcome) -> replay.FoundSession | None:
        try:
            base = outcome.shell.base
            request = (
                Request("use", outcome.shell.profile)
                if outcome.needs == RENEWAL
                else outcome.request
            )
            chosen = renew.resolve_unattended(request, base, lambda _: None)
        except AwsenvError:
            return None
        return replay.FoundSession(chosen.variables, chosen.account)

    def prompt(self) -> None:
        """A prompt: the shell's own text says whether it asks."""
        asked = self.run(f"cd {self.home / self.folder}\n__awsenv_prompt\n")
        if "ASK" in asked:
            if self.is_away:
                self.run("__awsenv_find\n__awsenv_lose\n")
                self.state = "".join(self.run("echo $__awsenv_state\n"))
            else:
                self.ask()
                self.run(
                    ("set -g __awsenv_gone ''\n" if self.name == "fish" else "__awsenv_gone=''\n")
                    + "__awsenv_find\n__awsenv_see\n"
                )
        self.read_environ()

    def read_environ(self) -> None:
        """What the shell exports now."""
        lines = self.run(f"/usr/bin/env -0 > {self.home}/environ\n")
        assert not [line for line in lines if line != "ASK"]
        pairs = (home_environ := (self.home / "environ").read_text()).split("\0")
        assert home_environ
        self.environ = dict(pair.split("=", 1) for pair in pairs if pair)

    def choose(self, word: str) -> None:
        """``awsenv use WORD``, or ``off`` for none."""
        if self.is_away:
            return
        since = time.time_ns()
        outcome = self.decide(FIRST)
        inside = outcome.shell.environ
        if not word:
            choose(outcome, leave_session(inside), time.time())
        else:
            found = renew.resolve_unattended(
                Request("use", word), outcome.shell.base, lambda _: None
            )
            choose(outcome, enter_session(word, found.variables, inside), time.time())
        self.tell(outcome, since)
        self.run("__awsenv_find\n__awsenv_see\n")

    # What a person expects, in a dozen lines.

    def bound(self) -> str:
        if self.before_direnv is not None:
            return ""
        envrc = trust_check.find_nearest(str(self.home / self.folder))
        record = trust_check.find_allowed(envrc, self.environ) if envrc else None
        return (record or {}).get("profile", "")

    def expected(self) -> set[str]:
        envrc = (
            trust_check.find_nearest(str(self.home / self.folder))
            if self.before_direnv is None
            else ""
        )
        if envrc != self.binding:
            self.binding, self.inside = envrc, ""
        theirs = {"", *THEIRS, self.put_back}
        if self.is_away and not envrc:
            # Nobody looks after a session that was chosen by hand: it may have an older key.
            held = self.environ.get("AWS_ACCESS_KEY_ID", "")
            return theirs | ({held} if self.hand and held.startswith(self.hand.upper()) else set())
        profiles = {self.bound(), self.inside} if self.bound() else {self.hand, self.inside}
        return {*theirs, *map(self.key_of, profiles)}


def step(place: Place) -> str:
    """Something that a person, a tool or another shell does."""
    choice = place.choice
    kinds = [
        "cd",
        "cd",
        "edit",
        "edit",
        "restore",
        "allow",
        "deny",
        "use",
        "off",
        "export",
        "unset",
        "direnv",
        "away",
        "look",
    ]
    what, word = choice.choice(kinds), ""
    if what == "cd":
        place.leave_direnv()
        word = place.folder = choice.choice(PLACES)
    elif what in ("edit", "restore"):
        word = choice.choice(FILES)
        (place.edit if what == "edit" else place.restore)(word)
    elif what in ("allow", "deny"):
        word = choice.choice(("org", "team", "org/own"))
        path = str(place.home / word / ".envrc")
        place.allow(word) if what == "allow" else trust.deny(path, place.environ)
    elif what in ("use", "off"):
        word = choice.choice(("dev", "other")) if what == "use" else ""
        if not place.is_away:
            place.expected()
            place.choose(word)
            if place.bound():
                place.inside = word
            else:
                place.hand, place.inside = word, ""
    elif what == "export":
        place.change_own()
        place.export({"AWS_ACCESS_KEY_ID": THEIRS[0], "AWS_SECRET_ACCESS_KEY": "m"})
    elif what == "unset":
        if "AWS_ACCESS_KEY_ID" in place.environ:
            place.change_own()
        place.export({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None})
    elif what == "direnv" and place.before_direnv is not None:
        place.leave_direnv()
    elif what == "direnv" and place.folder == "out":
        place.enter_direnv()
    elif what == "away":
        place.is_away = not place.is_away
    return f"{what} {word}"


@pytest.fixture
def place(shell: Shell, tmp_path: Path) -> Iterator[Place]:
    # The same steps each time in `make test`, other ones in `make search`.
    seed = random.randrange(10**6) if is_long() else int(os.environ.get("AWSENV_SEED", "20261129"))
    print(f"seed {seed}")
    with closing(Place(shell, tmp_path.resolve(), random.Random(seed))) as it:
        yield it


@pytest.mark.parametrize("shell", [each for each in HOOKED if not each.version], ids=str)
def test_no_prompt_leaves_a_foreign_key(place: Place) -> None:
    done = []
    for _ in range(STEPS):
        what = step(place)
        place.prompt()
        key = place.environ.get("AWS_ACCESS_KEY_ID", "")
        done.append(f"{what} in {place.folder}: {key} {'(program away)' * place.is_away}")
        assert key in place.expected(), "\n".join([f"{key} {place.expected()}", *done[-25:]])
