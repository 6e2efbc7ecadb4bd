# awsenv for direnv: `use_aws PROFILE [--region R] [--account ID] [--profile-only]` in an .envrc.
#
# Installed by `awsenv direnv install` into direnv's lib folder; sourced by direnv's bash before
# every .envrc. It stands on its own: when awsenv is gone it closes the door, as it does when the
# profile has no session, so that nobody acts as [default] or as the account outside the folder.

use_aws() {
  # Under `set -x` a trace would hold the values; from bash 4.4 on it comes back at the end.
  local - 2>/dev/null
  { set +x; } 2>/dev/null
  local _awsenv_program='@AWSENV@' _awsenv_text _awsenv_name='' _awsenv_word _awsenv_skip=
  for _awsenv_word in "$@"; do
    case $_awsenv_skip$_awsenv_word in
      skip*) _awsenv_skip= ;;
      --region | --account | --mfa-code | --mfa-serial | --duration | --min-left | --role-arn | \
        --shell | --format) _awsenv_skip=skip ;;
      -*) ;;
      *) _awsenv_name=$_awsenv_word ;;
    esac
  done
  # Loaded again as soon as one of the two files changes, or the session: a failure, too.
  local _awsenv_config=${AWS_CONFIG_FILE-$HOME/.aws/config}
  local _awsenv_credentials=${AWS_SHARED_CREDENTIALS_FILE-$HOME/.aws/credentials}
  watch_file "${_awsenv_config/#\~\//$HOME/}" "${_awsenv_credentials/#\~\//$HOME/}" \
    "${XDG_STATE_HOME:-$HOME/.local/state}/awsenv/records/$_awsenv_name"
  # Moved by an upgrade: then the one on the PATH.
  [[ -x $_awsenv_program ]] || _awsenv_program=$(type -P awsenv) || _awsenv_program=
  if [[ -z $_awsenv_program ]]; then
    printf 'awsenv: not installed, so no AWS credentials here; uv tool install awsenv-shell\n' >&2
  elif _awsenv_text=$("$_awsenv_program" use "$@" --shell direnv </dev/null) &&
    eval "$_awsenv_text"; then
    return 0
  fi
  _awsenv_close_door "$_awsenv_name"
}

# Nobody's credentials: neither those of the account outside nor, by falling through, [default]'s.
# Returns 0: under strict_env a failing .envrc is dropped, and the outer account would stay live.
_awsenv_close_door() {
  local IFS=' ' _awsenv_word
  # What awsenv had set outside: an endpoint, a Region.
  for _awsenv_word in ${AWSENV_SET-}; do
    [[ $_awsenv_word != AWS_* ]] || unset "$_awsenv_word"
  done
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN \
    AWS_CREDENTIAL_EXPIRATION AWS_ACCOUNT_ID AWS_DEFAULT_PROFILE AWS_ROLE_ARN \
    AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
    AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN \
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWSENV_PROFILE AWSENV_SET \
    AWS_VAULT AWSUME_PROFILE AWSU_PROFILE AWS_SSO_PROFILE "${!AWS_BEARER_TOKEN_@}"
  export AWS_PROFILE="awsenv-no-session:$1"
  return 0
}
