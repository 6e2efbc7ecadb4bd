"""What answers in AWS's place is called so."""

import pytest

from awsenv.aws.errors import StrangerError
from awsenv.aws.explain import check_answerer


@pytest.mark.parametrize(("status", "media", "body"), [
    (200, "text/html", b"<p>"), (200, "application/xhtml+xml; charset=utf-8", b"<html/>"), (200, "", b"<!DOCTYPE html><p>"),
    (403, "text/html; charset=utf-8", b"blocked"), (407, "", b""), (302, "", b""), (511, "text/html", b"<p>"),
])  # fmt: skip
def test_a_page_a_redirect_and_a_proxys_refusal_are_not_aws(
    status: int, media: str, body: bytes
) -> None:
    with pytest.raises(StrangerError, match=f"not AWS but a proxy.* \\(HTTP {status}"):
        check_answerer({"status_code": status, "headers": {"content-type": media}, "body": body})


@pytest.mark.parametrize(("status", "media", "body"), [
    (200, "text/xml", b"<A/>"), (200, "application/json", b"{}"), (403, "text/xml", b"<ErrorResponse/>"), (200, "", b""),
    (400, "application/x-amz-json-1.1", b"{}"), (503, "text/html", b"<html>Service Unavailable"), (500, "", b""),
])  # fmt: skip
def test_what_aws_answers_is_awss(status: int, media: str, body: bytes) -> None:
    check_answerer({"status_code": status, "headers": {"content-type": media}, "body": body})
