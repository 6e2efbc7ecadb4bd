"""A real shell ends where ``decide`` says, whatever the order of what a person does in it."""

import random
import time

import pytest

from awsenv.envrc import trust
from tests.hook import model
from tests.program import is_long
from tests.shells.ground import Ground
from tests.shells.real import Shell

FOLDERS = ["", "", "ghq/github.com/a", "ghq/github.com/a/repo", "ghq/github.com/b"]
PROFILES = ["org-a", "org-b", "key"]
STEPS = 25


class Here:
    """The ground, as the shell of the tests in Python sees it."""

    def __init__(self, ground: Ground) -> None:
        self.home = ground.home

    @property
    def now(self) -> float:
        return time.time()


@pytest.mark.parametrize("seed", range(1, 21) if is_long() else [0])
def test_what_a_person_may_do_in_any_order(seed: int, ground: Ground, hooked: Shell) -> None:
    seed = seed or random.randrange(10**6)
    print(f"seed {seed}")
    choose = random.Random(f"{hooked} {seed}")
    ground.settle()
    real = ground.shell(hooked)
    told = model.Shell(Here(ground), _text(real.environment()), "")
    done = []
    for _ in range(STEPS):
        step = choose.choice(["cd", "cd", "cd", "use", "off", "edit", "allow", "deny", "child"])
        word = choose.choice(PROFILES if step == "use" else FOLDERS)
        done.append(f"{step} {word}")
        envrc = ground.home / (word or FOLDERS[-1]) / ".envrc"
        if step == "cd":
            real.typed(f"cd {ground.home}/{word}")
            told.cd(word)
        elif step == "use":
            real.typed(f"awsenv use {word}")
            told.use(word)
        elif step == "off":
            real.typed("awsenv off")
            told.off()
        elif step == "child":  # which goes on with what it was given
            real.typed(f"{hooked.program} {' '.join(hooked.plain)}")
            real.typed("PS1=; PROMPT=" if hooked.name != "fish" else "true")
            real.typed(hooked.evaluate(f"awsenv hook {hooked.name}"))
            told.kept = ""
        elif envrc.exists() and step == "edit":
            envrc.write_text(envrc.read_text() + "# edited\n")
        elif envrc.exists() and step == "allow":
            trust.allow(str(envrc), trust.derive(str(envrc)), ground.environ)
        elif envrc.exists():
            trust.deny(str(envrc), ground.environ)
        real.typed("true")
        told.look()
        assert _session(_text(real.environment())) == _session(told.environ), done


def _text(values: dict[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in values.items()}


def _session(environ: dict[str, str]) -> dict[str, str]:
    """What of it is a session's or awsenv's own."""
    return {name: value for name, value in environ.items() if name.startswith("AWS")}
