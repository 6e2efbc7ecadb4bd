# awsenv's hook for bash, second part: folders that act as a profile. Loaded behind awsenv.bash.
# At a prompt where nothing changed it runs builtins only.
# shellcheck shell=bash disable=SC2154,SC2178,SC2034,SC2088 # set in the first part, by callers; for them

# Where the binding in force lies (empty outside), and how it went: loaded, closed or refused. A
# shell that was started from a bound folder has its variables.
if [ "${__awsenv_shell-}" != "$$" ]; then
  __awsenv_shell=$$ __awsenv_at=${AWSENV_DIR-} __awsenv_how=${AWSENV_DIR:+loaded} __awsenv_profile='' __awsenv_hand=''
  case ${AWS_PROFILE-} in awsenv-no-session:*) __awsenv_how=${AWSENV_DIR:+closed} ;; esac
  __awsenv_files=() __awsenv_flags='' __awsenv_kept='' __awsenv_known='' __awsenv_loaded='' __awsenv_limit=9999999999 __awsenv_mine='' __awsenv_trap=''
fi
__awsenv_seen='' __awsenv_due=0

# At each prompt. Where nothing changed, it is over with this one function; without `local`, which
# costs as much as the rest.
__awsenv_prompt() {
  __awsenv_code=$? __awsenv_c=''
  if [ "$PWD ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-}" = "$__awsenv_seen" ] &&
    ((__awsenv_clock < __awsenv_due)); then
    [[ $__awsenv_flags ]] || return "$__awsenv_code"
    for __awsenv_n in "${__awsenv_files[@]}"; do
      if [[ $__awsenv_n -nt $__awsenv_kept ]]; then __awsenv_c+=n; else __awsenv_c+=s; fi
    done
    [[ $__awsenv_c != "$__awsenv_flags" ]] || return "$__awsenv_code"
  fi
  __awsenv_look
  __awsenv_arm
  return "$__awsenv_code"
}

# Which of the files that take part are younger than what was allowed, into __awsenv_flags: what
# changes that is looked at again.
__awsenv_compare() {
  builtin local __awsenv_n
  __awsenv_flags=''
  for __awsenv_n in "${__awsenv_files[@]}"; do
    if [[ $__awsenv_n -nt $__awsenv_kept ]]; then
      __awsenv_flags=${__awsenv_flags}n
    else
      __awsenv_flags=${__awsenv_flags}s
    fi
  done
}

# Look where one stands, and load, unload or renew.
__awsenv_look() {
  builtin local "__awsenv_x=$-" IFS=' ' __awsenv_here='' __awsenv_envrc='' __awsenv_folder
  builtin local __awsenv_was="${AWSENV_PREVIOUS+x}${AWSENV_PREVIOUS-}" __awsenv_allexport=''
  # Values are about to be handled.
  case $__awsenv_x in *x*) { builtin set +x; } 2>/dev/null ;; esac
  case $__awsenv_x in *a*) builtin set +a && __awsenv_allexport=1 ;; esac
  __awsenv_state
  if builtin declare -F _direnv_hook >/dev/null; then
    # direnv reads .envrc files here.
    [[ -z $__awsenv_at ]] || __awsenv_leave
  else
    __awsenv_find
    if [[ -z $__awsenv_envrc ]]; then
      [[ -z $__awsenv_at ]] || __awsenv_leave
    else
      __awsenv_bind "$__awsenv_envrc"
    fi
  fi
  # Folders come and go: what `use -` goes back to is a person's choice.
  if [[ $__awsenv_was ]]; then
    [ "${AWSENV_PREVIOUS-}" = "${__awsenv_was#x}" ] || builtin export AWSENV_PREVIOUS="${__awsenv_was#x}"
  else
    builtin unset AWSENV_PREVIOUS
  fi
  __awsenv_session
  __awsenv_say_left
  [[ -z $__awsenv_allexport ]] || builtin set -a
  case $__awsenv_x in *x*) builtin set -x ;; esac
}

