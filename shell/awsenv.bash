# awsenv's hook for bash, 3.2 and later: `awsenv use dev` and `awsenv off` without eval, completion,
# AWSENV_PROMPT. `awsenv hook bash` prints it with the program's place in front.
# shellcheck shell=bash disable=SC2154,SC2128,SC2178 # set in front; string or array

# A person's aliases would act on the words of the functions below.
__awsenv_aliases=-u
\builtin shopt -q expand_aliases && __awsenv_aliases=-s
\builtin shopt -u expand_aliases

# Every variable that a session may set or unset; awsenv.environment.MANAGED.
__awsenv_managed='AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION
AWS_ACCOUNT_ID AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION
AWS_DEFAULT_OUTPUT AWS_CA_BUNDLE AWS_ENDPOINT_URL AWS_IGNORE_CONFIGURED_ENDPOINT_URLS
AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT AWS_STS_REGIONAL_ENDPOINTS AWS_DEFAULTS_MODE
AWS_RETRY_MODE AWS_MAX_ATTEMPTS AWS_SDK_UA_APP_ID AWS_REQUEST_CHECKSUM_CALCULATION
AWS_RESPONSE_CHECKSUM_VALIDATION AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES
AWS_DISABLE_REQUEST_COMPRESSION AWS_ACCOUNT_ID_ENDPOINT_MODE AWS_SIGV4A_SIGNING_REGION_SET
AWS_AUTH_SCHEME_PREFERENCE AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_METADATA_SERVICE_TIMEOUT
AWS_METADATA_SERVICE_NUM_ATTEMPTS'
__awsenv_managed=${__awsenv_managed//$'\n'/ }
__awsenv_news=" $__awsenv_managed"
__awsenv_news=${__awsenv_news// / __awsenv_new_}

awsenv() {
  builtin local __awsenv_word
  case ${1-} in
    use | off) ;;
    *)
      "${__awsenv_program[@]}" "$@"
      builtin set -- "$?"
      __awsenv_due=0 # looked at again: it may be allowed now, or linked, or signed in
      return "$1"
      ;;
  esac
  for __awsenv_word in "$@"; do
    case $__awsenv_word in
      # Help, or a form that is not this shell's to evaluate.
      -h | --help | --show | --shell | --shell=* | --format | --format=*)
        "${__awsenv_program[@]}" "$@"
        return
        ;;
    esac
  done
  # In the subshell of eval "$(awsenv use dev)" it prints a call of itself, never a secret.
  if ((BASH_SUBSHELL)) && [[ ! -t 1 ]]; then
    if __awsenv_act "$@"; then
      builtin printf '__awsenv_act'
      builtin printf ' %q' "$@"
      builtin printf '\n'
    else
      builtin set -- "$?"
      builtin printf 'false\n'
      return "$1"
    fi
    return 0
  fi
  __awsenv_act "$@"
}

# Make this shell do it: by the record, without a process, or by what the program prints.
__awsenv_act() {
  builtin local "__awsenv_x=$-" __awsenv_text __awsenv_status=0
  { builtin set +x; } 2>/dev/null # values are about to be handled
  # Behind a `cd` on the same line: the folder first, then what a person chooses in it.
  ((BASH_SUBSHELL)) || __awsenv_prompt || : # the status that it keeps is nobody's here
  if [[ $# -eq 2 && $1 == use ]] && __awsenv_replay "$2"; then
    :
  elif __awsenv_text=$("${__awsenv_program[@]}" "$@" --shell bash); then
    builtin eval "$__awsenv_text" || __awsenv_status=$?
  else
    __awsenv_status=$?
    ((__awsenv_status < 128 || __awsenv_status == 130)) ||
      builtin printf 'awsenv: killed by signal %d; nothing was changed\n' \
        "$((__awsenv_status - 128))" >&2
  fi
  # By hand, so it is no longer the folder that has no session.
  [[ $__awsenv_how != closed || $__awsenv_status != 0 ]] || __awsenv_how=loaded
  case $__awsenv_x in *x*) builtin set -x ;; esac
  return "$__awsenv_status"
}

# Act as $1 by its record, if that is ours, whole, alive, newer than the AWS files, and holds the
# session itself. A record of a plain key only says where the key stands: that is the program's.
# $2 and $3: another Region, and the account that it has to be of.
__awsenv_replay() {
  builtin local IFS=' ' LC_ALL=C "__awsenv_p=$1" __awsenv_account=''
  builtin local __awsenv_until=0 __awsenv_ends=0 __awsenv_set=' '
  # shellcheck disable=SC2086 # names
  builtin local $__awsenv_news
  [[ $__awsenv_p != - ]] || __awsenv_p=${AWSENV_PREVIOUS-}
  [[ $__awsenv_p ]] && __awsenv_record "$__awsenv_p" || return 1
  [[ -z ${3-} || $__awsenv_account == "$3" ]] || return 1
  # Renewed a little before its end: that is the program's.
  ((__awsenv_until > __awsenv_clock)) || return 1
  if [[ ${2-} ]]; then
    __awsenv_new_AWS_REGION=$2 __awsenv_new_AWS_DEFAULT_REGION=$2
    case $__awsenv_set in *' AWS_REGION '*) ;; *) __awsenv_set="${__awsenv_set}AWS_REGION AWS_DEFAULT_REGION " ;; esac
  fi
  # shellcheck disable=SC2154 # what __awsenv_record found
  __awsenv_known="$__awsenv_new_AWS_ACCESS_KEY_ID $__awsenv_until"
  __awsenv_switch
}

