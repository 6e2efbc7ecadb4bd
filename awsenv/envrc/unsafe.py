"""Variables that a folder must not set unseen: they change how programs load, what they run, or
where AWS is found. Decided by the class of a name (what a shell itself treats as special is its manual's list), and,
as no list of names is whole, by the value: `unsafe_values`."""

import re

# AWS_* but for these chooses an account, an endpoint, a program or a certificate.
_OF_AWS = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DEFAULT_OUTPUT"}
# Names of web frameworks, which no SDK reads.
_OF_APPLICATIONS = re.compile(
    r"AWS_(?:\w+_)?(?:BUCKET(?:_NAME|_URL)?|CLOUDFRONT_\w+|S3_ACL|S3_UPLOAD_METHOD|USE_PATH_STYLE_ENDPOINT|FORCE_PATH_STYLE)"
)
# Anywhere in a name, in whatever case.
_HELD = re.compile(
    "PAGER|EDITOR|OPTIONS|CONFIG|PROMPT|PRELOAD|ASKPASS|FLAGS|SHELL|COMMAND|STARTUP|BROWSER|PLUGIN|EXTERNAL_DIFF",
    re.IGNORECASE,
)
# What a word of a name (they are joined by _, digits at their end aside) ends in.
_ENDING = re.compile(
    r"(?:OPTS?|HOME|PATH|(?<!S)RC|INIT|CMD|(?<=.)CERTS?|CERTIFICATES?|CONF|(?<=.)PROXY|WRAPPER|ARGS|"
    r"LOADER|MODULES|ENVIRONMENT|CABUNDLE|BUNDLE|PROGRAM|EXEC|PROG|EXE|RSH|SSH|RUNTIME|EXECUTABLE|INTERPRETER|"
    r"LAUNCHER|HELPER|BINARY|(?<![A-Z])BIN)\d*(?:_|$)",
    re.IGNORECASE,
)
# Of these a plain word is a mode or a header, and never code.
_OF_WORDS = re.compile(r"PROMPT|ENVIRONMENT(?=_|$)|PROXY(?=_)", re.IGNORECASE)
# Of these a path where only root writes is a place, and never code.
_OF_PLACES = re.compile(r"(?<=_)(?:CA)?PATH(?=_|$)|(?<=_)CERTS?(?=_|$)", re.IGNORECASE)
# Of tools that a shell's owner runs, whatever the rest of the name.
_BEGINNINGS = (
    "LD_", "DYLD_", "PYTHON", "GIT_", "AWS_", "AWSENV_", "XDG_", "PERL5", "PERL_", "RUBY", "_JAVA_", "JDK_JAVA_",
    "JAVA_", "LUA_", "NPM_", "PIP_", "UV_", "DIRENV_", "MALLOC_", "ELECTRON_", "CARGO_", "RUSTC", "RUSTUP_",
    "MAVEN_", "GRADLE_", "ASPNETCORE_", "DOTNET_", "COR_", "CORECLR_", "OPENSSL_", "DOCKER_", "BUILDKIT_", "HELM_",
    "TF_CLI_", "TF_PLUGIN", "TERRAGRUNT_", "ANSIBLE_", "GREP_", "FZF_", "GTK_", "QT_", "GCONV_", "GLIBC_", "CGO_",
    "SSH_", "SUDO_", "GPG_", "GNUPG", "JULIA_", "LESSKEY", "RSYNC_", "GOAUTH", "GOCACHE", "VIM", "MAN_", "KUBECTL_",
    # Of the shells, and our own.
    "BASH", "__AWSENV_", "FISH_", "__FISH", "ZSH", "ZLE_", "KSH", "MKSH",
)  # fmt: skip
# What a shell itself treats as more than a variable: bash(1) "Shell Variables", zshparam(1)
# "Parameters Set/Used By The Shell", zshmodules(1), fish's "Special variables", ksh(1), mksh(1).
_OF_SHELLS = frozenset(
    """
    auto_resume CDPATH CHILD_MAX COLUMNS COMP_CWORD COMP_KEY COMP_LINE COMP_POINT COMP_TYPE
    COMP_WORDBREAKS COMP_WORDS COMPREPLY COPROC DIRSTACK EMACS ENV EPOCHREALTIME EPOCHSECONDS EUID
    EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST GLOBIGNORE GLOBSORT GROUPS HISTCMD HISTCONTROL
    HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT histchars HOSTFILE HOSTNAME HOSTTYPE
    IFS IGNOREEOF INPUTRC INSIDE_EMACS LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_MONETARY
    LC_NUMERIC LC_TIME LINENO LINES MACHTYPE MAIL MAILCHECK MAILPATH MAPFILE OLDPWD OPTARG OPTERR
    OPTIND OSTYPE PIPESTATUS POSIXLY_CORRECT PPID PS0 PS1 PS2 PS3 PS4 PWD RANDOM READLINE_ARGUMENT
    READLINE_LINE READLINE_MARK READLINE_POINT REPLY SECONDS SHLVL SRANDOM TIMEFORMAT TMOUT TMPDIR
    TMP TEMP UID _ ARGC argv cdpath cshlexer CPUTYPE DIRSTACKSIZE EGID ERRNO fignore fpath FPATH
    galiases functions dis_functions aliases dis_aliases saliases dis_saliases dis_galiases
    builtins dis_builtins commands dirstack funcfiletrace funcsourcetrace funcstack functrace
    functions_source dis_functions_source history historywords jobdirs jobstates jobtexts keymaps
    modules nameddirs options parameters patchars dis_patchars reswords dis_reswords termcap
    terminfo userdirs usergroups widgets zsh_eval_context zsh_scheduled_events errnos GID
    HISTCHARS histno HISTNO KEYBOARD_HACK KEYTIMEOUT LISTMAX LOGCHECK LOGNAME mailpath manpath
    module_path NULLCMD path pipestatus POSTEDIT prompt PROMPT2 PROMPT3 PROMPT4 PROMPT_EOL_MARK
    psvar PSVAR READNULLCMD REPORTMEMORY REPORTTIME reply RPROMPT RPROMPT2 RPS1 RPS2 SAVEHIST
    signals SPROMPT status STTY TERMINFO TERMINFO_DIRS TIMEFMT TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT
    TTY TTYIDLE USERNAME VENDOR WATCH watch WATCHFMT WORDCHARS ZBEEP ZDOTDIR BUFFER CURSOR LBUFFER
    RBUFFER PREBUFFER WIDGET KEYMAP KEYS version hostname umask fish_pid last_pid
    status_generation CMD_DURATION interactive EXECSHELL SIGNAL JOBMAX PGRP PATHSEP USER_ID
    epochtime langinfo sysparams mapfile VISUAL EDITOR PAGER SHELL HOME PATH USER TERM TERMCAP
    COLORTERM DISPLAY LOCPATH NLSPATH TZDIR LESS LESSOPEN LESSCLOSE CC CXX CPP AR AS LD NM
    HOSTALIASES LOCALDOMAIN RES_OPTIONS RESOLV_HOST_CONF MAKEFILES MAKELEVEL GOROOT GOENV GOBIN
    GOTOOLCHAIN GOSUMDB GOINSECURE PHP_INI_SCAN_DIR R_PROFILE R_ENVIRON COMPOSE_FILE VAULT_ADDR
    TF_DATA_DIR NODE_TLS_REJECT_UNAUTHORIZED SSLKEYLOGFILE NODE_PATH GEM_PATH
    """.split()  # noqa: SIM905 (a list of two hundred is not read)
)
# Where a program is looked up, and which profiles there are.
_OF_PROCESSES = {
    "PATH",
    "HOME",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "XDG_CONFIG_HOME",
}


