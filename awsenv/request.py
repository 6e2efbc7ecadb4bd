"""A command line that a record may answer: ``use``, ``off`` and ``credential-process`` in their plain forms. Hot path."""

from awsenv.shells.table import FORMS
from awsenv.variables import AWSENV_PREVIOUS

_VALUES = {"--region": "region", "--account": "account", "--shell": "form"}
# The form of a folder's binding under direnv, which takes no alias: that is a person's own word.
FOLDERS = "direnv"
# Their stdout is evaluated by a shell: a command that fails says `false` there, and nothing but
# the text that it returns ever reaches it.
EVALUATED = ("use", "off", "hook", "credential-process")
# The options on how a session is to be got → whether a value follows. No record answers them.
SESSION_OPTIONS = {"--mfa-code": True, "--mfa-serial": True, "--mfa": False, "--duration": True, "--session": False,
                   "--no-session": False, "--role-arn": True, "--fresh": False, "--min-left": True}  # fmt: skip


class Request:
    """What is asked for: ``command`` is ``use`` or ``off``; empty words where nothing was given.
    ``option_values`` are the options on how a session is to be got, by name; those without a value ``yes``. ``word`` is the
    account or role by which a folder meant ``profile`` as it was allowed, which has to mean that still.
    """

    __slots__ = ("account", "command", "form", "option_values", "profile", "profile_only", "region", "word")  # fmt: skip

    def __init__(
        self,
        command: str,
        profile: str = "",
        region: str = "",
        account: str = "",
        profile_only: bool = False,
        form: str = "",
    ) -> None:
        self.command = command
        self.profile = profile
        self.region = region
        self.account = account
        self.profile_only = profile_only
        self.form = form
        self.word = ""
        self.option_values: dict[str, str] = {}

    def replace(self, **changes: str) -> "Request":
        """This request with ``changes``, by name."""
        request = Request(self.command)
        for name in self.__slots__:
            setattr(request, name, changes.get(name, getattr(self, name)))
        return request


def parse_request(arguments: list[str]) -> Request | None:
    """The plain command lines; ``None`` for all that needs a closer look, an error too."""
    if not arguments or arguments[0] not in ("use", "off", "credential-process"):
        return None
    request = Request(arguments[0])
    if arguments[0] == "credential-process":
        request.form = "credential-process"
    words = iter(arguments[1:])
    for word in words:
        if word == "--profile-only":
            request.profile_only = True
        elif SESSION_OPTIONS.get(word) is False:
            request.option_values[word] = "yes"
        elif word[:2] == "--":
            name, equals, value = word.partition("=")
            value = value if equals else next(words, "")
            if not value:
                return None
            if name in _VALUES:
                if name == "--shell" and request.form not in ("", value):
                    return None  # two forms: an error
                setattr(request, _VALUES[name], value)
            elif SESSION_OPTIONS.get(name):
                request.option_values[name] = value
            else:
                return None
        elif not word or request.profile or (word[0] == "-" and word != "-"):
            return None
        else:
            request.profile = word
    off = request.command == "off"
    given = request.profile or request.region or request.account or request.option_values
    if off and (given or request.profile_only):
        return None
    if (not off and not request.profile) or (request.form and request.form not in FORMS):
        return None
    return request


def find_failing_form(arguments: list[str], environ: dict[str, str]) -> str:
    """The form to fail in, though the command line may not be understood."""
    if arguments[0] == "credential-process":
        return "credential-process"
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        given = following if word == "--shell" else word.removeprefix("--shell=")
        if given != word and given in FORMS:
            return given
    return find_form("", environ)


def find_form(named: str, environ: dict[str, str]) -> str:
    """The form that is ``named``, else that of the shell above this process."""
    if named:
        return named
    from awsenv.shells import detection

    return detection.detect_shell(environ)


def is_reference(word: str) -> bool:
    """Whether ``word`` may mean a profile by its account or role: ``444455556666``, ``prod/admin``, ``admin@prod``. A
    profile may be called so, too."""
    return "/" in word or "@" in word or (len(word) == 12 and word.isdecimal())


def name_previous(request: Request, environ: dict[str, str]) -> Request:
    """``request`` by the name of the profile that ``-`` means in a shell with ``environ``."""
    if request.profile != "-":
        return request
    return request.replace(profile=environ.get(AWSENV_PREVIOUS, "-"))
