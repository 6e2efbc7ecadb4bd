"""``make picture``: docs/demo.svg, what a shell in the demo's sandbox shows."""

import os
import re
import sys
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

from awsenv.demo.sandbox import sandbox

TYPED = (
    "awsenv use xxx-dev",
    "caller-identity",
    "awsenv use pord",
    "awsenv link prod org",
    "cd org",
    "caller-identity",
    "cd ..",
    "awsenv use careful --mfa-code $(mfa-code)",
    "awsenv use careful-admin",
    "caller-identity",
    "BROWSER=person awsenv login xxx-admin",
    "awsenv use xxx-admin",
    "caller-identity",
    "awsenv off",
)
# Seconds until what is typed, and until each line of what comes of it.
TYPES, SAYS = 1.2, 0.3
PROMPT = "❯ "


def main(path: Path) -> None:
    """Write the picture to ``path``."""
    console = Console(record=True, width=84, file=open(os.devnull, "w"))  # noqa: SIM115
    with sandbox(dict(os.environ)) as box:
        (box.home / "org").mkdir()
        shell = pexpect.spawn(
            "bash", ["--norc", "--noprofile", "-i"], env=box.environ, cwd=str(box.home),
            encoding="utf-8", dimensions=(40, 84), timeout=30,
        )  # fmt: skip
        shell.sendline(
            "PS1='READY '; bind 'set enable-bracketed-paste off'; eval \"$(awsenv hook bash)\"; clear"
        )
        shell.expect_exact("READY ")
        shell.sendline("PS1='${AWSENV_PROMPT:+[$AWSENV_PROMPT] }#DO''NE '")
        shell.expect_exact("#DONE ")
        prompt = ""
        for line in TYPED:
            shell.sendline(line)
            shell.expect(r"(\[[^\]\r\n]*\] )?#DONE ")
            told = (
                re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shell.before or "")
                .replace("\r", "")
                .split("\n")
            )
            console.print(Text.assemble((prompt, "cyan"), (PROMPT, "bold green"), line))
            for each in told[1:]:
                # A page's address, and what turns while one waits for it, are no picture.
                if each.strip() and not re.match(r"\s*(http|[\u2800-\u28ff])", each):
                    console.print(
                        Text(
                            re.sub(
                                r"/awsenv-[\w.-]+", "/awsenv-me", each.replace(str(box.home), "~")
                            ),
                            style="red" if "no profile" in each else "",
                        )
                    )
            prompt = shell.match[1] or "" if isinstance(shell.match, re.Match) else ""
        console.print(Text.assemble((prompt, "cyan"), (PROMPT, "bold green")))
        shell.close(force=True)
    # A picture that fetches no font.
    svg = re.sub(r"\s*@font-face \{.*?\}", "", console.export_svg(title="awsenv"), flags=re.DOTALL)
    path.write_text(animate(re.sub(r"<!--.*?-->\s*", "", svg)))


def animate(svg: str) -> str:
    """``svg`` with its lines one after the other; all at once for whoever wants no motion."""
    seconds, delays = 0.0, {}
    for found in re.finditer(
        r'<text class="[^"]*" x="[\d.]+" y="([\d.]+)" textLength="[^"]*" clip-path="[^"]*">([^<]*)',
        svg,
    ):
        if found[1] not in delays:
            is_typed = PROMPT.strip() in svg[found.start() : found.start() + 400].split("\n")[0]
            seconds += TYPES if is_typed else SAYS
            delays[found[1]] = seconds
    style = "@media (prefers-reduced-motion: no-preference) { text.l { animation: l 0.01s backwards } @keyframes l { from { opacity: 0 } } }"
    svg = svg.replace("<style>", f"<style>\n    {style}\n", 1)

    def delay(found: re.Match[str]) -> str:
        seconds = delays.get(found[3])
        if seconds is None:
            return found[0]
        return f'<text class="l {found[1]}" style="animation-delay:{seconds:.1f}s" x="{found[2]}" y="{found[3]}"'

    return re.sub(r'<text class="([^"]*)" x="([\d.]+)" y="([\d.]+)"(?= textLength)', delay, svg)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
