"""nushell 0.108 and later: it has no ``eval``, so it reads JSON, a change as well as an answer to its hook. Hot path,
but for ``json``.

nushell exports every text of its environment: there is nowhere to keep originals, and what would be put back is unset.
A byte that is no text is a lone surrogate, as Python has it.
"""

from awsenv.shells import Shell
from awsenv.variables import Change, list_without_originals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.shells.answer import HookAnswer


class Nushell(Shell):
    """What is loaded is an object: a variable's name → its value, or null where it is to be unset."""

    name = "nushell"
    hook_file = "awsenv.nu"
    failing_text = ""  # load-env fails on it
    evaluates = ("", " | from json | load-env")
    says_itself = True
    start_files = (".local/share/nushell/vendor/autoload/awsenv.nu",)
    other_start_files = (".config/nushell/config.nu",)
    start_file_begins = "const __awsenv_program"
    cannot = "a cd counts at the next prompt; values are UTF-8"

    def quote(self, value: str) -> str:
        """``value`` as JSON's string, which is nushell's in double quotes."""
        import json

        return json.dumps(value)

    def render(self, change: Change) -> str:
        """The object as one line."""
        import json

        return json.dumps(list_without_originals(change)) + "\n"

    def format_start_line(self) -> str:
        """nushell sources files alone, by a name that it knows as it starts: the hook is a file of its own."""
        place = "($nu.data-dir | path join vendor/autoload/awsenv.nu)"
        return f"awsenv hook {self.name} | save -f {place}"

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body."""
        words = ", ".join(map(self.quote, program))
        return f"const __awsenv_program = [{words}]\nconst __awsenv_hook = {self.quote(version)}\n{body}"

    def render_answer(self, answer: "HookAnswer") -> str:
        """The data, which nothing runs."""
        import json

        files = [
            {
                "path": f.path,
                "target": f.target or f.path,
                "modified": f.mtime,
                "inode": f.inode,
                "size": f.size,
            }
            for f in answer.files
        ]
        return json.dumps(answer.to_data(files=files)) + "\n"


SHELL = Nushell()
