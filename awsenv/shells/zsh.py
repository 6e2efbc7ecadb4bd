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
    login_files = ()  # it reads them all
    starts = (("a new shell", ("-i",)), ("a login shell", ("-l", "-i")))
    needs_stamps = False
    compares_whole_seconds = True

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body, read by zsh's own rules, whatever a person has set."""
        quoted = " ".join(map(self.quote, program))
        text = (
            f"typeset -ga __awsenv_program=({quoted})\ntypeset -g __awsenv_hook={version}\n{body}"
        )
        return f"'builtin' 'emulate' 'zsh' -o 'no_aliases' -c {self.quote(text)}\n"

    def _render_watch(self, answer: "HookAnswer") -> str:
        """zsh asks for all that is known of the files at once; of that it compares what tells a change (zshmodules(1),
        "The zsh/stat module": device, inode, mode, links, uid, gid, rdev, size, atime, mtime, ctime, block size, blocks
        and link). A file that is gone leaves the array as it was. A call of a function costs more than to read a short
        text."""
        absent = [f"-e {self.quote(path)}" for path in answer.absent]
        if not answer.files:
            text = f"[[ {' || '.join(absent)} ]]" if absent else ""
            return f"__awsenv_watch={self.quote(text)}"
        paths = " ".join(self.quote(file.path) for file in answer.files)
        expected = "\\ ".join(
            f"{file.device} {file.inode} <-> <-> <-> <-> <-> {file.size} <->"
            f" {file.mtime // _SECOND} {file.ctime // _SECOND} <-> <-> ".replace(" ", "\\ ")
            for file in answer.files
        )
        tests = " || ".join([f'"${{(j. .)found}}" != {expected}', *absent])
        return (
            "__awsenv_watch=__awsenv_changed\n"
            "__awsenv_changed() {\n"
            "builtin local -a found\n"
            f"builtin zstat -A found {paths} 2>/dev/null || return 0\n"
            f"[[ {tests} ]]\n}}"
        )

    def format_prompt(self, text: str, color: str) -> str:
        """A prompt's ``%`` is read in a value, too, under PROMPT_SUBST."""
        text = text.replace("%", "%%")
        return f"%F{{{color}}}{text}%f" if color else text


_SECOND = 1_000_000_000

SHELL = Zsh()
