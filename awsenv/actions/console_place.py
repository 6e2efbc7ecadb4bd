"""Where the console of a session is: partition, Region, the page, and who is asked for a way in."""

from typing import NamedTuple
from urllib.parse import quote, urlsplit

from awsenv.aws import client, partitions
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles.profile import Profile
from awsenv.regions import check_region
from awsenv.variables import IGNORE_ENDPOINTS

# What people type → what the console calls it.
_SERVICES = {
    "apigw": "apigateway", "asg": "ec2autoscaling", "cf": "cloudfront", "cfn": "cloudformation", "ct": "cloudtrail",
    "cw": "cloudwatch", "ddb": "dynamodb", "eb": "elasticbeanstalk", "ec": "elasticache", "kinesisanalytics": "flink",
    "l": "lambda", "org": "organizations", "orgs": "organizations", "param": "systems-manager", "r53": "route53",
    "route53": "route53/v2", "sfn": "states", "sm": "secretsmanager", "ssm": "systems-manager", "sso": "singlesignon",
    "stepfunctions": "states", "waf": "wafv2/homev2", "ce": "costmanagement", "bill": "billing", "ecr": "ecr/repositories",
}  # fmt: skip


class ConsolePlace(NamedTuple):
    """The console of ``partition``, in ``region`` (empty: the person's last one there); ``endpoint`` is its sign-in."""

    partition: str
    region: str
    endpoint: str
    hosts: partitions.ConsoleHosts

    def format_page(self, service: str, path: str) -> str:
        """The page of ``service`` (empty: home), or at ``path`` there, which may be a whole address. Raises
        ``UsageError`` for one of another site."""
        if path.startswith(("https://", "http://")):
            host = urlsplit(path).hostname or ""
            if not path.startswith("https://") or not f".{host}".endswith(self.hosts.domain):
                what = f"{path} is no page of the console of {self.partition}"
                raise UsageError(what, f"https://…{self.hosts.domain}/…")
            return path
        host = f"{self.region}.{self.hosts.pages}" if self.region else self.hosts.pages
        name = _SERVICES.get(service.lower(), service)
        place = path.lstrip("/") or (name if "/" in name else f"{name or 'console'}/home")
        address = f"https://{host}/{place}"
        if self.region and "region=" not in address:
            before, sharp, rest = address.partition("#")
            joint = "&" if "?" in before else "?"
            address = f"{before}{joint}region={quote(self.region)}{sharp}{rest}"
        return address


def choose_place(
    profile: Profile, region: str, environ: dict[str, str], arn: str = ""
) -> ConsolePlace:
    """Where the console of ``profile`` is, in ``region`` where one is named, else in its own; ``arn`` is whom its session
    acts as, where that is known. Raises ``AwsenvError`` for a Region of another partition than the session's, and where
    there is no console."""
    check_region(region, region, "--region eu-west-1, say")
    region = region or profile.get("region") or ""
    check_region(region, f"profile {profile.name}: {region}", f"awsenv show {profile.name}")
    names = ("role_arn", "mfa_serial", "login_session")
    arns = (arn, *(profile.get(name) or "" for name in names))
    of = next(filter(None, map(partitions.of_arn, arns)), "")
    of = of or partitions.of_region(profile.get("sso_region") or "")
    of = of or partitions.of_region(region or client.find_region(profile, environ)) or "aws"
    hosts = partitions.find_console(of)
    if hosts is None:
        raise AwsenvError(f"partition {of} has no console that is public", "awsenv exec PROFILE -- aws …")  # fmt: skip
    if region and partitions.of_region(region) not in ("", of):
        what = f"profile {profile.name} is of partition {of}, and {region} is not"
        raise AwsenvError(what, f"--region {partitions.find_first_region(of)}, say")
    is_home = region in ("", "us-east-1") and of == "aws"
    host = hosts.signin if is_home or not region else hosts.regional_signin.format(region=region)
    return ConsolePlace(of, region, _find_endpoint(profile, environ) or f"https://{host}", hosts)


def _find_endpoint(profile: Profile, environ: dict[str, str]) -> str:
    """The address that is configured for the sign-in, as botocore looks for one (``ConfiguredEndpointProvider``)."""
    ignored = environ.get(IGNORE_ENDPOINTS) or profile.get("ignore_configured_endpoint_urls") or ""
    if ignored.lower() == "true":
        return ""
    of_service = [each["signin"].get("endpoint_url", "") for each in profile.services().values() if isinstance(each.get("signin"), dict)]  # fmt: skip
    found = (environ.get("AWS_ENDPOINT_URL_SIGNIN"), environ.get("AWS_ENDPOINT_URL"), *of_service, profile.get("endpoint_url"))  # fmt: skip
    return next(filter(None, found), "").rstrip("/")