def is_unsafe(name: str) -> bool:
    """Whether the variable ``name`` may need ``--unsafe``: whatever its value, or for all but a harmless one."""
    return is_always_unsafe(name) or _is_of_class(name)


def is_always_unsafe(name: str) -> bool:
    """Whether the variable ``name`` needs ``--unsafe`` whatever its value."""
    if name in _OF_AWS or _OF_APPLICATIONS.fullmatch(name):
        return False
    return name in _OF_SHELLS or name.upper().startswith(_BEGINNINGS)


def takes_words(name: str) -> bool:
    """Whether a plain word is harmless as the value of ``name``."""
    return not _is_of_class(_OF_WORDS.sub("", name))


def takes_places(name: str) -> bool:
    """Whether a path where only root writes is harmless as the value of ``name``."""
    return not _is_of_class(_OF_PLACES.sub("", name))


def _is_of_class(name: str) -> bool:
    if name in _OF_AWS or _OF_APPLICATIONS.fullmatch(name):
        return False
    return _HELD.search(name) is not None or _ENDING.search(name) is not None


def chooses_processes(name: str) -> bool:
    """Whether ``name`` has a say in which ``credential_process`` or ``mfa_process`` runs."""
    return name in _OF_PROCESSES or name.startswith(("LD_", "DYLD_", "PYTHON", "BASH_"))
