"""fish 3.5 and later. Hot path.

The originals are kept in global variables that are not exported: ``__awsenv_of`` says whose they are,
``__awsenv_how_NAME`` is ``u`` (was unset), ``s`` (set) or ``x`` (exported), and ``__awsenv_was_NAME`` the value, a list
as all of fish's. Only the global scope is touched: a bare ``set -e`` would delete a person's universal variable for
good. In a hooked fish, what it has set and not exported stands in ``__awsenv_local_NAME`` meanwhile.
"""

from awsenv.shells import Shell
from awsenv.variables import MANAGED, Change, list_managed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.shells.answer import HookAnswer


class Fish(Shell):
    """What is evaluated is one block; fish reads all of ``source``'s input before it runs any of it."""

    name = "fish"
    hook_file = "awsenv.fish"
    evaluates = ("", " | source")
    needs_stamps = True
    start_files = (".config/fish/config.fish",)
    other_start_files = (".config/fish/conf.d/awsenv.fish",)
    starts = (("a new shell", ("-i",)), ("a login shell", ("-l", "-i")))

    def quote(self, value: str) -> str:
        """``value`` as one word that fish takes literally (fish language, "Quotes": in single quotes a backslash
        escapes only a single quote and a backslash)."""
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def render(self, change: Change) -> str:
        """The block that makes ``change``."""
        save = [n for n in list_managed({*MANAGED, *change.variables}) if n not in change.inherited]
        lines = [_ADOPT.format(save=_SAVE.format(names=" ".join(save)))]
        lines += [f"builtin set -g __awsenv_how_{name} u" for name in change.inherited]
        lines.append("end")
        # Of names that are no fixed ones, where this shell has not saved them yet.
        for name in save:
            if name not in MANAGED:
                save_it = _SAVE.format(names=name)
                lines.append(f"if not builtin set -qg __awsenv_how_{name}\n{save_it}\nend")
        if change.restore:
            lines.append(_RESTORE.format(names=" ".join(change.restore)))
        lines += [self._render_variable(name, value) for name, value in change.variables.items()]
        if change.forget:
            names = list_managed({*MANAGED, *change.restore})
            saved = " ".join(f"__awsenv_was_{name} __awsenv_how_{name}" for name in names)
            lines.append(f"builtin set -eg __awsenv_of {saved}")
        return _format_block(["builtin set -l __awsenv_n", *lines])

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """The program and the version in front of the body."""
        quoted = " ".join(map(self.quote, program))
        return f"set -g __awsenv_program {quoted}\nset -g __awsenv_hook {version}\n{body}"

    def render_answer(self, answer: "HookAnswer") -> str:
        """The block that makes the shell so, and the function that tells whether a file tells a change."""
        lines = [line for name in answer.list_names() for line in self._render_lines(name, answer)]
        kept = {
            "AWSENV_PROMPT": answer.prompt,
            "__awsenv_due": str(answer.check_at),
            "__awsenv_limit": str(answer.renew_before),
            "__awsenv_state": answer.state,
            "__awsenv_again": "1" if answer.ask_again else "",
            "__awsenv_closed": self._render_all(answer.closed),
            "__awsenv_outside": self._render_all(answer.outside),
        }
        lines += [f"builtin set -gu {name} {self.quote(value)}" for name, value in kept.items()]
        tests = " -o ".join(answer.format_tests(self.quote))
        lines += [
            "function __awsenv_changed",
            f"builtin test {tests}" if tests else "builtin false",
            "end",
        ]
        return _format_block(lines)

    def _render_lines(self, name: str, answer: "HookAnswer") -> list[str]:
        lines, aside = [], f"__awsenv_local_{name}"
        if name in answer.stash:
            lines.append(f"builtin set -qg {name}; and builtin set -g {aside} ${name}")
        if name in answer.variables:
            lines.append(self._render_variable(name, answer.variables[name]))
        if name in answer.unstash:
            lines.append(f"builtin set -qg {aside}; and builtin set -gu {name} ${aside}")
            lines.append(f"builtin set -eg {aside}")
        return lines

    def _render_all(self, variables: dict[str, str | None]) -> str:
        return "\n".join(self._render_variable(name, value) for name, value in variables.items())

    def _render_variable(self, name: str, value: str | None) -> str:
        if value is None:
            return f"builtin set -eg {name}"
        return f"builtin set -gx {name} {self.quote(value)}"


def _format_block(lines: list[str]) -> str:
    return "\n".join(["begin", *lines, "builtin true", "end", ""])


_ADOPT = """\
if not builtin contains -- "$__awsenv_of" "$fish_pid:" "$fish_pid:$DIRENV_DIR"
builtin set -g __awsenv_of "$fish_pid:$DIRENV_DIR"
{save}"""

_SAVE = """\
for __awsenv_n in {names}
builtin set -g __awsenv_was_$__awsenv_n $$__awsenv_n
builtin set -g __awsenv_how_$__awsenv_n u
builtin set -qg $__awsenv_n; and builtin set -g __awsenv_how_$__awsenv_n s
builtin set -qgx $__awsenv_n; and builtin set -g __awsenv_how_$__awsenv_n x
end"""

_RESTORE = """\
for __awsenv_n in {names}
builtin set -l __awsenv_w __awsenv_was_$__awsenv_n
builtin set -l __awsenv_h __awsenv_how_$__awsenv_n
switch "$$__awsenv_h"
case u
builtin set -eg $__awsenv_n
case x
builtin set -gx $__awsenv_n $$__awsenv_w
case s
builtin set -eg $__awsenv_n
builtin set -gu $__awsenv_n $$__awsenv_w
end
end"""


SHELL = Fish()
