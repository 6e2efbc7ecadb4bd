"""xonsh 0.14 and later. Hot path.

xonsh keeps every variable in its environment, and a child is given all that: originals would be given too. What would
be put back is unset. Its hook reads an answer as JSON, where a byte that is no text is a lone surrogate, as Python has
it.
"""

from awsenv.shells import Shell
from awsenv.variables import Change, list_without_originals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.shells.answer import HookAnswer


class Xonsh(Shell):
    """What is evaluated is one expression, which Python reads whole before it does any of it."""

    name = "xonsh"
    hook_file = "awsenv.xsh"
    failing_text = "raise RuntimeError('awsenv: nothing was changed')\n"
    evaluates = ("execx($(", "))")
    says_itself = True
    start_files = (".xonshrc", ".config/xonsh/rc.xsh")

    def quote(self, value: str) -> str:
        """``value`` as Python's own literal (Python language reference, 2.4.1), in ASCII."""
        return ascii(value)

    def render(self, change: Change) -> str:
        """The expression that makes ``change``."""
        changes = list_without_originals(change)
        values = {name: value for name, value in changes.items() if value is not None}
        gone = [name for name, value in changes.items() if value is None]
        return (
            f"(__xonsh__.env.update({values!a}), [__xonsh__.env.pop(n, None) for n in {gone!a}])\n"
        )

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body."""
        return f"_awsenv_program = {program!a}\n_awsenv_hook = {version!r}\n{body}"

    def format_prompt(self, text: str, color: str) -> str:
        """A field of a prompt names its colors in braces."""
        text = text.replace("{", "{{").replace("}", "}}")
        return f"{{{color.upper()}}}{text}{{RESET}}" if color else text

    def render_answer(self, answer: "HookAnswer") -> str:
        """The data, which nothing runs."""
        import json

        files = {f.path: [f.mtime, f.ctime, f.device, f.inode, f.size] for f in answer.files}
        return json.dumps(answer.to_data(files=files)) + "\n"


SHELL = Xonsh()