# The record of $1 into the caller's __awsenv_new_NAME, whose names come into __awsenv_set, and
# __awsenv_account, __awsenv_until (from when on it is to be renewed) and __awsenv_ends.
__awsenv_record() {
  builtin local LC_ALL=C "__awsenv_file=$1" __awsenv_kv __awsenv_k __awsenv_v __awsenv_whole='' __awsenv_of_whom='' __awsenv_all
  case $1 in *[!A-Za-z0-9._@+-]* | .*) __awsenv_encode "$1" ;; esac
  __awsenv_state
  __awsenv_file=$__awsenv_folder/records/$__awsenv_file
  [[ -f $__awsenv_file && -O $__awsenv_file && ! -L $__awsenv_file ]] || return 1
  __awsenv_lines "$__awsenv_file"
  for __awsenv_kv in ${__awsenv_all[@]+"${__awsenv_all[@]}"}; do
    __awsenv_k=${__awsenv_kv%%=*} __awsenv_v=${__awsenv_kv#*=}
    case $__awsenv_v in *%*) builtin printf -v __awsenv_v %b "${__awsenv_v//%/\\x}" ;; esac
    case $__awsenv_k in
      AWS_*)
        case $__awsenv_k in
          AWS_ACCESS_KEY_ID | AWS_SECRET_ACCESS_KEY | AWS_SESSION_TOKEN | AWS_CREDENTIAL_EXPIRATION | AWS_REGION | AWS_DEFAULT_REGION) ;;
          *) case " $__awsenv_managed " in *" $__awsenv_k "*) ;; *) return 1 ;; esac ;;
        esac
        builtin printf -v "__awsenv_new_$__awsenv_k" %s "$__awsenv_v"
        __awsenv_set="$__awsenv_set$__awsenv_k "
        ;;
      awsenv) [ "$__awsenv_v" = 1 ] || return 1 ;;
      profile) __awsenv_of_whom=$__awsenv_v ;;
      account) __awsenv_account=$__awsenv_v ;;
      renew) __awsenv_until=$__awsenv_v ;;
      expires) __awsenv_ends=$__awsenv_v ;;
      key) return 1 ;;
      config.path | credentials.path) [[ ! $__awsenv_v -nt $__awsenv_file ]] || return 1 ;;
      env.HOME) [ "$__awsenv_v" = "${HOME-}" ] || return 1 ;;
      env.AWS_CONFIG_FILE) [ "$__awsenv_v" = "${AWS_CONFIG_FILE-}" ] || return 1 ;;
      env.AWS_SHARED_CREDENTIALS_FILE)
        [ "$__awsenv_v" = "${AWS_SHARED_CREDENTIALS_FILE-}" ] || return 1
        ;;
      end) __awsenv_whole=1 ;;
    esac
  done
  [ "$__awsenv_whole$__awsenv_of_whom" = "1$1" ] || return 1
  case $__awsenv_set in *' AWS_ACCESS_KEY_ID '*) ;; *) return 1 ;; esac
  case $__awsenv_until$__awsenv_ends in *[!0-9]*) return 1 ;; esac
  return 0
}

