"""Variables that a folder must not set unseen: they change how programs load, what they run, or
where AWS is found."""

import re

_NAMES = {
    "PATH", "BASH_ENV", "ENV", "NODE_OPTIONS", "PROMPT_COMMAND", "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "AWS_DATA_PATH", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "HOME", "BROWSER", "SHELL", "EDITOR", "VISUAL", "PAGER", "IFS", "CDPATH", "FPATH", "ZDOTDIR",
    "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HOSTALIASES",
    "KUBECONFIG", "SSH_AUTH_SOCK", "SSH_ASKPASS", "SUDO_ASKPASS", "CC", "CXX", "RUSTC_WRAPPER", "GLOBIGNORE",
    "SHELLOPTS", "BASHOPTS", "PWD", "OLDPWD", "TERM", "TERMINFO", "TERMCAP", "INPUTRC", "FIGNORE", "HISTFILE",
    "NODE_PATH", "CLASSPATH", "GOFLAGS", "GCONV_PATH", "LOCPATH", "NLSPATH", "GTK_MODULES", "QT_PLUGIN_PATH",
    # Of zsh and fish, where they are more than a variable.
    "path", "fpath", "cdpath", "manpath", "mailpath", "module_path", "fignore", "watch", "psvar", "prompt",
    "PS0", "PS1", "PS2", "PS3", "PS4", "MANPATH", "MANPAGER", "LESS", "LESSOPEN", "LESSCLOSE", "PERLLIB", "RUBYOPT",
    "RUBYLIB", "JAVA_HOME", "JAVA_TOOL_OPTIONS", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT",
    "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "histchars", "status", "argv", "pipestatus", "history", "version", "hostname", "umask", "PROMPT", "RPROMPT",
}  # fmt: skip
_BEGINNINGS = (
    "LD_", "DYLD_", "PYTHON", "GIT_", "AWS_ENDPOINT_URL", "AWSENV_", "XDG_", "BASH_", "PERL5",
    "_JAVA_", "JDK_JAVA_", "LUA_", "NPM_CONFIG_", "npm_config_", "PIP_", "DIRENV_", "FUNCNEST", "MALLOC_", "ELECTRON_", "CARGO_", "MAVEN_", "GRADLE_", "ASPNETCORE_", "DOTNET_",
    "COR_", "CORECLR_", "__awsenv_", "fish_", "ZSH_", "OPENSSL_", "SSLKEYLOG",
)  # fmt: skip
_PROXY = re.compile(r".*_PROXY", re.IGNORECASE)
# Where a program is looked up, and which profiles there are.
_OF_PROCESSES = {
    "PATH",
    "HOME",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "XDG_CONFIG_HOME",
}


def is_unsafe(name: str) -> bool:
    """Whether the variable ``name`` needs ``--unsafe``."""
    return name in _NAMES or name.startswith(_BEGINNINGS) or _PROXY.fullmatch(name) is not None


def chooses_processes(name: str) -> bool:
    """Whether ``name`` has a say in which ``credential_process`` or ``mfa_process`` runs."""
    return name in _OF_PROCESSES or name.startswith(("LD_", "DYLD_", "PYTHON", "BASH_"))
