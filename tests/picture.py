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
    "caller-identity",
    "awsenv off",
)
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
                if each.strip():
                    console.print(
                        Text(
                            each.replace(str(box.home), "~"),
                            style="red" if "no profile" in each else "",
                        )
                    )
            prompt = shell.match[1] or "" if isinstance(shell.match, re.Match) else ""
        console.print(Text.assemble((prompt, "cyan"), (PROMPT, "bold green")))
        shell.close(force=True)
    # A picture that fetches no font.
    svg = re.sub(r"\s*@font-face \{.*?\}", "", console.export_svg(title="awsenv"), flags=re.DOTALL)
    path.write_text(re.sub(r"<!--.*?-->\s*", "", svg))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
