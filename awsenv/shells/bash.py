"""bash 3.2 and later, and direnv, which evaluates in a bash of its own. Hot path.

In a hooked shell a variable that it has set and not exported is known to it alone: its value stands in
``__awsenv_local_NAME`` meanwhile. A name is one of ours, or one that a record of trust holds, which is a name by its
pattern.
"""

from awsenv.shells.posix import Posix
from awsenv.variables import COLORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.shells.answer import HookAnswer


class Bash(Posix):
    """What is evaluated is one compound command."""

    name = "bash"
    hook_file = "awsenv.bash"
    start_files: tuple[str, ...] = (".bashrc", ".bash_profile")
    other_start_files: tuple[str, ...] = (".profile",)
    login_files: tuple[str, ...] = (".bash_profile", ".bash_login", ".profile")
    login_line = "[ ! -f ~/.bashrc ] || . ~/.bashrc"
    starts: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("a new shell", ("-i",)),
        ("a login shell", ("-l", "-i")),
    )
    needs_stamps = True
    builtin = "\\builtin "

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body."""
        quoted = " ".join(map(self.quote, program))
        return f"__awsenv_program=({quoted})\n__awsenv_hook={version}\n{body}"

    def render_answer(self, answer: "HookAnswer") -> str:
        """The command that makes the shell so: a session all or nothing, a folder's own variables one by one."""
        names = answer.list_names()
        session = [name for name in names if name in answer.session]
        commands = [line for name in session for line in self._render_lines(name, answer)]
        folder = [self._guard(name, answer) for name in names if name not in answer.session]
        kept = [
            f"AWSENV_PROMPT={self.quote(answer.prompt)}"
            f" __awsenv_due={answer.check_at} __awsenv_limit={answer.renew_before} __awsenv_now={answer.now}",
            f"__awsenv_state={self.quote(answer.state)} __awsenv_again={'1' if answer.ask_again else ''}",
            f"__awsenv_closed={self.quote(self._render_all(answer.closed))}",
            f"__awsenv_outside={self.quote(self._render_all(answer.outside))}",
            self._render_watch(answer),
            *(
                f"__awsenv_later={self.quote(line)}"
                for line in ["\n".join(answer.messages)]
                if line
            ),
        ]
        return _ANSWER.format(
            names=" ".join(session),
            commands="\n".join(commands),
            folder="\n".join(folder),
            ours="\n".join(kept),
        )

    def _render_watch(self, answer: "HookAnswer") -> str:
        """What succeeds as soon as a file tells a change: a function, whose body is read once and not at each prompt.
        A file or a stamp that is not there counts as older than any that is, and a symlink that leads elsewhere is
        another file."""
        tests = " || ".join(answer.format_tests(self.quote))
        if not tests:
            return "__awsenv_watch="
        return f"__awsenv_watch=__awsenv_changed\n__awsenv_changed() {{\n[[ {tests} ]]\n}}"

    def _render_all(self, variables: dict[str, str | None]) -> str:
        """What the shell evaluates once its program is gone."""
        unset = " ".join(name for name, value in variables.items() if value is None)
        lines = [f"{self.builtin}unset {unset}"] if unset else []
        lines += [
            f"{self.builtin}export {name}={self.quote(value)}"
            for name, value in variables.items()
            if value is not None
        ]
        return "\n".join(lines)

    def format_prompt(self, text: str, color: str) -> str:
        """Between ``\\001`` and ``\\002`` stands what takes no room (readline's RL_PROMPT_START_IGNORE): in a variable
        of a prompt no ``\\[`` is read any more."""
        return f"\x01\x1b[{COLORS[color]}m\x02{text}\x01\x1b[0m\x02" if color else text

    def _render_lines(self, name: str, answer: "HookAnswer") -> list[str]:
        lines, aside = [], f"__awsenv_local_{name}"
        if name in answer.stash:
            lines.append(f"[[ ! ${{{name}+x}} ]] || {aside}=${name}")
        if name in answer.variables:
            value = answer.variables[name]
            unset = f"{self.builtin}unset {name}"
            lines.append(
                unset if value is None else f"{self.builtin}export {name}={self.quote(value)}"
            )
        if name in answer.unstash:
            lines.append(f"[[ ! ${{{aside}+x}} ]] || {name}=${aside}")
            lines.append(f"{self.builtin}unset {aside}")
        return lines

    def _guard(self, name: str, answer: "HookAnswer") -> str:
        """One variable of a folder's own: where it is readonly it stays, and the rest is done."""
        message = f"awsenv: {name} is readonly in this shell and stays as it is"
        commands = "\n".join(self._render_lines(name, answer))
        return (
            f"if __awsenv_writable {name}; then\n{commands}\n"
            f"else {self.builtin}printf '%s\\n' {self.quote(message)} >&2; fi"
        )


class Direnv(Bash):
    """What ``use_aws`` of direnv's library evaluates: nobody is asked, for the shell waits for its prompt."""

    asks_nobody = True


_ANSWER = """\
{{
case $- in *a*) \\builtin set +a; __awsenv_a=a;; *) __awsenv_a=;; esac
if __awsenv_writable {names}; then
{commands}
{folder}
{ours}
__awsenv_s=0
else
for __awsenv_n in {names}; do
__awsenv_writable "$__awsenv_n" || \\builtin printf \
'awsenv: %s is readonly in this shell, so nothing was changed\\n' "$__awsenv_n" >&2
done
__awsenv_wait 60; __awsenv_s=1
fi
case $__awsenv_a in a) \\builtin set -a;; esac
\\builtin unset __awsenv_a __awsenv_n
[[ $__awsenv_s = 0 ]]
}}
"""


SHELL = Bash()
DIRENV = Direnv()
