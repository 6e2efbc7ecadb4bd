"""Which variables of a folder's ``.env`` need a person's word of their own."""

import subprocess

import pytest

from awsenv.envrc.unsafe import is_unsafe
from tests.shells.real import installed

# What each shell says of itself: every name that is more than a variable to it.
SPECIAL = {
    "bash": ("--norc", "--noprofile", "-ic", "compgen -v"),
    "zsh": (
        "-f",
        "-c",
        "zmodload zsh/zle zsh/parameter zsh/terminfo zsh/mapfile zsh/langinfo zsh/sched zsh/datetime zsh/system;"
        "for k in ${(k)parameters}; do [[ ${parameters[$k]} == *(special|hide)* ]] && print -r -- $k; done",
    ),
    "fish": ("--no-config", "-c", "set -n"),
    "ksh": ("-c", "set"),
    "mksh": ("-c", "set"),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_what_a_shell_itself_treats_as_special(name: str) -> None:
    told = subprocess.run(
        [installed(name), *SPECIAL[name]], env={}, capture_output=True, text=True, check=False
    ).stdout
    names = {line.partition("=")[0] for line in told.splitlines()}
    names = {each for each in names if each.isidentifier()}
    assert len(names) > 10
    assert {each for each in names if not is_unsafe(each)} == set()


UNSAFE = [
    "RPS1",
    "RPS2",
    "RPROMPT2",
    "PROMPT2",
    "PROMPT4",
    "PS4",
    "SPROMPT",
    "AWS_PAGER",
    "PAGER",
    "GIT_PAGER",
    "MANPAGER",
    "BAT_PAGER",
    "SYSTEMD_PAGER",
    "PSQL_PAGER",
    "FZF_DEFAULT_OPTS",
    "FZF_DEFAULT_COMMAND",
    "TF_CLI_CONFIG_FILE",
    "TF_CLI_ARGS_plan",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ENDPOINT_URL_S3",
    "AWS_CA_BUNDLE",
    "AWS_EC2_METADATA_DISABLED",
    "MAKEFLAGS",
    "GNUMAKEFLAGS",
    "CFLAGS",
    "LDFLAGS",
    "GOFLAGS",
    "RUSTFLAGS",
    "JAVA_OPTS",
    "MAVEN_OPTS",
    "SBT_OPTS",
    "LESSOPEN",
    "VISUAL",
    "GIT_EDITOR",
    "FCEDIT",
    "HISTFILE",
    "KUBECONFIG",
    "DOCKER_CONFIG",
    "npm_config_script_shell",
    "NPM_CONFIG_REGISTRY",
    "JAVA_HOME",
    "CARGO_HOME",
    "GOPATH",
    "CLASSPATH",
    "NODE_PATH",
    "PERL5OPT",
    "RUBYOPT",
    "RUSTC_WRAPPER",
    "CMAKE_CXX_COMPILER_WRAPPER",
    "INPUTRC",
    "WGETRC",
    "CURL_HOME",
    "PSQLRC",
    "VIMINIT",
    "EXINIT",
    "BASH_ENV",
    "ENV",
    "ZDOTDIR",
    "PROMPT_COMMAND",
    "STARSHIP_CONFIG",
    "STARSHIP_SHELL",
    "COMSPEC_CMD",
    "LD_PRELOAD",
    "DYLD_INSERT_LIBRARIES",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "HTTPS_PROXY",
    "https_proxy",
    "no_proxy",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "BROWSER",
    "PYTHONSTARTUP",
    "PYTHONBREAKPOINT",
    "GIT_SSH_COMMAND",
    "GIT_CONFIG_COUNT",
    "HOMEBREW_EDITOR",
    "RIPGREP_CONFIG_PATH",
    "TERMINFO",
    "path",
    "fpath",
    "prompt",
    "_",
    "AWSENV_SET",
    "__awsenv_due",
    "XDG_STATE_HOME",
    "fish_function_path",
    "DIRENV_CONFIG",
    "PIP_INDEX_URL",
    "UV_PYTHON",
]
SAFE = [
    "STAGE",
    "DATABASE_URL",
    "PORT",
    "PATHS",
    "MANAGER",
    "DEBUG",
    "LOG_LEVEL",
    "API_KEY",
    "SECRET_KEY",
    "NODE_ENV",
    "APP_ENV",
    "RAILS_ENV",
    "SRC_DIR",
    "REDIS_HOST",
    "PGHOST",
    "PGPASSWORD",
    "MYSQL_ROOT_PASSWORD",
    "COMPOSE_PROJECT_NAME",
    "GOOGLE_PROJECT",
    "S3_BUCKET",
    "QUEUE_NAME",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_DEFAULT_OUTPUT",
    "TF_VAR_stage",
    "SERVICE_NAME",
    "TIMEOUT",
    "RETRIES",
    "FEATURE_X",
    "HOSTS",
    "RESOURCE",
    "ARCHIVE",
    "SLACK_WEBHOOK_URL",
    "SENTRY_DSN",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe(name: str) -> None:
    assert is_unsafe(name)


@pytest.mark.parametrize("name", SAFE)
def test_an_application_s_own_is_not(name: str) -> None:
    assert not is_unsafe(name)
