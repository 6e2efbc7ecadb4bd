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

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body, read by zsh's own rules, whatever a person has set."""
        quoted = " ".join(map(self.quote, program))
        text = (
            f"typeset -ga __awsenv_program=({quoted})\ntypeset -g __awsenv_hook={version}\n{body}"
        )
        return f"'builtin' 'emulate' 'zsh' -o 'no_aliases' -c {self.quote(text)}\n"

    def _list_tests(self, answer: "HookAnswer") -> list[str]:
        """zsh takes no file for younger than one that is not there."""
        stamp_is_gone = [f"! -e {self.quote(answer.stamp)}"] if answer.files else []
        return super()._list_tests(answer) + stamp_is_gone

    def _escape_prompt(self, text: str) -> str:
        """A prompt's ``%`` is read in a value, too, under PROMPT_SUBST."""
        return text.replace("%", "%%")


SHELL = Zsh()
