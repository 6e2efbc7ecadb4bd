"""zsh 5.8 and later. Hot path."""

from awsenv.shells.bash import Bash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.shells.answer import HookAnswer


class Zsh(Bash):
    """What is evaluated is the same command as in bash."""

    name = "zsh"
    hook_file = "awsenv.zsh"
    start_files = (".zshrc",)
    other_start_files = (".zprofile", ".zshenv")
    home_variable = "ZDOTDIR"
    needs_stamps = False

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body, read by zsh's own rules, whatever a person has set."""
        quoted = " ".join(map(self.quote, program))
        text = (
            f"typeset -ga __awsenv_program=({quoted})\ntypeset -g __awsenv_hook={version}\n{body}"
        )
        return f"'builtin' 'emulate' 'zsh' -o 'no_aliases' -c {self.quote(text)}\n"

    def _render_tests(self, answer: "HookAnswer") -> str:
        """zsh knows the times of a file itself (``zstat``, which leaves its array as it was where a file is gone)."""
        quote, files = self.quote, answer.files
        absent = [f"[[ {' || '.join(f'-e {quote(path)}' for path in answer.absent)} ]]"] * bool(
            answer.absent
        )
        if not files:
            return absent[0]
        paths = " ".join(quote(file.path) for file in files)
        times = [_format_time(file.mtime) for file in files] + [
            _format_time(file.ctime) for file in files
        ]
        found = " ".join([*times, *(str(file.inode) for file in files)])
        lines = [
            "builtin local -a mtime ctime inode",
            *(
                f"builtin zstat -F %s.%N -A {name} +{name} {paths} 2>/dev/null || return 0"
                for name in ("mtime", "ctime")
            ),
            f"builtin zstat -A inode +inode {paths} 2>/dev/null || return 0",
            f'[[ "$mtime $ctime $inode" != {quote(found)} ]]'
            + "".join(f" || {test}" for test in absent),
        ]
        return "\n".join(lines)

    def _escape_prompt(self, text: str) -> str:
        """A prompt's ``%`` is read in a value, too, under PROMPT_SUBST."""
        return text.replace("%", "%%")


def _format_time(nanoseconds: int) -> str:
    """As ``zstat -F %s.%N`` has it."""
    return f"{nanoseconds // 1_000_000_000}.{nanoseconds % 1_000_000_000:09d}"


SHELL = Zsh()
