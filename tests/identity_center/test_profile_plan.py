"""Any organization becomes profiles with safe names, and a second time changes no byte."""

import configparser
from pathlib import Path

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsenv.errors import AwsenvError
from awsenv.identity_center import profile_choice, profile_names
from awsenv.identity_center.profile_choice import Choice
from awsenv.identity_center.profile_plan import Plan, add_session, make_plan
from awsenv.profiles import edit

PATH = "config"
DEV, OTHER = "111122223333", "444455556666"
INJECTION = "a]\n[profile default]\ncredential_process=touch P"
URL = "https://demo.awsapps.com/start"


def chosen(**fields: object) -> Choice:
    choice = Choice("demo", URL, "us-east-1")
    for field, value in fields.items():
        setattr(choice, field, value)
    return choice


def setup(text: str, names: dict[str, str], given: dict[str, list[str]], **fields: object) -> Plan:
    choice = chosen(**fields)
    return make_plan(add_session(text, PATH, choice, "scope"), PATH, choice, names, given)


@pytest.mark.parametrize(
    ("called", "role", "name"),
    [
        ("xxx", "AdministratorAccess", "xxx-admin"),
        ("xxx", "ReadOnlyAccess", "xxx-readonly"),
        ("xxx", "PowerUserAccess", "xxx-poweruser"),
        ("xxx", "ViewOnlyAccess", "xxx-viewonly"),
        ("XXX Dev", "Break_Glass+1", "xxx-dev-break-glass-1"),
        ("本番", "AdministratorAccess", "本番-admin"),
        ("Prod / 日本 (東京)", "x", "prod-日本-東京-x"),
        ("हिन्दी", "x", "हिन्दी-x"),
        ("   ", "AdministratorAccess", f"{DEV}-admin"),
        ("", "@@", f"{DEV}-role"),
        (INJECTION, "ReadOnlyAccess", "a-profile-default-credential-process-touch-p-readonly"),
        ("n" * 200, "AdministratorAccess", "n" * 48 + "-admin"),
    ],
)
def test_a_name_is_made_of_letters_digits_and_dashes(called: str, role: str, name: str) -> None:
    assert profile_names.format_name(profile_names.TEMPLATE, DEV, called, role, "demo") == name


def test_the_template_may_hold_account_and_session() -> None:
    template = profile_choice.check_template("<session>.<account>/<env>-<role>")
    name = profile_names.format_name(template, DEV, "xxx", "AdministratorAccess", "Demo")
    assert name == f"demo.{DEV}/xxx-admin"


@pytest.mark.parametrize("template", ["x", "-<role>", "<role>]", "<role>\n", "<nope>", '"<role>"'])
def test_a_template_that_makes_no_names_is_refused(template: str) -> None:
    with pytest.raises(AwsenvError):
        profile_choice.check_template(template)


def test_a_name_that_is_taken_gets_the_account_and_then_a_number() -> None:
    names = {DEV: "xxx", OTHER: "xxx"}
    roles = {DEV: ["AdministratorAccess", "admin"], OTHER: ["AdministratorAccess"]}
    plan = setup(f"[profile xxx-admin-{OTHER}]\nregion = r-1\n", names, roles)
    assert plan.added == ["xxx-admin", f"xxx-admin-{DEV}", f"xxx-admin-{OTHER}-2"]


def test_no_account_becomes_the_default_profile() -> None:
    plan = setup("", {DEV: "default"}, {DEV: ["admin"]}, template="<env>")
    assert plan.added == [f"default-{DEV}"]


def test_the_text_is_what_a_person_would_have_written() -> None:
    plan = setup("", {DEV: "xxx"}, {DEV: ["AdministratorAccess"]}, regions=["r-1"], output="json")
    digest = plan.text.split("# awsenv sso ")[2][:12]
    assert plan.text == (
        "[sso-session demo]\n"
        f"# awsenv sso setup --session demo --start-url {URL} --sso-region us-east-1 --output json"
        " --name-template '<env>-<role>' --region r-1 --all\n"
        f"sso_start_url = {URL}\nsso_region = us-east-1\nsso_registration_scopes = scope\n\n"
        f"[profile xxx-admin]\n# awsenv sso {digest}\nsso_session = demo\nsso_account_id = {DEV}\n"
        "sso_role_name = AdministratorAccess\nregion = r-1\noutput = json\nawsenv_account = xxx\n"
    )
    [again] = profile_choice.read_choices(plan.text, PATH).values()
    assert again.line in plan.text


