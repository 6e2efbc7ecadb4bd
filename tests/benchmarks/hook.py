"""The hook: an idle prompt, a `cd` inside a binding, outside all and into another, in one run beside
direnv and a bare Python's start.

Each figure is taken inside one shell, in turns, and is the median of the turns: a process costs a
hundred times what an idle prompt does, so it is the shell that times a loop.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.shells.ground import Ground
from tests.shells.real import installed

TURNS, IDLE, MOVES, LOADS = 7, 2000, 200, 10

# Microseconds now; a prompt.
_BASH = """
hook=$(awsenv hook bash); eval "$hook"
now() { REPLY=${EPOCHREALTIME/./}; }
"""
_ZSH = """
hook=$(awsenv hook zsh); eval "$hook"; zmodload zsh/datetime zsh/mathfunc
now() { REPLY=$(( int(EPOCHREALTIME * 1000000) )) }
"""
_LOOPS = """
unset -f _direnv_hook 2>/dev/null; export AWSENV_QUIET=1
prompt() { __awsenv_prompt; }
timed() { # NAME COUNT COMMAND: the command, so many times
  name=$1 count=$2; now; a=$REPLY
  for ((i = 0; i < count; i++)); do eval "$3"; done
  now; echo "$name $((REPLY - a)) $count"
}
for folder in A B E HOME; do cd $folder; prompt; done
for turn in TURNS; do
  cd HOME; prompt
  timed empty IDLE :
  timed start LOADS 'eval "$hook"'
  timed outside IDLE prompt
  timed cd-outside MOVES 'cd HOME/x; prompt; cd HOME; prompt'
  cd A; prompt; prompt
  timed inside IDLE prompt
  timed cd-inside MOVES 'cd A/x; prompt; cd A; prompt'
  timed enter LOADS 'cd B; prompt; cd A; prompt'
  timed enter-env LOADS 'cd B; prompt; cd E; prompt'
  timed use LOADS 'awsenv use key; awsenv use key'
  cd A; prompt
  timed python LOADS 'PYTHON -c pass; PYTHON -c pass'
  timed direnv LOADS 'direnv export bash >/dev/null 2>&1; direnv export bash >/dev/null 2>&1'
  cd HOME/direnv
  timed direnv-load LOADS 'direnv exec . true; direnv exec . true'
done
"""
# What is timed, how many of it a turn of the loop does, and its target, held against what.
_ROWS = (
    ("the hook's text at a shell's start", "start", 1, "empty", "≤ 500 µs"),
    ("idle prompt outside", "outside", 1, "empty", "≤ 15 µs"),
    ("idle prompt in a binding", "inside", 1, "empty", "≤ 30 µs"),
    ("`cd` inside a binding", "cd-inside", 2, "empty", "≤ 100 µs"),
    ("`cd` outside all", "cd-outside", 2, "empty", "≤ 100 µs"),
    ("`cd` into another binding", "enter", 2, "python", "≤ 1.1 × a bare Python"),
    ("the same, every other with a .env", "enter-env", 2, "python", "≤ 1.1 × a bare Python"),
    ("`use` of a plain key", "use", 2, "python", "≤ 1.1 × a bare Python"),
    ("`cd` into another binding", "enter", 2, "direnv-load", "≤ 0.6 × direnv's load"),
    ("idle prompt in a binding", "inside", 1, "direnv", "—"),
)


def run() -> list[str]:
    """The lines of the table."""
    lines = ["| what | held against | µs | µs | ratio | target |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        plain = new_user("plain", "444455556666")
        careful = new_user("careful", "111122223333", mfa=True)
        with Server([plain, careful]) as server:
            ground = Ground(Path(folder) / "home", server, plain, careful)
            (ground.a / "repo/.env").write_text(
                "STAGE=dev\nPORT=8080\nDATABASE_URL=postgres://localhost/x\n"
            )
            ground.envrc(ground.a / "repo", "source_up\ndotenv\n")
            for place in (ground.a / "x", ground.home / "x", ground.home / "direnv"):
                place.mkdir()
            (ground.home / "direnv/.envrc").write_text("export A=1\n")
            subprocess.run(
                ["direnv", "allow", ground.home / "direnv"], env=ground.environ, check=True
            )
            for shell in ("bash", "zsh"):
                times = _times(shell, ground)
                for what, name, many, other, target in _ROWS:
                    a = (times[name] - times["empty"]) / many
                    b = times[other] / (1 if other == "empty" else 2)
                    lines.append(
                        f"| {what}, {shell} | {other} | {a:.1f} | {b:.1f} | {a / b:.3f} | {target} |"
                    )
    return lines


def _times(shell: str, ground: Ground) -> dict[str, float]:
    """Microseconds of each thing, the loop itself taken off."""
    text = _LOOPS.replace("TURNS", " ".join(map(str, range(TURNS))))
    for word, value in (
        ("in A B E HOME", f"in {ground.a} {ground.b} {ground.a}/repo {ground.home}"),
        ("HOME", ground.home),
        ("IDLE", IDLE),
        ("MOVES", MOVES),
        ("LOADS", LOADS),
        ("PYTHON", sys.executable),
        ("cd A", f"cd {ground.a}"),
        ("cd B", f"cd {ground.b}"),
        ("cd E", f"cd {ground.a}/repo"),
    ):
        text = text.replace(word, str(value))
    start = {"bash": ("--norc", "--noprofile"), "zsh": ("-f",)}[shell]
    told = subprocess.run(
        [installed(shell), *start, "-c", {"bash": _BASH, "zsh": _ZSH}[shell] + text],
        env=ground.environ,
        cwd=ground.home,
        capture_output=True,
        text=True,
        check=True,
    )
    turns: dict[str, list[float]] = {}
    for line in told.stdout.splitlines():
        what, total, count = line.split()
        turns.setdefault(what, []).append(int(total) / int(count))
    return {what: statistics.median(each) for what, each in turns.items()}
