"""tcsh 6.20 and later. Hot path.

In ``eval "`…`"`` a newline is a space, and a part of a line is a line: all is put into a variable first, and nothing is
done before the line's last word. What would be put back is unset: a hooked tcsh keeps originals, this text does not.
An exported variable and one of the shell's own may have the same name there: what is not exported is left alone.
"""

from awsenv.errors import AwsenvError
from awsenv.shells import Shell
from awsenv.variables import Change, list_without_originals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from awsenv.shells.answer import HookAnswer


class Tcsh(Shell):
    """What is evaluated is one line."""

    name = "tcsh"
    hook_file = "awsenv.tcsh"
    failing_text = "false;\n"
    evaluates = ('eval "`', '`"')
    start_files = (".tcshrc", ".cshrc")
    starts = (("a new shell", ()),)
    cannot = "no renewal between a prompt and its command; no newline in a value"
    compares_whole_seconds = True
    ignores_interrupts = True

    def _format_search(self, folder: str) -> str:
        """Without a variable, which tcsh would put in, whatever is in it; nor a folder whose name it would take for one."""
        from awsenv.paths import quote_word

        places = ["~/.local/bin/awsenv"]
        if folder and not set(folder) & set('$`"!\\'):
            places.append(quote_word(f"{folder}/awsenv"))
        more = "".join(f"elif test -x {each}; then {each} hook tcsh; " for each in places)
        return f"if command -v awsenv >/dev/null; then awsenv hook tcsh; {more}fi"

    def quote(self, value: str) -> str:
        """``value`` as one word that tcsh takes literally (tcsh(1), "Lexical structure", "History substitution":
        ``!`` acts between single quotes too, and ``backslash_quote`` changes what a backslash does there, so that both
        stand outside, behind a backslash)."""
        return "'" + "".join(f"'\\{c}'" if c in "'\\!" else c for c in value) + "'"

    def find_fault(self, value: str) -> str:
        """A newline is a blank in a command substitution."""
        return "holds a newline, which tcsh cannot take" if "\n" in value else ""

    def render(self, change: Change) -> str:
        """The line that makes ``change``. Raises ``AwsenvError`` for a value that tcsh cannot take."""
        return self._render_once(self._render_variables(list_without_originals(change)))

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The text has tcsh read the shipped hook from where it lies, for its ``eval`` makes one line of all."""
        quoted = " ".join(map(self.quote, program))
        lines = [
            f"set __awsenv_program = ({quoted})",
            f"set __awsenv_command = {self.quote(quoted)}",
            f"set __awsenv_hook = {version}",
            f"set __awsenv_file = {self.quote(path)}",
            "source $__awsenv_file:q load",
        ]
        return "; ".join(lines) + ";\n"

    def render_answer(self, answer: "HookAnswer") -> str:
        """The line that makes the shell so. Raises ``AwsenvError`` for a session that tcsh cannot take."""
        kept = {
            "AWSENV_PROMPT": answer.prompt,
            "__awsenv_due": str(answer.check_at),
            "__awsenv_limit": str(answer.renew_before),
            "__awsenv_state": answer.state,
            "__awsenv_again": "1" if answer.ask_again else "0",
            "__awsenv_watch": self._render_test(answer),
            "__awsenv_closed": "; ".join(self._render_variables(answer.closed)),
            "__awsenv_outside": "; ".join(self._render_variables(answer.outside)),
            "__awsenv_bound": "1" if "AWSENV_DIR" in answer.outside else "0",
            "__awsenv_done": "1",
        }
        lines = [f"set {name} = {self.quote(value)}" for name, value in kept.items()]
        return self._render_once([*self._render_variables(answer.variables), *lines])

    def format_prompt(self, text: str, color: str) -> str:
        """No color: of a variable in its prompt tcsh counts every byte as a column."""
        return text

    def read_command(self, arguments: list[str], environ: "MutableMapping[str, str]") -> list[str]:
        """tcsh has no safe way to say words but their number: they come in variables."""
        return [environ.pop(f"_AWSENV_{n + 1}", "") for n in range(int(arguments[0]))]

    def read_line(self, words: list[str], environ: dict[str, str]) -> list[str]:
        """tcsh says the whole line in a variable, and takes words alone, cut at blanks."""
        line = environ.get("COMMAND_LINE", "")
        return [*line.split(), *([""] if line[-1:] == " " else [])][1:]

    def filter_candidates(self, candidates: list[str]) -> list[str]:
        """Names without blanks, and without what they mean. tcsh cuts what a command offers at blanks and expands its
        braces, however they are quoted: what has one is not offered, for it would be another name, or an error."""
        names = [line.partition("\t")[0] for line in candidates]
        return [name for name in names if not {" ", "{"} & set(name) and name[0] != "@"]

    def _render_variables(self, variables: dict[str, str | None]) -> list[str]:
        commands = []
        for name, value in variables.items():
            if value is not None and (fault := self.find_fault(value)):
                raise AwsenvError(f"{name} {fault}", "another shell")
            commands.append(
                f"unsetenv {name}" if value is None else f"setenv {name} {self.quote(value)}"
            )
        return commands

    def _render_once(self, commands: list[str]) -> str:
        """A line that does all of ``commands``, or nothing where it is cut anywhere."""
        text = self.quote(";".join(commands))
        return f'set __awsenv_text = {text}; eval "$__awsenv_text"; unset __awsenv_text;\n'

    def _render_test(self, answer: "HookAnswer") -> str:
        """An expression that is true as soon as a file tells a change."""
        if any("\n" in path for path in (*(file.path for file in answer.files), *answer.absent)):
            return "1"  # no test can name it
        quote = self.quote
        tests = [
            f"-M {name} != {file.mtime // _SECOND} || -C {name} != {file.ctime // _SECOND}"
            f" || -F {name} != {file.device}:{file.inode} || -Z {name} != {file.size}"
            for file in answer.files
            for name in (quote(file.path),)
        ]
        tests += [f"-e {quote(path)}" for path in answer.absent]
        return " || ".join(tests) or "0"


_SECOND = 1_000_000_000

SHELL = Tcsh()