# The nearest folder with an .envrc, by its physical path as direnv goes, into __awsenv_envrc.
__awsenv_find() {
  builtin local "__awsenv_d=$PWD" __awsenv_old
  while [[ $__awsenv_d == *[!/]* ]]; do
    if [[ -L $__awsenv_d ]]; then
      __awsenv_old=${OLDPWD+x}${OLDPWD-} __awsenv_d=$PWD
      if builtin cd -P . 2>/dev/null; then
        __awsenv_here=$PWD
        builtin cd "$__awsenv_d" || return 0
        if [[ $__awsenv_old ]]; then OLDPWD=${__awsenv_old#x}; else builtin unset OLDPWD; fi
      fi
      break
    fi
    __awsenv_d=${__awsenv_d%/*}
  done
  __awsenv_d=${__awsenv_here:-$PWD}
  case $__awsenv_d in //*) __awsenv_d=/${__awsenv_d#//} ;; esac
  __awsenv_d=${__awsenv_d%/}
  while :; do
    if [[ -e $__awsenv_d/.envrc && ! -d $__awsenv_d/.envrc ]]; then
      __awsenv_envrc=${__awsenv_d:-/}
      return 0
    fi
    [[ $__awsenv_d ]] || return 0
    __awsenv_d=${__awsenv_d%/*}
  done
}

# The binding of the folder $1 is the one in force from now on, if it is allowed.
__awsenv_bind() {
  builtin local __awsenv_text='' __awsenv_watch __awsenv_names __awsenv_values
  __awsenv_watch=() __awsenv_names=() __awsenv_values=()
  builtin local __awsenv_t_profile='' __awsenv_t_region='' __awsenv_t_account='' __awsenv_t_only=''
  if __awsenv_trusted "${1%/}/.envrc"; then
    case $__awsenv_how$__awsenv_at in
      # In force already: in this shell, or in the one that it was started from.
      "loaded$1" | "closed$1")
        if [ "$__awsenv_text" != "${__awsenv_loaded:-$__awsenv_text}" ]; then
          __awsenv_load "$1"
        elif [[ $__awsenv_how == loaded ]]; then
          __awsenv_profile=$__awsenv_t_profile
        elif [[ -z $__awsenv_loaded ]] || __awsenv_alive "$__awsenv_t_profile"; then
          __awsenv_load "$1"
        fi
        ;;
      *) __awsenv_load "$1" ;;
    esac
    __awsenv_loaded=$__awsenv_text
  elif [ "$__awsenv_how$__awsenv_at" != "refused$1" ]; then
    [[ -z $__awsenv_at ]] || __awsenv_leave quiet
    __awsenv_at=$1 __awsenv_how=refused __awsenv_loaded=''
    __awsenv_say "$(__awsenv_shown "${1%/}/.envrc") is not allowed, so nothing is loaded; awsenv allow"
  fi
  __awsenv_kept=$__awsenv_folder/trust${1%/}/.envrc
  __awsenv_files=("${1%/}/.envrc" ${__awsenv_watch[@]+"${__awsenv_watch[@]}"})
  __awsenv_compare
}

# Whether the .envrc $1 was allowed as it is now, with every file that takes part. What it loads
# comes out of the record of that, into the caller's variables.
__awsenv_trusted() {
  builtin local LC_ALL=C __awsenv_kv __awsenv_k __awsenv_v __awsenv_of='' __awsenv_skip='' __awsenv_whole='' "__awsenv_t=$__awsenv_folder/trust$1" __awsenv_all
  [[ -f $__awsenv_t && -O $__awsenv_t && ! -L $__awsenv_t ]] || return 1
  __awsenv_lines "$__awsenv_t"
  for __awsenv_kv in ${__awsenv_all[@]+"${__awsenv_all[@]}"}; do
    __awsenv_text=$__awsenv_text$__awsenv_kv
    __awsenv_k=${__awsenv_kv%%=*} __awsenv_v=${__awsenv_kv#*=}
    case $__awsenv_v in *%*) builtin printf -v __awsenv_v %b "${__awsenv_v//%/\\x}" ;; esac
    case $__awsenv_k in
      awsenv) [ "$__awsenv_v" = 1 ] || return 1 ;;
      path) [ "$__awsenv_v" = "$1" ] || return 1 ;;
      none.*) [[ ! -e $__awsenv_v && ! -L $__awsenv_v ]] || return 1 ;;
      file.*) __awsenv_of=$__awsenv_v __awsenv_skip='' ;;
      env.*) __awsenv_of=$__awsenv_v ;;
      skip.*) __awsenv_skip=" $__awsenv_v " ;;
      text.*)
        [ "$__awsenv_of" = "$1" ] || __awsenv_watch[${#__awsenv_watch[@]}]=$__awsenv_of
        __awsenv_equal "$__awsenv_of" "$__awsenv_v" "$__awsenv_skip" || return 1
        ;;
      profile | region | account | only) builtin printf -v "__awsenv_t_$__awsenv_k" %s "$__awsenv_v" ;;
      var.*)
        __awsenv_names[${#__awsenv_names[@]}]=${__awsenv_k#var.}
        __awsenv_values[${#__awsenv_values[@]}]=$__awsenv_v
        ;;
      end) __awsenv_whole=1 ;;
    esac
  done
  [[ $__awsenv_whole ]]
}

# Whether the file $1 holds the text $2, comments and the lines of the variables $3 left out. No
# more of it is read than that: it may be anything by now.
__awsenv_equal() {
  builtin local __awsenv_got='' __awsenv_rest __awsenv_line __awsenv_n=$((${#2} + 1))
  [[ -f $1 && -r $1 ]] || return 1
  # Files that are no files, below /proc, have no size.
  [[ -s $1 ]] || { [ -z "$2" ]; return; }
  [[ -z $3 ]] || __awsenv_n=$((__awsenv_n + 131072))
  # Its end has to come: a NUL byte, or more than that, is a success here.
  ! IFS= builtin read -r -d '' -n "$__awsenv_n" __awsenv_got <"$1" || return 1
  if [[ $3 ]]; then
    __awsenv_rest=$__awsenv_got __awsenv_got=''
    while [[ $__awsenv_rest ]]; do
      __awsenv_line=${__awsenv_rest%%$'\n'*}
      case $__awsenv_rest in *$'\n'*) __awsenv_rest=${__awsenv_rest#*$'\n'} ;; *) __awsenv_rest='' ;; esac
      __awsenv_n=${__awsenv_line%%[![:blank:]]*}
      case ${__awsenv_line#"$__awsenv_n"} in '#'*) continue ;; esac
      case $__awsenv_line in
        *=*)
          __awsenv_n=${__awsenv_line#export }
          case $3 in *" ${__awsenv_n%%=*} "*) continue ;; esac
          ;;
      esac
      __awsenv_got=$__awsenv_got$__awsenv_line$'\n'
    done
  fi
  [ "$__awsenv_got" = "$2" ]
}

# Load what was allowed of the folder $1.
__awsenv_load() {
  [[ $__awsenv_at && $__awsenv_how != refused ]] || __awsenv_keep_hand
  __awsenv_vars_off
  __awsenv_at=$1 __awsenv_how=loaded __awsenv_profile=$__awsenv_t_profile
  if [[ -z $__awsenv_t_profile ]]; then
    __awsenv_outside
  elif __awsenv_act_as; then
    __awsenv_say "$__awsenv_profile${AWS_ACCOUNT_ID:+, account $AWS_ACCOUNT_ID}${AWS_REGION:+, $AWS_REGION}"
  else
    __awsenv_close
  fi
  __awsenv_vars_on
  builtin export AWSENV_DIR="$1"
}

# Act as the binding's profile: by the record, else by the program, which asks nobody.
__awsenv_act_as() {
  builtin local __awsenv_out
  [[ -z $__awsenv_t_only ]] && __awsenv_replay "$__awsenv_profile" "$__awsenv_t_region" "$__awsenv_t_account" && return 0
  __awsenv_out=$("${__awsenv_program[@]}" use "$__awsenv_profile" ${__awsenv_t_region:+--region "$__awsenv_t_region"} \
    ${__awsenv_t_account:+--account "$__awsenv_t_account"} ${__awsenv_t_only:+--profile-only} --shell bash-hook </dev/null) &&
    builtin eval "$__awsenv_out"
}

# A bound folder whose session cannot be had acts as nobody, and says so by the name of a profile.
__awsenv_close() {
  builtin local __awsenv_p='' __awsenv_set=' AWS_PROFILE ' "__awsenv_new_AWS_PROFILE=awsenv-no-session:$__awsenv_profile" __awsenv_n
  __awsenv_how=closed
  __awsenv_switch
  builtin unset AWSENV_PROFILE
  for __awsenv_n in AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
    AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE; do
    __awsenv_var "$__awsenv_n"
  done
}

# No binding any more: what was chosen by hand outside comes back, else the originals.
__awsenv_leave() {
  builtin local "__awsenv_left=$__awsenv_profile"
  if [[ $__awsenv_how != refused ]]; then
    __awsenv_vars_off
    __awsenv_outside
    [[ ${1-} || -z $__awsenv_left ]] || __awsenv_say "left $__awsenv_left${AWSENV_PROFILE:+, back to $AWSENV_PROFILE}"
  fi
  __awsenv_at='' __awsenv_how='' __awsenv_profile='' __awsenv_loaded='' __awsenv_hand='' __awsenv_files=() __awsenv_flags=''
  builtin unset AWSENV_DIR
}

# Keep the session that was chosen by hand outside, value by value.
__awsenv_keep_hand() {
  builtin local __awsenv_n
  __awsenv_hand=${AWSENV_PROFILE-} __awsenv_hand_set=${AWSENV_SET-}
  for __awsenv_n in $__awsenv_managed; do
    case " $__awsenv_hand_set " in *" $__awsenv_n "*) builtin printf -v "__awsenv_hand_$__awsenv_n" %s "${!__awsenv_n-}" ;; esac
  done
}

__awsenv_outside() {
  builtin local __awsenv_n __awsenv_w
  if [[ $__awsenv_hand ]]; then
    # shellcheck disable=SC2086 # names
    builtin local $__awsenv_news
    builtin local "__awsenv_p=$__awsenv_hand" __awsenv_set=" $__awsenv_hand_set "
    for __awsenv_n in $__awsenv_hand_set; do
      __awsenv_w=__awsenv_hand_$__awsenv_n
      builtin printf -v "__awsenv_new_$__awsenv_n" %s "${!__awsenv_w-}"
      builtin unset "$__awsenv_w"
    done
    __awsenv_switch
  elif [[ ${AWSENV_SET+x} ]]; then
    __awsenv_restore
  fi
}

# Put back what was there before the first use: awsenv.environment.leave.
__awsenv_restore() {
  builtin local __awsenv_n __awsenv_r __awsenv_own=''
  # shellcheck disable=SC2086 # words
  __awsenv_readonly $__awsenv_managed && return 1
  case ${__awsenv_of-} in "$$:" | "$$:${DIRENV_DIR-}") __awsenv_own=1 ;; esac
  for __awsenv_n in $__awsenv_managed; do
    __awsenv_r=__awsenv_was_$__awsenv_n
    if [[ $__awsenv_own ]]; then
      __awsenv_put_back "$__awsenv_n" "${!__awsenv_r-}"
      builtin unset "$__awsenv_r"
    else
      case " ${AWSENV_SET-} " in *" $__awsenv_n "*) builtin unset "$__awsenv_n" ;; esac
    fi
  done
  builtin unset AWSENV_PROFILE AWSENV_SET __awsenv_of
}

# The folder's own variables, with what was there before.
__awsenv_vars_on() {
  builtin local __awsenv_i
  for __awsenv_i in ${__awsenv_names[@]+"${!__awsenv_names[@]}"}; do
    __awsenv_var "${__awsenv_names[__awsenv_i]}" "${__awsenv_values[__awsenv_i]}"
  done
}

# Set the variable $1 to $2, or unset it without one. Before bash 5 nothing tells without a process
# whether it was exported; what a folder sets mostly was.
__awsenv_var() {
  builtin local __awsenv_w=u
  if [[ ${!1+x} ]]; then
    __awsenv_w=x${!1}
    if ((BASH_VERSINFO[0] >= 5)); then case ${!1@a} in *x*) ;; *) __awsenv_w=s${!1} ;; esac fi
  fi
  if ! { if [[ ${2+x} ]]; then builtin export "$1=$2"; else builtin unset "$1"; fi; } 2>/dev/null; then
    __awsenv_say "$1 is readonly in this shell and stays as it is"
    return 0
  fi
  case " ${AWSENV_VARS-} " in
    *" $1 "*) ;;
    *)
      builtin printf -v "__awsenv_old_$1" %s "$__awsenv_w"
      builtin export AWSENV_VARS="${AWSENV_VARS:+$AWSENV_VARS }$1"
      ;;
  esac
}

__awsenv_vars_off() {
  builtin local __awsenv_n __awsenv_w
  for __awsenv_n in ${AWSENV_VARS-}; do
    __awsenv_w=__awsenv_old_$__awsenv_n
    # What was there, the shell above knows, not one that was started from it.
    __awsenv_put_back "$__awsenv_n" "${!__awsenv_w-u}"
    builtin unset "$__awsenv_w"
  done
  builtin unset AWSENV_VARS
}

__awsenv_say() {
  [[ ${AWSENV_QUIET-} ]] || builtin printf 'awsenv: %s\n' "$1" >&2
}

# A path for a person: no control character of it reaches the terminal.
__awsenv_shown() {
  case $1 in "${HOME-/}"/*) builtin printf '~/%q' "${1#"$HOME"/}" ;; *) builtin printf %q "$1" ;; esac
}