# The lines of the file $1 into the caller's __awsenv_all: at once where bash can, from 4 on.
__awsenv_lines() {
  builtin local __awsenv_n
  __awsenv_all=()
  if ((BASH_VERSINFO[0] >= 4)); then
    builtin mapfile -t __awsenv_all <"$1"
  else
    while IFS= builtin read -r __awsenv_n; do
      __awsenv_all[${#__awsenv_all[@]}]=$__awsenv_n
    done <"$1"
  fi
}

# Our state folder, into __awsenv_folder.
__awsenv_state() {
  __awsenv_folder=${HOME-}/.local/state
  case ${XDG_STATE_HOME-} in /*) __awsenv_folder=$XDG_STATE_HOME ;; esac
  __awsenv_folder=$__awsenv_folder/awsenv
}

# The name of the record's file for the profile $1, into __awsenv_file; awsenv.replay.record_path.
__awsenv_encode() {
  builtin local "__awsenv_rest=$1" __awsenv_c __awsenv_h LC_ALL=C
  __awsenv_file=''
  while [[ $__awsenv_rest ]]; do
    __awsenv_c=${__awsenv_rest:0:1} __awsenv_rest=${__awsenv_rest:1}
    case $__awsenv_c in
      [!\!-~] | % | \\ | /)
        builtin printf -v __awsenv_h %d "'$__awsenv_c"
        builtin printf -v __awsenv_c %%%02X "$((__awsenv_h & 255))"
        ;;
    esac
    __awsenv_file=$__awsenv_file$__awsenv_c
  done
  case $__awsenv_file in .*) __awsenv_file=%2E${__awsenv_file#.} ;; esac
}

# The second now, as arithmetic reads it: before bash 5 that takes a process, once a shell.
if ((BASH_VERSINFO[0] >= 5)); then
  __awsenv_clock=EPOCHSECONDS
else
  __awsenv_epoch=$(($(command date +%s) - SECONDS)) __awsenv_clock=__awsenv_epoch+SECONDS
fi

# To the values in __awsenv_new_NAME, as the program's text would do it, with the same originals:
# awsenv/environment/posix.py says what is kept where.
__awsenv_switch() {
  builtin local __awsenv_n __awsenv_r __awsenv_a='' __awsenv_o='' __awsenv_w __awsenv_fresh=1 __awsenv_touched
  # What every session sets or unsets, what this one sets, and what the one before did.
  __awsenv_touched="AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_ACCOUNT_ID \
AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION"
  for __awsenv_n in $__awsenv_set ${AWSENV_SET-}; do
    case " $__awsenv_touched " in *" $__awsenv_n "*) continue ;; esac
    case " $__awsenv_managed " in *" $__awsenv_n "*) __awsenv_touched="$__awsenv_touched $__awsenv_n" ;; esac
  done
  # Nothing is changed when something cannot be; the program then says which.
  # shellcheck disable=SC2086 # words
  __awsenv_readonly $__awsenv_touched && return 1
  case $- in *a*) builtin set +a && __awsenv_a=1 ;; esac
  case ${__awsenv_of-} in "$$:" | "$$:${DIRENV_DIR-}") __awsenv_fresh='' ;; esac
  if [[ $__awsenv_fresh ]]; then
    __awsenv_exported
    for __awsenv_n in $__awsenv_managed; do
      __awsenv_w=u
      case " ${AWSENV_SET-} $__awsenv_n=${!__awsenv_n+x}" in
        *" $__awsenv_n "*) ;;
        *=x) case $__awsenv_o in *" $__awsenv_n "*) __awsenv_w=x${!__awsenv_n} ;; *) __awsenv_w=s${!__awsenv_n} ;; esac ;;
      esac
      builtin printf -v "__awsenv_was_$__awsenv_n" %s "$__awsenv_w"
    done
    __awsenv_of="$$:${DIRENV_DIR-}"
  fi
  for __awsenv_n in $__awsenv_touched; do
    case $__awsenv_set in
      *" $__awsenv_n "*)
        __awsenv_w=__awsenv_new_$__awsenv_n
        builtin export "$__awsenv_n=${!__awsenv_w}"
        continue
        ;;
    esac
    case $__awsenv_n in
      AWS_ACCESS_KEY_ID | AWS_SECRET_ACCESS_KEY | AWS_SESSION_TOKEN | AWS_CREDENTIAL_EXPIRATION | \
        AWS_ACCOUNT_ID | AWS_SECURITY_TOKEN | AWS_PROFILE | AWS_DEFAULT_PROFILE)
        builtin unset "$__awsenv_n"
        continue
        ;;
    esac
    __awsenv_r=__awsenv_was_$__awsenv_n
    __awsenv_put_back "$__awsenv_n" "${!__awsenv_r-}"
  done
  if [[ ${AWSENV_PROFILE-} && $AWSENV_PROFILE != "$__awsenv_p" ]]; then
    builtin export AWSENV_PREVIOUS="$AWSENV_PROFILE"
  fi
  __awsenv_set=${__awsenv_set# }
  builtin export AWSENV_PROFILE="$__awsenv_p" AWSENV_SET="${__awsenv_set% }"
  [[ -z $__awsenv_a ]] || builtin set -a
  return 0
}

# Make the variable $1 what it was, by what was kept of that: u (unset), xVALUE (exported) or sVALUE.
__awsenv_put_back() {
  case $2 in
    u) builtin unset "$1" ;;
    x*) builtin export "$1=${2#x}" ;;
    s*) builtin unset "$1" && builtin printf -v "$1" %s "${2#s}" ;;
  esac
  return 0
}

# Whether any of the variables $@ or of our own names is readonly; before bash 5 that takes a process.
__awsenv_readonly() {
  builtin local __awsenv_n
  if ((BASH_VERSINFO[0] < 5)); then
    ! (builtin unset "$@" AWSENV_PROFILE AWSENV_SET AWSENV_PREVIOUS) 2>/dev/null
    return
  fi
  for __awsenv_n in "$@" AWSENV_PROFILE AWSENV_SET AWSENV_PREVIOUS; do
    [[ ${!__awsenv_n+x} && ${!__awsenv_n@a} == *r* ]] && return 0
  done
  return 1
}

# The names of our variables that are exported, into __awsenv_o; before bash 5 that takes a process.
__awsenv_exported() {
  if ((BASH_VERSINFO[0] < 5)); then
    __awsenv_o=" $(builtin compgen -e | command tr '\n' ' ')"
    return
  fi
  for __awsenv_n in $__awsenv_managed; do
    [[ ${!__awsenv_n+x} && ${!__awsenv_n@a} == *x* ]] && __awsenv_o="$__awsenv_o $__awsenv_n "
  done
  return 0
}

# AWSENV_PROMPT for PS1='$AWSENV_PROMPT…': the profile, and the time left where there is an end. It is
# to be said anew at __awsenv_due.
__awsenv_say_left() {
  builtin local __awsenv_left
  AWSENV_PROMPT=${AWSENV_PROFILE-}
  [[ $AWSENV_PROMPT && ${AWS_CREDENTIAL_EXPIRATION-} ]] || return 0
  [ "${__awsenv_end_text-}" = "$AWS_CREDENTIAL_EXPIRATION" ] || __awsenv_ends
  [[ $__awsenv_ends_at ]] || return 0
  __awsenv_left=$((__awsenv_ends_at - (__awsenv_clock)))
  if ((__awsenv_left >= 3600)); then
    AWSENV_PROMPT="$AWSENV_PROMPT $((__awsenv_left / 3600))h$((__awsenv_left / 60 % 60))m"
  elif ((__awsenv_left >= 60)); then
    AWSENV_PROMPT="$AWSENV_PROMPT $((__awsenv_left / 60))m"
  else
    AWSENV_PROMPT="$AWSENV_PROMPT ended"
    ((__awsenv_left > 0)) || return 0
    AWSENV_PROMPT="${AWSENV_PROMPT% ended} 0m"
  fi
  __awsenv_left=$(((__awsenv_clock) + __awsenv_left % 60 + 1))
  ((__awsenv_left >= __awsenv_due)) || __awsenv_due=$__awsenv_left
}

# AWS_CREDENTIAL_EXPIRATION (RFC 3339 in UTC) as a second since 1970, into __awsenv_ends_at.
__awsenv_ends() {
  builtin local "__awsenv_t=$AWS_CREDENTIAL_EXPIRATION" __awsenv_y __awsenv_m
  __awsenv_end_text=$__awsenv_t __awsenv_ends_at=''
  case $__awsenv_t in
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z | \
      [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]+00:00) ;;
    *) return 0 ;;
  esac
  # Days from civil: the year begins in March.
  __awsenv_y=$((10#${__awsenv_t:0:4})) __awsenv_m=$((10#${__awsenv_t:5:2}))
  ((__awsenv_m > 2)) || { __awsenv_y=$((__awsenv_y - 1)) __awsenv_m=$((__awsenv_m + 12)); }
  __awsenv_ends_at=$(((365 * __awsenv_y + __awsenv_y / 4 - __awsenv_y / 100 + __awsenv_y / 400 + \
    (153 * (__awsenv_m - 3) + 2) / 5 + 10#${__awsenv_t:8:2} - 719469) * 86400 + \
    10#${__awsenv_t:11:2} * 3600 + 10#${__awsenv_t:14:2} * 60 + 10#${__awsenv_t:17:2}))
}

# Names of profiles out of the two files into COMPREPLY, without running any: a profile may be
# called x$(touch f).
__awsenv_complete() {
  builtin local "__awsenv_word=${COMP_WORDS[COMP_CWORD]}" __awsenv_n __awsenv_file
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    for __awsenv_n in use off exec status list show login logout sso add remove dotenv link unlink allow deny orgs direnv renew hook credential-process demo; do
      case $__awsenv_n in "$__awsenv_word"*) COMPREPLY[${#COMPREPLY[@]}]=$__awsenv_n ;; esac
    done
    return 0
  fi
  case $__awsenv_word in -*) return 0 ;; esac
  case ${COMP_WORDS[1]} in use | show | remove | dotenv | link | login | logout | exec) ;; *) return 0 ;; esac
  __awsenv_names
  for __awsenv_n in ${COMPREPLY[@]+"${!COMPREPLY[@]}"}; do
    case ${COMPREPLY[__awsenv_n]} in
      *[!A-Za-z0-9._-]*) builtin printf -v "COMPREPLY[$__awsenv_n]" %q "${COMPREPLY[__awsenv_n]}" ;;
    esac
  done
  return 0
}

# The names that begin with $__awsenv_word: those that awsenv left, if they are younger than the two
# files, else out of the files themselves, which takes long for many.
__awsenv_names() {
  builtin local "__awsenv_config=${HOME-}/.aws/config" "__awsenv_credentials=${HOME-}/.aws/credentials"
  builtin local __awsenv_i=0 LC_ALL=C # half the price, and names are compared byte by byte
  __awsenv_state
  __awsenv_file=$__awsenv_folder/names
  if [[ -z ${AWS_CONFIG_FILE+x}${AWS_SHARED_CREDENTIALS_FILE+x} && -f $__awsenv_file && -O $__awsenv_file &&
    $__awsenv_file -nt $__awsenv_config && $__awsenv_file -nt $__awsenv_credentials ]]; then
    builtin local __awsenv_all
    __awsenv_lines "$__awsenv_file"
    for __awsenv_n in ${__awsenv_all[@]+"${__awsenv_all[@]}"}; do
      [[ $__awsenv_n != "$__awsenv_word"* ]] || COMPREPLY[__awsenv_i++]=$__awsenv_n
    done
    return 0
  fi
  for __awsenv_file in "${AWS_CONFIG_FILE-$__awsenv_config}" \
    "${AWS_SHARED_CREDENTIALS_FILE-$__awsenv_credentials}"; do
    [[ -f $__awsenv_file && -r $__awsenv_file ]] || continue
    while IFS= builtin read -r __awsenv_n; do
      case $__awsenv_n in '['*']'*) ;; *) continue ;; esac
      __awsenv_n=${__awsenv_n#[} __awsenv_n=${__awsenv_n%]*}
      case $__awsenv_n in
        'sso-session '* | 'services '*) continue ;;
        'profile '*) __awsenv_n=${__awsenv_n#profile } __awsenv_n=${__awsenv_n//[\"\']/} ;;
      esac
      [[ $__awsenv_n != "$__awsenv_word"* ]] || COMPREPLY[__awsenv_i++]=$__awsenv_n
    done <"$__awsenv_file"
  done
}
builtin complete -F __awsenv_complete awsenv
