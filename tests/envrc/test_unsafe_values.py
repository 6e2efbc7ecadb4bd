"""Whatever a folder's variable is called: a value that a program may run, or read as settings, needs a person's word;
an application's own values do not."""

import os
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from awsenv.envrc.unsafe_values import needs_consent
from tests.program import awsenv

COMMANDS = [
    "sh -c id",
    "touch marker",
    "/bin/sh",
    "A=b sh -c id",
    "env A=b sh",
    "ssh -o ProxyCommand=x",
    "'sh' -c id",
    "sh -c 'it is open",
    "|id",
    " | id",
    "!id",
    "$(id)",
    "a`id`",
    "exec:id",
    "unixexec:path=/bin/sh,argv1=-c",
    "EXEC:/bin/sh",
    "ext::sh -c id",
    "-e x",
    "--require=x",
    "-javaagent:x",
    " -c x",
]
FILES = [
    "tool.conf",
    "./tool.conf",
    "sub/../tool.conf",
    "sub/settings",
    "{folder}/tool.conf",
    "file://{folder}/tool.conf",
    "a:tool.conf",
    "x=./tool.conf,y",
    "@tool.conf",
    "//{folder}/tool.conf",
    "tool.conf?x",
    "link",
]
OWN = [
    "",
    "production",
    "true",
    "5432",
    "-1",
    "postgres://u:p@localhost:5432/db",
    "http://localhost:4566",
    "My Application - by us",
    "find",
    "a,b,c",
    "0 3 * * *",
    "base64:AAAA+/==",
    "-----BEGIN PRIVATE KEY-----",
    "pa$$word!x|y",
    "./storage",
    "data.sqlite",
    "logo.png",
    "missing.conf",
    "../outside.conf",
    "/etc/passwd",
    "user@example.org",
    "a\\nb",
]
# Names of classes, and values that say nothing which these could act on, or do.
HARMLESS = [
    ("S3_FORCE_PATH_STYLE", "true"),
    ("APP_CONFIG_CACHE", "60"),
    ("SESSION_PATH", "/"),
    ("MYSQL_SSL_CAPATH", "/etc/ssl/certs/"),
    ("APP_ENVIRONMENT", "selfhost"),
    ("PROXY_AUTH_USER_HEADER", "remote-user"),
    ("AWS_BUCKET", "uploads"),
    ("RUN_NEXT_INIT", "false"),
]
ACTING = [
    ("X_PATH", "true-dir"),
    ("NODE_OPTIONS", "/x"),
    ("X_PAGER", "/x"),
    ("X_PLUGIN_PATH", "/x"),
    ("NODE_PATH", "/x"),
    ("GOPATH", "/x"),
    ("X_PATH", "sub"),
    ("X_PATH", "/tmp/x"),
    ("X_PATH", "/proc/self/cwd/x"),
    ("X_PATH", "/dev/fd/3"),
    ("X_PATH", "//host/share"),
    ("X_PATH", "a:b"),
    ("X_CONFIG", "1"),
    ("X_PLUGIN", "evil"),
    ("X_PAGER", "vi"),
    ("HTTPS_PROXY", "evil"),
    ("X_PROMPT", "sh"),
    ("AWS_ENDPOINT_URL", ""),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_BUCKET_FILE", "x.y"),
]
# Programs that are started by what such a variable holds, each with a harmless-looking value.
STARTERS = [
    "LESSKEYIN",
    "LESSKEY_CONTENT",
    "RSYNC_RSH",
    "CVS_RSH",
    "FOO_SSH",
    "X_PROG",
    "TAR_RSH",
    "CONDA_EXE",
    "X_EXECUTABLE",
    "VIMRUNTIME",
    "GIT_EXTERNAL_DIFF",
    "KUBECTL_EXTERNAL_DIFF",
    "GOAUTH",
    "GOCACHEPROG",
    "X_LAUNCHER",
    "X_HELPER",
    "CHROME_BIN",
    "X_BINARY",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    for name in ("tool.conf", "sub/settings", "data.sqlite", "logo.png", "1", "../outside.conf"):
        (tmp_path / "folder" / name).touch()
    (tmp_path / "folder" / "storage").mkdir()
    (tmp_path / "folder" / "link").symlink_to("/etc/passwd")
    return tmp_path / "folder"


def _ask(name: str, value: str, folder: Path) -> bool:
    value = value.replace("{folder}", str(folder))
    return needs_consent(name, value, [str(folder)], os.environ["PATH"])


def test_a_command_and_a_file_of_the_folder_need_a_word_whatever_the_name(folder: Path) -> None:
    assert [each for each in COMMANDS + FILES if not _ask("ANYTHING", each, folder)] == []


def test_an_application_s_own_values_do_not(folder: Path) -> None:
    assert [each for each in OWN if _ask("ANYTHING", each, folder)] == []


def test_of_a_class_of_names_the_values_that_act_do_and_the_others_do_not(folder: Path) -> None:
    assert [each for each in ACTING if not _ask(*each, folder)] == []
    assert [each for each in HARMLESS if _ask(*each, folder)] == []


def test_what_starts_a_program_does_by_a_word_of_its_own(folder: Path) -> None:
    assert [each for each in STARTERS if not _ask(each, "x", folder)] == []


def test_allow_asks_and_shows_it(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / ".envrc").write_text("dotenv\n")
    (folder / ".env").write_text("STAGE=test\nANYTHING=tool.conf\n")

    def allow(*options: str) -> CompletedProcess[str]:
        return awsenv(tmp_path, "allow", *options, str(folder))

    assert allow().returncode == 0  # the file is not there
    (folder / "tool.conf").touch()
    refused = allow()
    assert refused.returncode == 1
    assert "ANYTHING=tool.conf" in refused.stderr
    assert "STAGE" not in refused.stderr
    assert allow("--unsafe").returncode == 0
