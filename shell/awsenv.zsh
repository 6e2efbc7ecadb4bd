# awsenv's hook for zsh: `awsenv use dev` and `awsenv off` without eval, completion, AWSENV_PROMPT.
# `awsenv hook zsh` prints it with the program's place in front, inside `emulate zsh -c`, so that a
# person's options and aliases do not act on it.

builtin zmodload -F zsh/datetime p:EPOCHSECONDS
builtin zmodload -F zsh/stat b:zstat

# Every variable that a session may set or unset; awsenv.environment.MANAGED.
typeset -ga __awsenv_managed=(
  AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION
  AWS_ACCOUNT_ID AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION AWS_DEFAULT_REGION
  AWS_DEFAULT_OUTPUT AWS_CA_BUNDLE AWS_ENDPOINT_URL AWS_IGNORE_CONFIGURED_ENDPOINT_URLS
  AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT AWS_STS_REGIONAL_ENDPOINTS AWS_DEFAULTS_MODE
  AWS_RETRY_MODE AWS_MAX_ATTEMPTS AWS_SDK_UA_APP_ID AWS_REQUEST_CHECKSUM_CALCULATION
  AWS_RESPONSE_CHECKSUM_VALIDATION AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES
  AWS_DISABLE_REQUEST_COMPRESSION AWS_ACCOUNT_ID_ENDPOINT_MODE AWS_SIGV4A_SIGNING_REGION_SET
  AWS_AUTH_SCHEME_PREFERENCE AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_METADATA_SERVICE_TIMEOUT
  AWS_METADATA_SERVICE_NUM_ATTEMPTS
)
# Those that every session sets or unsets.
typeset -ga __awsenv_keys=(${__awsenv_managed[1,8]})

awsenv() {
  case ${1-} in
    (use|off) ;;
    (*)
      local -i code=0
      "${__awsenv_program[@]}" "$@" || code=$?
      __awsenv_due=0 # looked at again: it may be allowed now, or linked, or signed in
      return $code
      ;;
  esac
  local word
  for word in "$@"; do
    case $word in
      # Help, or a form that is not this shell's to evaluate.
      (-h|--help|--show|--shell|--shell=*|--format|--format=*)
        "${__awsenv_program[@]}" "$@"
        return
        ;;
    esac
  done
  # In the subshell of eval "$(awsenv use dev)" it prints a call of itself, never a secret.
  if (( ZSH_SUBSHELL )) && [[ ! -t 1 ]]; then
    __awsenv_act "$@" || { local code=$?; print false; return $code }
    print -r -- __awsenv_act "${(q@)@}"
    return 0
  fi
  __awsenv_act "$@"
}

