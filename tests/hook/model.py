"""A home with bound folders, a shell that does what ``decide`` says, and what a person expects of it."""

import os
import time
from pathlib import Path
from typing import Protocol

from awsenv import record_file, records, replay
from awsenv.envrc import trust
from awsenv.hook import state
from awsenv.hook.decide import choose, decide
from awsenv.hook.outcome import FIRST, SECOND, Outcome
from awsenv.request import Request
from awsenv.variables import SESSION_VARIABLES, enter_session, leave_session

HOUR = 3600
# What each profile's session sets.
SESSIONS = {
    "a": {"AWS_ACCESS_KEY_ID": "ASIAA", "AWS_SECRET_ACCESS_KEY": "a", "AWS_SESSION_TOKEN": "ta",
          "AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "a-1"},
    "b": {"AWS_ACCESS_KEY_ID": "ASIAB", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "tb",
          "AWS_MAX_ATTEMPTS": "9", "AWSENV_MARK": "lab"},
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
        trust.allow(path, trust.derive(path), self.environ)

    def record(self, profile: str, key: str = "", start: float = 0) -> None:
        """A session of ``profile``, for an hour from ``start`` on; to be renewed ten minutes before."""
        end = int(start or self.now) + HOUR
        fields = {"profile": profile, "kind": "role", "expires": str(end), "renew": str(end - 600)}
        fields |= {"shape": record_file.SHAPE, "env.HOME": str(self.home)}
        fields |= {
            "settings.path": str(self.home / ".config/awsenv/config.toml"),
            "settings.stamp": "none",
        }
        for name in ("config", "credentials"):
            path = self.home / ".aws" / name
            fields |= {
                f"{name}.path": str(path),
                f"{name}.stamp": record_file.format_stamp(path.stat()),
            }
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
        session = SESSIONS[profile] | {"AWS_CREDENTIAL_EXPIRATION": text}
        if key:
            session["AWS_ACCESS_KEY_ID"] = key
        records.write(record_file.record_path(profile, self.environ), fields | session)


class Place(Protocol):
    """Where a shell is: ``home`` holds its folders."""

    home: Path

    @property
    def now(self) -> float:
        """The second that it is there, since 1970."""


class Shell:
    """A shell that does what it is told, and has nobody's help."""

    def __init__(self, ground: Place, environ: dict[str, str], folder: str = "out") -> None:
        self.ground = ground
        self.environ = environ
        self.kept = ""
        self.folder = folder
        self.says: list[str] = []

    def look(
        self, after: float = 0, phase: str = SECOND, found: replay.FoundSession | None = None
    ) -> Outcome:
        outcome = decide(
            dict(self.environ),
            state.parse(self.kept),
            str(self.ground.home / self.folder),
            self.ground.now + after,
            phase=phase,
            found=found,
        )
        self._become(outcome)
        return outcome

    def _become(self, outcome: Outcome) -> None:
        self.environ = outcome.shell.environ
        self.kept = outcome.shell.state.text()
        assert "'" not in self.kept
        self.says = outcome.messages

    def cd(self, folder: str) -> Outcome:
        self.folder = folder
        return self.look()

    def use(self, profile: str) -> None:
        outcome = self.look(phase=FIRST)
        found = replay.find_session(Request("use", profile), self.environ, self.ground.now)
        assert found
        change = enter_session(profile, found.variables, self.environ)
        choose(outcome, change, self.ground.now)
        self._become(outcome)

    def off(self) -> None:
        outcome = self.look(phase=FIRST)
        choose(outcome, leave_session(self.environ), self.ground.now)
        self._become(outcome)

    @property
    def visible(self) -> dict[str, str]:
        """What it exports, but for awsenv's own names and ends."""
        return {
            name: value
            for name, value in self.environ.items()
            if (not name.startswith("AWSENV_") or name == "AWSENV_MARK")
            and name != "AWS_CREDENTIAL_EXPIRATION"
        }


class Model:
    """What a person expects, in the fewest words: the original, a session over it, a folder's own."""

    def __init__(self, original: dict[str, str]) -> None:
        self.original = original
        self.refused = {"b/evil"}
        self.binding = ""  # the folder, empty outside
        self.hand = ""  # chosen outside
        self.inside: str | None = None  # chosen inside; "" for off

    def go(self, folder: str) -> None:
        binding = next(
            (f for f in sorted(FOLDERS, key=len, reverse=True) if f"{folder}/".startswith(f"{f}/")),
            "",
        )
        binding = "" if binding in self.refused else binding
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
            for name in SESSION_VARIABLES:
                found.pop(name, None)
        for layer in layers:
            found |= layer
        return found
