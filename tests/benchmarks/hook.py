"""The hook: an idle prompt and a `cd` into a bound folder, beside direnv in the same run.

Each figure is taken inside one shell, in turns with direnv's own export, and is the median of the
turns. A process costs a thousand times what the hook does, so it is the shell that times a loop.
"""

import statistics
import subprocess
import tempfile
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.shells.ground import Ground
from tests.shells.real import installed

TURNS, IDLE, MOVES = 7, 2000, 100

# Microseconds now; a loop of prompts; a loop of `cd` and prompt; one of direnv's prompts.
_BASH = """
eval "$(awsenv hook bash)"
now() { REPLY=${EPOCHREALTIME/./}; }
prompt() { __awsenv_prompt; eval "$__awsenv_trap"; }
"""
_ZSH = """
eval "$(awsenv hook zsh)"; zmodload zsh/datetime
now() { REPLY=$(( int(EPOCHREALTIME * 1000000) )) }; zmodload zsh/mathfunc
prompt() { __awsenv_prompt }
"""
_LOOPS = """
unset -f _direnv_hook 2>/dev/null; export AWSENV_QUIET=1
cd HOME; prompt; cd A; prompt; cd HOME; prompt; cd E; prompt; cd HOME; prompt
for turn in TURNS; do
  cd A; prompt; now; a=$REPLY
  for ((i = 0; i < IDLE; i++)); do prompt; done; now; b=$REPLY
  echo "idle $((b - a)) IDLE"
  now; a=$REPLY
  for ((i = 0; i < IDLE; i++)); do :; done; now; b=$REPLY
  echo "empty $((b - a)) IDLE"
  now; a=$REPLY
  for ((i = 0; i < MOVES; i++)); do cd A; prompt; cd B; prompt; done; now; b=$REPLY
  echo "cd $((b - a)) $((2 * MOVES))"
  now; a=$REPLY
  for ((i = 0; i < MOVES; i++)); do cd E; prompt; cd B; prompt; done; now; b=$REPLY
  echo "env $((b - a)) $((2 * MOVES))"
  now; a=$REPLY
  for i in 1 2 3 4 5; do direnv export bash >/dev/null 2>&1; done; now; b=$REPLY
  echo "direnv $((b - a)) 5"
done
"""


def run() -> list[str]:
    """The lines of the table."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        plain = new_user("plain", "444455556666")
        careful = new_user("careful", "111122223333", mfa=True)
        with Server([plain, careful]) as server:
            ground = Ground(Path(folder) / "home", server, plain, careful)
            (ground.a / "repo/.env").write_text(
                "STAGE=dev\nPORT=8080\nDATABASE_URL=postgres://localhost/x\n"
            )
            ground.envrc(ground.a / "repo", "source_up\ndotenv\n")
            few = {shell: _times(shell, ground) for shell in ("bash", "zsh")}
            for number in range(1000):
                other = ground.hosts / f"org{number}"
                other.mkdir()
                ground.bind("org-a", other)
            many = {shell: _times(shell, ground) for shell in ("bash", "zsh")}
    for shell, times in few.items():
        direnv = times["direnv"]
        for what, name, target in (
            ("idle", "prompt where nothing changed", "≤ 15 µs"),
            ("cd", "`cd` into a bound folder", "≤ 1,000 µs"),
            ("env", "`cd`, every other with a `.env` of three lines and source_up", "≤ 2,000 µs"),
        ):
            lines.append(
                f"| {name}, {shell} | a prompt of direnv's | {times[what]:.1f} | {direnv:.0f} | "
                f"{times[what] / direnv:.4f} | {target} |"
            )
        lines.append(
            f"| the two, with 1,000 bound folders, {shell} | with two | {many[shell]['idle']:.1f}, "
            f"{many[shell]['cd']:.0f} | {times['idle']:.1f}, {times['cd']:.0f} | "
            f"{many[shell]['idle'] / times['idle']:.2f}, {many[shell]['cd'] / times['cd']:.2f} | 1 |"
        )
    return lines


def _times(shell: str, ground: Ground) -> dict[str, float]:
    """Microseconds of each thing, the loop itself taken off."""
    text = _LOOPS.replace("TURNS", " ".join(map(str, range(TURNS))))
    for word, value in (
        ("HOME", ground.home),
        ("IDLE", IDLE),
        ("MOVES", MOVES),
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
    found = {what: statistics.median(each) for what, each in turns.items()}
    found["idle"] -= found["empty"]
    return found