def test_the_old_form_has_no_session() -> None:
    choice = chosen(session="")
    text = add_session("", PATH, choice, "scope")
    plan = make_plan(text, PATH, choice, {DEV: "xxx"}, {DEV: ["AdministratorAccess"]})
    assert "[sso-session" not in plan.text
    assert f"sso_start_url = {URL}\nsso_region = us-east-1\nsso_account_id" in plan.text
    assert plan.text.startswith("# awsenv sso setup --legacy --start-url")
    again = make_plan(add_session(plan.text, PATH, choice, "scope"), PATH, choice, {DEV: "xxx"},
                    {DEV: ["AdministratorAccess"]})  # fmt: skip
    assert again.text == plan.text


def test_an_account_that_is_renamed_keeps_its_profile() -> None:
    plan = setup("", {DEV: "xxx"}, {DEV: ["AdministratorAccess"]})
    again = make_plan(plan.text, PATH, chosen(), {DEV: "zzz"}, {DEV: ["AdministratorAccess", "b"]})
    assert (again.added, again.changed) == (["zzz-b"], ["xxx-admin"])
    lines = [line for line in plan.text.splitlines() if "awsenv sso " not in line]
    renamed = [
        line.replace("_account = xxx", "_account = zzz") for line in lines if line[:1] != "#"
    ]
    kept = [line for line in again.text.splitlines() if line[:1] != "#"]
    assert kept[: len(renamed)] == renamed


@pytest.mark.parametrize(
    "own",
    [
        f"[profile mine]\nsso_session = demo\nsso_account_id = {DEV}\nsso_role_name = admin\n",
        f"[profile mine]\nsso_start_url = {URL}/\nsso_region = us-east-1\nsso_account_id = {DEV}\nsso_role_name = admin\n",
    ],
)
def test_a_persons_own_profile_stands_for_its_role(own: str) -> None:
    plan = setup(own, {DEV: "xxx"}, {DEV: ["admin"]})
    assert (plan.added, plan.changed) == ([], [])
    assert plan.text.startswith(own)


def test_another_sessions_profile_does_not() -> None:
    own = f"[profile mine]\nsso_session = other\nsso_account_id = {DEV}\nsso_role_name = admin\n"
    assert setup(own, {DEV: "xxx"}, {DEV: ["admin"]}).added == ["xxx-admin"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("region = r-1", "region = r-2"),
        ("region = r-1\n", "region = r-1\nca_bundle = /x\n"),
        ("region = r-1\n", "# mine\nregion = r-1\n"),
        ("[profile xxx-admin]", "[profile mine]"),
        ("sso_role_name = admin\nregion = r-1\n", "region = r-1\nsso_role_name = admin\n"),
    ],
)
def test_a_profile_that_a_person_edited_is_left_alone_and_named(old: str, new: str) -> None:
    plan = setup("", {DEV: "xxx"}, {DEV: ["admin"]}, regions=["r-1"])
    text = plan.text.replace(old, new)
    assert text != plan.text
    other = chosen(regions=["r-9"])
    again = make_plan(text, PATH, other, {DEV: "xxx"}, {DEV: ["admin"]})
    assert again.text == text
    assert again.edited == ["mine" if "mine]" in new else "xxx-admin"]
    gone = make_plan(text, PATH, other, {}, {}, prune=True)
    assert (gone.text, gone.gone) == (text, again.edited)
    # The control: unedited, it would follow.
    assert make_plan(plan.text, PATH, other, {DEV: "xxx"}, {DEV: ["admin"]}).changed == [
        "xxx-admin"
    ]


def test_what_is_gone_is_taken_out_only_after_a_complete_listing() -> None:
    plan = setup("# top\n[default]\nregion = r-1\n", {DEV: "xxx", OTHER: "yyy"},
                 {DEV: ["a", "b"], OTHER: ["c"]})  # fmt: skip
    text = plan.text + "# mine\n"
    half = make_plan(text, PATH, chosen(), {DEV: "xxx"}, {DEV: ["b"]}, complete=False, prune=True)
    assert (half.text, half.gone) == (text, ["xxx-a", "yyy-c"])
    # An account that was not asked for its roles is not gone.
    unknown = make_plan(
        text, PATH, chosen(), {DEV: "xxx", OTHER: "yyy"}, {DEV: ["a", "b"]}, prune=True
    )
    assert (unknown.text, unknown.gone) == (text, [])
    whole = make_plan(text, PATH, chosen(), {DEV: "xxx"}, {DEV: ["b"]}, prune=True)
    assert (whole.removed, whole.gone) == (["xxx-a", "yyy-c"], [])
    assert (
        whole.text
        == setup("# top\n[default]\nregion = r-1\n", {DEV: "xxx"}, {DEV: ["b"]}).text + "\n# mine\n"
    )


def test_accounts_and_roles_are_taken_as_chosen() -> None:
    names, roles = {DEV: "xxx", OTHER: "yyy"}, {DEV: ["a", "ReadOnlyAccess"], OTHER: ["a"]}
    for fields, added in (
        ({"accounts": [DEV]}, ["xxx-a", "xxx-readonly"]),
        ({"accounts": [f"{DEV}/a"]}, ["xxx-a"]),
        ({"roles": ["a"]}, ["xxx-a", "yyy-a"]),
        ({"roles": ["readonly"]}, ["xxx-readonly"]),
        ({"accounts": [OTHER], "roles": ["ReadOnlyAccess"]}, []),
    ):
        assert setup("", names, roles, **fields).added == added


