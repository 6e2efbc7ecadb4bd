"""What a browser is started with leads on once, to this user alone."""

import http.client
import os
import subprocess
import sys
from urllib.parse import urlsplit

from awsenv.ui import one_time_link
from tests.server.test_loopback import OTHER, as_root
from tests.shells.real import installed

PAGE = "https://signin.example/federation?SigninToken=secret"
ASK = """import http.client, sys
it = http.client.HTTPConnection(sys.argv[1])
it.request("GET", sys.argv[2])
print(it.getresponse().status)
"""


def ask(url: str, **headers: str) -> tuple[int, str | None]:
    """Status, and where it leads on."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", parts.path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.headers["Location"]


def test_it_leads_on_once_and_a_second_one_is_told_and_said() -> None:
    said: list[str] = []
    with one_time_link.lead_on(PAGE, said.append) as link:
        assert "secret" not in link.url
        assert ask(f"{link.url}x") == (404, None)
        assert ask(link.url.rpartition("/")[0] + "/favicon.ico") == (404, None)
        # A name that somebody has pointed to this machine.
        assert ask(link.url, Host=f"evil.example:{urlsplit(link.url).port}") == (404, None)
        assert ask(link.url) == (302, PAGE)
        assert said == []
        assert ask(link.url) == (410, None)
        assert said == [
            "this link was asked for a second time, and led on once: if that was not you, sign out"
        ]


@as_root
def test_another_user_does_not_get_it_and_this_one_does_still() -> None:
    said: list[str] = []
    with one_time_link.lead_on(PAGE, said.append) as link:
        parts = urlsplit(link.url)
        words = [sys.executable, "-c", ASK, parts.netloc, parts.path]
        as_other = [installed("setpriv"), f"--reuid={OTHER}", "--clear-groups", *words]
        done = subprocess.run(as_other, capture_output=True, text=True, check=True)
        assert done.stdout == "410\n"
        assert said == [f"user {OTHER} asked for this link, and did not get it"]
        assert os.geteuid() != OTHER
        assert ask(link.url) == (302, PAGE)
