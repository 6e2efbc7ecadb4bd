"""An organization of a few hundred accounts for the stand-in's portal, as a company grows one."""

import itertools

from awsenv.demo.portal import Portal

_TEAMS = (
    "auth", "billing", "catalog", "checkout", "data-lake", "delivery", "fraud", "identity", "inventory",
    "mail", "maps", "media", "metrics", "mobile", "network", "notify", "orders", "partners", "payments",
    "pricing", "profile", "reports", "returns", "reviews", "search", "security", "shipping", "stores",
    "support", "tax", "web", "本番監視",
)  # fmt: skip
_STAGES = {
    "dev": ["AdministratorAccess", "ReadOnlyAccess"],
    "staging": ["PowerUserAccess", "ReadOnlyAccess"],
    "non-prod": ["PowerUserAccess", "ViewOnlyAccess"],
    "prod": ["ReadOnlyAccess", "BreakGlass"],
    "sandbox": ["AdministratorAccess"],
    "dr": ["ReadOnlyAccess"],
    "tools": ["PowerUserAccess", "ReadOnlyAccess"],
    "audit": ["SecurityAudit"],
    "load-test": ["AdministratorAccess"],
}


def found(portal: Portal, first: str) -> None:
    """Found it in ``portal``: the account ``first``, called xxx, and one for each team and stage."""
    portal.names[first], portal.assignments[first] = "xxx", ["AdministratorAccess"]
    for number, (team, stage) in enumerate(itertools.product(_TEAMS, _STAGES)):
        account = str(210000000000 + number * 37)
        portal.names[account] = f"{team}-{stage}"
        portal.assignments[account] = list(_STAGES[stage])