def test_a_region_may_be_an_accounts_own() -> None:
    choice = chosen(regions=["r-1", f"{DEV}=r-2", "yyy=r-3"])
    assert [choice.region(DEV, "xxx"), choice.region(OTHER, "yyy"), choice.region("x", "z")] == [
        "r-2", "r-3", "r-1"]  # fmt: skip


def test_a_file_with_cr_lf_keeps_it() -> None:
    plan = setup("[default]\r\nregion = r-1", {DEV: "xxx"}, {DEV: ["admin"]})
    assert plan.text.count("\n") == plan.text.count("\r\n") > 8
    assert setup(plan.text, {DEV: "xxx"}, {DEV: ["admin"]}).text == plan.text


accounts = st.integers(10**11, 10**12 - 1).map(str)
called = st.one_of(
    st.text(max_size=60), st.sampled_from([INJECTION, "   ", "本番", "default", "mine", "n" * 200])
)
organizations = st.dictionaries(
    accounts,
    st.tuples(called, st.lists(st.from_regex(r"[\w+=,.@-]{1,20}", fullmatch=True).filter(str.isascii), max_size=4, unique=True)),
    max_size=8,
)  # fmt: skip
persons = st.sampled_from(
    [
        "",
        "# only a comment",
        "[default]\nregion = r-1\n# between\n\n[profile mine]\nregion=r-2\n\n# end\n",
        "[profile mine-admin]\r\nregion = r-1\r\n; end",
        "[DEFAULT]\noutput = json\n[profile 'a b']\nregion: r-2\n   # indented\n",
        f"[sso-session 'demo']\n# mine\nsso_region = us-east-1\nsso_start_url = {URL}\n[profile x]\nregion = a\n",
    ]
)


@given(organizations, persons)
def test_a_second_sync_changes_no_byte_and_nothing_of_a_persons(
    organization: dict[str, tuple[str, list[str]]], person: str
) -> None:
    names = {account: name for account, (name, _) in organization.items()}
    roles = {account: sorted(own) for account, (_, own) in organization.items()}
    first = setup(person, names, roles)
    second = make_plan(first.text, PATH, chosen(), names, roles)
    assert second.text == first.text
    assert (second.added, second.changed, second.removed, second.gone) == ([], [], [], [])
    assert make_plan(second.text, PATH, chosen(), names, roles, prune=True).text == first.text
    # Every line of the person's is there, in its order.
    left = iter(first.text.splitlines())
    assert all(line in left for line in person.splitlines())
    # And what was written are these profiles and no others.
    parsed = configparser.RawConfigParser()
    parsed.read_string(first.text)
    before = configparser.RawConfigParser()
    before.read_string(person)
    added = [header for header in parsed.sections() if header not in before.sections()]
    assert len([h for h in added if not h.startswith("sso-session")]) == sum(
        map(len, roles.values())
    )
    for header in added:
        options = dict(parsed[header])
        options.pop("output", None)
        options.pop("awsenv_account", None)
        keys = {"sso_session", "sso_account_id", "sso_role_name"}
        assert set(options) == keys or header.startswith("sso-session")
    assert len(first.names) == sum(map(len, roles.values()))


def test_botocore_reads_every_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        str(10**11 + n): name for n, name in enumerate([INJECTION, "   ", "本番", "हिन्दी", "a b"])
    }
    plan = setup("", names, {account: ["AdministratorAccess"] for account in names})
    (tmp_path / "config").write_text(plan.text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert sorted(botocore.session.Session().available_profiles) == sorted(plan.added)


def test_a_choice_that_cannot_be_understood_is_named_by_its_line() -> None:
    text = "[sso-session demo]\n# awsenv sso setup --nope x\n"
    with pytest.raises(AwsenvError, match="config, line 2: not a choice of accounts"):
        profile_choice.read_choices(text, PATH)


def test_a_sync_keeps_an_alias_and_knows_the_profile_for_its_own() -> None:
    names, roles = {DEV: "xxx"}, {DEV: ["AdministratorAccess"]}
    first = setup("", names, roles)
    text = edit.put(first.text, PATH, "profile xxx-admin", {"awsenv_alias": "a"})
    assert make_plan(text, PATH, chosen(), names, roles).text == text
    again = make_plan(text, PATH, chosen(), {DEV: "yyy"}, roles)
    assert (again.changed, again.edited) == (["xxx-admin"], [])
    assert again.text.endswith("awsenv_account = yyy\nawsenv_alias = a\n")
