"""elvish 0.19 and later. Hot path.

``eval`` there gives the text a room of its own, so there is nowhere to keep originals: what would be put back is unset.
Its hook reads an answer as data, a map in elvish's own words: elvish's strings are bytes, which its JSON does not know.
"""

from awsenv.shells import Shell
from awsenv.variables import Change, list_without_originals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.shells.answer import HookAnswer


class Elvish(Shell):
    """What is evaluated is one block: a part of it is no program."""

    name = "elvish"
    hook_file = "awsenv.elv"
    failing_text = "fail 'awsenv: nothing was changed'\n"
    evaluates = ("eval (", " | slurp)")
    needs_stamps = True
    says_itself = True
    start_files = (".config/elvish/rc.elv",)
    cannot = "the hook is for prompts, not for scripts"

    def quote(self, value: str) -> str:
        """``value`` as one word that elvish takes literally (Elvish language reference, "String": between single
        quotes only these are doubled; between double ones ``\\x`` and two digits are a byte)."""
        if value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        data = value.encode("utf-8", "surrogateescape")
        return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'

    def render(self, change: Change) -> str:
        """The block that makes ``change``."""
        lines = [
            f"unset-env {name}" if value is None else f"set-env {name} {self.quote(value)}"
            for name, value in list_without_originals(change).items()
        ]
        body = "\n".join(lines)
        return f"{{\n{body}\n}}\n"

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body."""
        quoted = " ".join(map(self.quote, program))
        return f"var awsenv-program = [{quoted}]\nvar awsenv-hook = {version}\n{body}"

    def render_answer(self, answer: "HookAnswer") -> str:
        """The map, which is evaluated and runs nothing; in it what a ``/bin/sh`` tests. Of a file that is not there
        dash says that it is neither older nor younger."""
        tests = answer.list_tests()
        for file in answer.files:
            tests += [["!", "-e", place] for place in (file.path, file.stamp)]
        words = [word for test in tests for word in ("-o", *test)]
        return f"put {self._render_value(answer.to_data(tests=words[1:]))}\n"

    def _render_value(self, value: object) -> str:
        """``value`` as elvish writes it (Elvish language reference, "List", "Map", "Exception and boolean")."""
        if isinstance(value, dict):
            pairs = " ".join(f"&{name}={self._render_value(each)}" for name, each in value.items())
            return f"[{pairs or '&'}]"
        if isinstance(value, list):
            return f"[{' '.join(map(self._render_value, value))}]"
        if value is None:
            return "$nil"
        if isinstance(value, bool):
            return "$true" if value else "$false"
        return self.quote(str(value))


SHELL = Elvish()
