"""Any POSIX shell (dash, mksh, ksh, busybox …), and what bash and zsh have in common with them. Hot path.

The originals are kept in variables of the shell that are not exported: ``__awsenv_of`` says whose they are (``$$`` and
the direnv folder), ``__awsenv_was_NAME`` is ``u`` (was unset), ``sVALUE`` (set) or ``xVALUE`` (exported).
"""

from awsenv.shells import Shell
from awsenv.variables import MANAGED, Change, list_managed


class Posix(Shell):
    """What is evaluated is one compound command, so that a part of it sets nothing.

    ``builtin`` stands before a builtin: then neither an alias nor a function stands in its place, and an error in a
    special builtin does not end a script. dash has no ``builtin``; zsh's ``command`` takes none.
    """

    name = "posix"
    hook_file = "awsenv.sh"
    builtin = "\\command "

    def quote(self, value: str) -> str:
        """``value`` as one word that the shell takes literally (POSIX.1-2024, 2.2.2 Single-Quotes)."""
        return "'" + value.replace("'", "'\\''") + "'"

    def format_installed_line(self, folder: str = "") -> str:
        """As any shell's, without a shell of its own."""
        return self.format_eval(self._format_search(folder))

    def render(self, change: Change) -> str:
        """The command that makes ``change``."""
        guard = _RESTORE_GUARD.format(b=self.builtin, names=" ".join(change.restore))
        return _TEXT.format(
            b=self.builtin,
            adopt=self._adopt(change),
            late=self._save_late(change),
            names=" ".join([*change.variables, *change.restore]),
            variables=" ".join(change.variables),
            restore=guard if change.restore else "",
            commands="\n".join(self._render_commands(change)),
        )

    def render_hook(self, program: list[str], version: str, body: str, path: str) -> str:
        """A function that runs the program in front of the body: there is nothing at a prompt."""
        quoted = " ".join(map(self.quote, program))
        return f'__awsenv_run() {{ AWSENV_HOOK={version} {quoted} "$@"; }}\n{body}'

    def _render_commands(self, change: Change) -> list[str]:
        lines = []
        if change.restore:
            lines.append(_RESTORE.format(b=self.builtin, names=" ".join(change.restore)))
        for name, value in change.variables.items():
            if value is None:
                lines.append(f"{self.builtin}unset {name}")
            else:
                lines.append(f"{self.builtin}export {name}={self.quote(value)}")
        if change.forget:
            names = list_managed({*MANAGED, *change.restore})
            saved = " ".join("__awsenv_was_" + name for name in names)
            lines.append(f"{self.builtin}unset __awsenv_of {saved}")
        return lines

    def _adopt(self, change: Change) -> str:
        """Save the originals, unless this very shell has saved them already."""
        lines = []
        ours = [n for n in list_managed({*MANAGED, *change.variables}) if n not in change.inherited]
        plain = [n for n in ours if n not in change.exported]
        exported = [n for n in change.exported if n not in change.inherited]
        for names, kind in ((plain, "s"), (exported, "x")):
            if names:
                lines.append(_SAVE.format(b=self.builtin, names=" ".join(names), kind=kind))
        lines += [f"__awsenv_was_{name}=u" for name in change.inherited]
        return "\n".join(lines)

    def _save_late(self, change: Change) -> str:
        """Save the originals of names that are no fixed ones, where this shell has not yet."""
        lines = []
        for name in change.variables:
            if name not in MANAGED and name not in change.inherited and list_managed([name]):
                kind = "x" if name in change.exported else "s"
                save = _SAVE.format(b=self.builtin, names=name, kind=kind)
                lines.append(f"case ${{__awsenv_was_{name}+x}} in x) ;; *)\n{save};;\nesac")
        return "\n".join(lines)


_TEXT = """\
{{
case $- in *a*) {b}set +a; __awsenv_a=a;; *) __awsenv_a=;; esac
case ${{__awsenv_of-}} in "$$:" | "$$:${{DIRENV_DIR-}}") __awsenv_o=$__awsenv_of
{late};; *)
{adopt}
__awsenv_o="$$:${{DIRENV_DIR-}}";;
esac
if ({b}unset {variables} || {b}exit 1
{restore}) 2>/dev/null; then
__awsenv_of=$__awsenv_o
{commands}
__awsenv_s=0
else
for __awsenv_n in {names}; do
({b}unset "$__awsenv_n") 2>/dev/null ||
{b}printf 'awsenv: %s is readonly in this shell, so nothing was changed\\n' "$__awsenv_n" >&2
done
__awsenv_s=1
fi
case $__awsenv_a in a) {b}set -a;; esac
{b}unset __awsenv_a __awsenv_c __awsenv_n __awsenv_o __awsenv_w
case $__awsenv_s in 0) {b}unset __awsenv_s;; *) {b}unset __awsenv_s; {b}false;; esac
}}
"""

_SAVE = """\
for __awsenv_n in {names}; do
{b}eval "__awsenv_was_$__awsenv_n=\\${{$__awsenv_n+{kind}\\$$__awsenv_n}}
__awsenv_was_$__awsenv_n=\\${{__awsenv_was_$__awsenv_n:-u}}"
done"""

_LOOK = """\
{b}eval "__awsenv_w=\\${{__awsenv_was_$__awsenv_n-}}
__awsenv_c=\\${{$__awsenv_n+x\\$$__awsenv_n}}"
"""

_RESTORE_GUARD = (
    "for __awsenv_n in {names}; do\n"
    + _LOOK
    + """\
case $__awsenv_w in '' | "${{__awsenv_c:-u}}") ;; *) {b}unset "$__awsenv_n" || {b}exit 1;; esac
done
"""
)

_RESTORE = (
    "for __awsenv_n in {names}; do\n"
    + _LOOK
    + """\
case $__awsenv_w in
'' | "${{__awsenv_c:-u}}") ;;
u) {b}unset "$__awsenv_n";;
x*) {b}export "$__awsenv_n=${{__awsenv_w#x}}";;
s*) {b}unset "$__awsenv_n"; {b}eval "$__awsenv_n=\\${{__awsenv_w#s}}";;
esac
done"""
)

SHELL = Posix()