# Make this shell do it: by the record, without a process, or by what the program prints.
__awsenv_act() {
  setopt local_options no_xtrace # values are about to be handled
  local IFS=' ' text
  local -i code=0
  if [[ $# -eq 2 && $1 == use ]] && __awsenv_replay "$2"; then
    __awsenv_by_hand
    return 0
  fi
  text=$("${__awsenv_program[@]}" "$@" --shell zsh) || code=$?
  if (( ! code )); then
    builtin eval "$text" && __awsenv_by_hand
    return
  fi
  if (( code >= 128 && code != 130 )); then
    print -u2 "awsenv: killed by signal $(( code - 128 )); nothing was changed"
  fi
  return $code
}

# By hand, so it is no longer the folder that has no session.
__awsenv_by_hand() {
  [[ $__awsenv_how != closed ]] || __awsenv_how=loaded
}

# Act as $1 by its record, if that is ours, whole, alive, newer than the AWS files, and holds the
# session itself. A record of a plain key only says where the key stands: that is the program's.
# $2 and $3: another Region, and the account that it has to be of.
__awsenv_replay() {
  local profile=$1 whose until=0 ends=0
  local -A new
  local -a order
  [[ $profile != - ]] || profile=${AWSENV_PREVIOUS-}
  [[ -n $profile ]] && __awsenv_record "$profile" || return 1
  [[ -z ${3-} || $whose == $3 ]] || return 1
  # Renewed a little before its end: that is the program's.
  (( until > EPOCHSECONDS )) || return 1
  if [[ -n ${2-} ]]; then
    (( $+new[AWS_REGION] )) || order+=(AWS_REGION AWS_DEFAULT_REGION)
    new[AWS_REGION]=$2 new[AWS_DEFAULT_REGION]=$2
  fi
  __awsenv_known=($new[AWS_ACCESS_KEY_ID] $until)
  __awsenv_switch
}

# The record of $1 into the caller's `new` and `order`, the account into `whose`, and from when on it
# is to be renewed and when it ends into `until` and `ends`.
__awsenv_record() {
  setopt local_options extended_glob
  local file=$1 line name value whole= of=
  [[ $1 == [A-Za-z0-9_@+-][A-Za-z0-9._@+-]# ]] || __awsenv_encode "$1"
  file=${${(M)XDG_STATE_HOME:#/*}:-${HOME-}/.local/state}/awsenv/records/$file
  [[ -f $file && -O $file && ! -L $file ]] || return 1
  for line in "${(@f)$(<$file)}"; do
    name=${line%%=*} value=${line#*=}
    [[ $value != *%* ]] || value=${(g::)value//\%/\\x}
    case $name in
      (AWS_*)
        (( ${__awsenv_managed[(Ie)$name]} )) || return 1
        new[$name]=$value order+=($name)
        ;;
      (awsenv) [[ $value == 1 ]] || return 1 ;;
      (profile) of=$value ;;
      (account) whose=$value ;;
      (renew) until=$value ;;
      (expires) ends=$value ;;
      (key) return 1 ;;
      (config.path|credentials.path) [[ ! $value -nt $file ]] || return 1 ;;
      (env.HOME) [[ $value == "${HOME-}" ]] || return 1 ;;
      (env.AWS_CONFIG_FILE) [[ $value == "${AWS_CONFIG_FILE-}" ]] || return 1 ;;
      (env.AWS_SHARED_CREDENTIALS_FILE)
        [[ $value == "${AWS_SHARED_CREDENTIALS_FILE-}" ]] || return 1 ;;
      (end) whole=1 ;;
    esac
  done
  [[ -n $whole && $of == "$1" && -n ${new[AWS_ACCESS_KEY_ID]-} && $until$ends == [0-9]## ]]
}

# The name of the record's file for the profile $1, into `file`; awsenv.replay.record_path.
__awsenv_encode() {
  setopt local_options no_multibyte
  local rest=$1 byte hex
  file=
  while [[ -n $rest ]]; do
    byte=$rest[1] rest=$rest[2,-1]
    if (( #byte <= 32 || #byte >= 127 )) || [[ $byte == ([%/]|\\) ]]; then
      printf -v hex %02X $(( #byte & 255 ))
      byte=%$hex
    fi
    file+=$byte
  done
  [[ $file != .* ]] || file=%2E${file#.}
}

# To the values in `new`, as the program's text would do it, with the same originals:
# awsenv/environment/posix.py says what is kept where.
__awsenv_switch() {
  setopt local_options no_all_export
  local name was fresh=1
  # Nothing is changed when something cannot be; the program then says which.
  for name in $__awsenv_managed AWSENV_PROFILE AWSENV_SET AWSENV_PREVIOUS; do
    [[ ${(Pt)name} != *readonly* ]] || return 1
  done
  [[ ${__awsenv_of-} != ("$$:"|"$$:${DIRENV_DIR-}") ]] || fresh=
  local -a ours=(${=AWSENV_SET-})
  for name in $__awsenv_managed; do
    if [[ -n $fresh ]]; then
      if (( ${ours[(Ie)$name]} )) || [[ -z ${(P)name+x} ]]; then
        was=u
      elif [[ ${(Pt)name} == *export* ]]; then
        was=x${(P)name}
      else
        was=s${(P)name}
      fi
      typeset -g "__awsenv_was_$name=$was"
    fi
    if (( ${+new[$name]} )); then
      export "$name=${new[$name]}"
      continue
    fi
    was=__awsenv_was_$name was=${(P)was-}
    if (( ${__awsenv_keys[(Ie)$name]} )); then
      was=u
    elif [[ $name != (AWS_REGION|AWS_DEFAULT_REGION) ]] && (( ! ${ours[(Ie)$name]} )); then
      was=
    fi
    [[ -z $was ]] || __awsenv_put_back $name "$was"
  done
  [[ -z $fresh ]] || typeset -g "__awsenv_of=$$:${DIRENV_DIR-}"
  [[ -z ${AWSENV_PROFILE-} || $AWSENV_PROFILE == $profile ]] || export AWSENV_PREVIOUS=$AWSENV_PROFILE
  export AWSENV_PROFILE=$profile AWSENV_SET="${order[*]}"
}

# Make the variable $1 what it was, by what was kept of that: u (unset), xVALUE (exported) or sVALUE.
__awsenv_put_back() {
  case $2 in
    (u) unset $1 ;;
    (x*) export "$1=${2#x}" ;;
    (s*) unset $1; typeset -g "$1=${2#s}" ;;
  esac
}

# AWSENV_PROMPT for PROMPT='$AWSENV_PROMPT…': the profile, and the time left where there is an end. It
# is to be said anew at __awsenv_due. Its percent signs are doubled: PROMPT_SUBST reads them.
__awsenv_say_left() {
  typeset -g AWSENV_PROMPT=${${AWSENV_PROFILE-}//\%/%%}
  [[ -n $AWSENV_PROMPT && -n ${AWS_CREDENTIAL_EXPIRATION-} ]] || return 0
  [[ ${__awsenv_end_text-} == $AWS_CREDENTIAL_EXPIRATION ]] || __awsenv_ends
  [[ -n $__awsenv_ends_at ]] || return 0
  local -i left=$(( __awsenv_ends_at - EPOCHSECONDS ))
  if (( left >= 3600 )); then
    AWSENV_PROMPT+=" $(( left / 3600 ))h$(( left / 60 % 60 ))m"
  elif (( left > 0 )); then
    AWSENV_PROMPT+=" $(( left / 60 ))m"
  else
    AWSENV_PROMPT+=' ended'
    return 0
  fi
  left=$(( EPOCHSECONDS + left % 60 + 1 ))
  (( left >= __awsenv_due )) || __awsenv_due=$left
}

# AWS_CREDENTIAL_EXPIRATION (RFC 3339 in UTC) as a second since 1970, into __awsenv_ends_at.
__awsenv_ends() {
  setopt local_options extended_glob
  typeset -g __awsenv_end_text=$AWS_CREDENTIAL_EXPIRATION __awsenv_ends_at=
  local match mbegin mend
  [[ $__awsenv_end_text == (#b)([0-9](#c4))-([0-9](#c2))-([0-9](#c2))T([0-9](#c2)):([0-9](#c2)):([0-9](#c2))(Z|+00:00) ]] || return 0
  # Days from civil: the year begins in March.
  local -i 10 year=10#$match[1] month=10#$match[2]
  (( month > 2 || (year--, month += 12) ))
  __awsenv_ends_at=$(( (365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5
    + 10#$match[3] - 719469) * 86400 + 10#$match[4] * 3600 + 10#$match[5] * 60 + 10#$match[6] ))
}

# Names of profiles out of the two files, without running any: one may be called x$(touch f).
__awsenv_complete() {
  setopt local_options extended_glob
  if (( CURRENT == 2 )); then
    compadd -- use off exec status list show login logout sso add remove dotenv link unlink allow deny orgs direnv renew hook credential-process demo
    return
  fi
  [[ $words[2] == (use|show|remove|dotenv|link|login|logout|exec) ]] || { _default; return }
  local file line config=${HOME-}/.aws/config credentials=${HOME-}/.aws/credentials
  local -a names
  # Those that awsenv left, if they are younger than the two files.
  file=${${(M)XDG_STATE_HOME:#/*}:-${HOME-}/.local/state}/awsenv/names
  if [[ -z ${AWS_CONFIG_FILE+x}${AWS_SHARED_CREDENTIALS_FILE+x} && -f $file && -O $file ]] &&
    [[ ! -e $config || $file -nt $config ]] && [[ ! -e $credentials || $file -nt $credentials ]]; then
    names=("${(@f)$(<$file)}")
    compadd -a -- names
    return
  fi
  for file in "${AWS_CONFIG_FILE-$config}" "${AWS_SHARED_CREDENTIALS_FILE-$credentials}"; do
    [[ -f $file && -r $file ]] || continue
    for line in ${(M)${(@f)"$(<$file)"}:#\[*\]*}; do
      line=${${line#\[}%\]*}
      [[ $line != (sso-session|services)\ * ]] || continue
      [[ $line != profile\ * ]] || line=${${line#profile }//[\"\']/}
      names+=($line)
    done
  done
  compadd -a -- names
}
(( ! ${+functions[compdef]} )) || compdef __awsenv_complete awsenv
