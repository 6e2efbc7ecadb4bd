"""The shells, one module each: how a shell quotes, what makes it act as somebody, its hook, its start files, and what
it cannot do. Beside them the forms that are no shell.

To add a shell is a module here, its hook in ``shell/``, and a line in ``SHELLS`` of ``table.py``. Hot path: a replay
loads the table and one shell's modules, so what is slow is imported where it is called.
"""

from awsenv.variables import COLORS, Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from awsenv.shells.answer import HookAnswer


class Form:
    """A way in which a change reaches a shell, a file or a program. ``failing_text`` is what a command prints there
    that fails, so that evaluating it fails. ``asks_nobody``: a question would hang what waits for the text.
    """

    failing_text = "false\n"
    asks_nobody = False

    def render(self, change: Change) -> str:
        """The text that makes ``change``. Raises ``AwsenvError`` for a value that it cannot say."""
        raise NotImplementedError


class Shell(Form):
    """A shell. ``evaluates``: what stands before and behind a command whose text it is to take.

    ``start_files``: those of which an interactive one reads all or the first, below the home folder (or below what
    the variable ``home_variable`` names): our line goes into the first that is there. ``other_start_files`` other
    programs read, too, or the shell does so at another moment: they are looked at, never written.
    ``login_files``: of which a login shell reads the first alone, and ``login_line``: what has it read the others.
    ``starts``: how it is started so that it reads them and then runs a command: a name, its options.
    ``start_file_begins``: what a start file begins with that is the hook itself; empty where a line loads it.
    ``hook_file``: the shipped hook. ``cannot``: what a person misses there who knows the other shells.
    ``needs_stamps``: it compares the times of two files and no others. ``compares_whole_seconds``: no finer.
    ``says_itself``: it says itself what a person is to know, once it holds what it was told.
    ``ignores_interrupts``: it and what it starts are deaf to Ctrl-C while its hook asks.
    """

    name = ""
    hook_file = ""
    evaluates = ('eval "$(', ')"')
    start_files: tuple[str, ...] = ()
    other_start_files: tuple[str, ...] = ()
    home_variable = ""
    login_files: tuple[str, ...] = ()
    login_line = ""
    starts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    start_file_begins = ""
    cannot = ""
    needs_stamps = False
    compares_whole_seconds = False
    says_itself = False
    ignores_interrupts = False

    def quote(self, value: str) -> str:
        """``value`` as one word that the shell takes literally."""
        raise NotImplementedError

    def find_fault(self, value: str) -> str:
        """Why the shell cannot hold ``value``; empty where it can."""
        return ""

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """What the shell evaluates to have the hook. ``program``: the words that start awsenv; ``version``: what the
        hook is to tell of itself; ``body``: the text of the shipped hook, which lies at ``path``."""
        raise NotImplementedError

    def render_answer(self, answer: "HookAnswer") -> str:
        """The text that makes a hooked shell what ``answer`` says. Raises ``AwsenvError`` for a session that the shell
        cannot take."""
        raise NotImplementedError

    def format_prompt(self, text: str, color: str) -> str:
        """``text`` as it stands in the shell's prompt, in ``color`` unless that is empty: here as a terminal takes it."""
        return f"\x1b[{COLORS[color]}m{text}\x1b[0m" if color else text

    def format_eval(self, command: str) -> str:
        """How a person has the shell take what ``command`` prints."""
        before, after = self.evaluates
        return before + command + after

    def format_start_line(self) -> str:
        """What loads the hook where one types it, or the command that makes a start file."""
        return self.format_eval(f"awsenv hook {self.name}")

    def format_installed_line(self, folder: str = "") -> str:
        """The line of a start file that loads the hook, wherever that is read: a login shell may read it before its PATH
        has what it will have. The program is looked for on PATH, in ``~/.local/bin``, where uv and pipx put it, and in
        ``folder``; where it is gone, nothing is done and nothing is said."""
        return self.format_eval(f"sh -c {self.quote(self._format_search(folder))}")

    def _format_search(self, folder: str) -> str:
        """For any POSIX shell."""
        from awsenv.paths import quote_word

        more = f":{quote_word(folder)}" if folder else ""
        return f"PATH=$PATH:~/.local/bin{more}; if command -v awsenv >/dev/null; then awsenv hook {self.name}; fi"

    def read_command(self, arguments: list[str], environ: "MutableMapping[str, str]") -> list[str]:
        """What the hook asks, behind its flags: here the ``arguments`` as they are."""
        return arguments

    def read_line(self, words: list[str], environ: dict[str, str]) -> list[str]:
        """The words of the line that is completed, up to the cursor: here ``words`` as they are."""
        return words

    def filter_candidates(self, candidates: list[str]) -> list[str]:
        """The ``candidates`` for a completion that the shell can take."""
        return candidates
