# awsenv's hook for bash, third part: sessions that do not go stale, and the start of it all. Loaded
# behind folders.bash.
# shellcheck shell=bash disable=SC2154,SC2178,SC2034 # set in the other parts, by callers; for them

# When to look again, and before which command at the latest; and renew what is about to end.
__awsenv_session() {
  __awsenv_due=9999999999 __awsenv_limit=9999999999
  if [[ $__awsenv_how == closed ]]; then
    # Somebody may sign in elsewhere.
    __awsenv_due=$(((__awsenv_clock) + 5))
  fi
  if [[ -n ${AWSENV_PROFILE-} && -n ${AWS_CREDENTIAL_EXPIRATION-} ]]; then
    [ "${__awsenv_end_text-}" = "$AWS_CREDENTIAL_EXPIRATION" ] || __awsenv_ends
    if [[ -z $__awsenv_ends_at ]]; then
      :
    elif [ "${__awsenv_known% *}" = "${AWS_ACCESS_KEY_ID-}" ] && ((${__awsenv_known#* } > __awsenv_clock)); then
      # Just replayed.
      __awsenv_mine=$AWSENV_PROFILE __awsenv_limit=$__awsenv_ends_at __awsenv_due=${__awsenv_known#* }
    else
      __awsenv_fresh
    fi
  fi
  __awsenv_seen="$PWD ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-}"
}

# The session with an end that this shell acts as: the keys of its record where that has newer ones;
# else a renewal in the background, when it is time for that.
__awsenv_fresh() {
  builtin local __awsenv_account='' __awsenv_until=0 __awsenv_ends=0 __awsenv_set=' ' __awsenv_now
  # shellcheck disable=SC2086 # names
  builtin local $__awsenv_news
  __awsenv_now=$((__awsenv_clock)) __awsenv_limit=$__awsenv_ends_at
  if __awsenv_record "$AWSENV_PROFILE"; then
    if [ "$__awsenv_new_AWS_ACCESS_KEY_ID" = "${AWS_ACCESS_KEY_ID-}" ]; then
      __awsenv_mine=$AWSENV_PROFILE
    elif [ "$__awsenv_mine" = "$AWSENV_PROFILE" ] && ((__awsenv_ends > __awsenv_now)); then
      __awsenv_rekey
    else
      # Another session of the profile, by an option: that is a person's to renew.
      __awsenv_mine=''
    fi
    ((__awsenv_until > __awsenv_now)) || __awsenv_until=0
  fi
  if [ "$__awsenv_mine" != "$AWSENV_PROFILE" ]; then
    __awsenv_limit=9999999999
  elif ((__awsenv_until)); then
    __awsenv_due=$__awsenv_until
  elif ((__awsenv_now < __awsenv_limit)); then
    # Each end once; it comes with one of the next prompts.
    if [ "${__awsenv_started-}" != "$AWS_CREDENTIAL_EXPIRATION" ]; then
      __awsenv_started=$AWS_CREDENTIAL_EXPIRATION
      ("${__awsenv_program[@]}" renew "$AWSENV_PROFILE" </dev/null >/dev/null 2>&1 &)
    fi
    __awsenv_due=$((__awsenv_now + 1))
  else
    __awsenv_ended
  fi
}

# The newer keys of the record, and nothing else of it: a Region or the like may be somebody's own.
__awsenv_rekey() {
  __awsenv_readonly AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION && return 1
  builtin export AWS_ACCESS_KEY_ID="$__awsenv_new_AWS_ACCESS_KEY_ID" AWS_SECRET_ACCESS_KEY="$__awsenv_new_AWS_SECRET_ACCESS_KEY"
  builtin export AWS_SESSION_TOKEN="${__awsenv_new_AWS_SESSION_TOKEN-}" AWS_CREDENTIAL_EXPIRATION="${__awsenv_new_AWS_CREDENTIAL_EXPIRATION-}"
  __awsenv_limit=$__awsenv_ends
}

# It has ended: renewed here and now, once; a person who is needed for that is told how.
__awsenv_ended() {
  if [ "${__awsenv_told-}" = "$AWS_CREDENTIAL_EXPIRATION" ]; then
    __awsenv_due=$((__awsenv_now + 5)) __awsenv_limit=9999999999
    return 0
  fi
  __awsenv_told=$AWS_CREDENTIAL_EXPIRATION
  if "${__awsenv_program[@]}" renew "$AWSENV_PROFILE" </dev/null >/dev/null; then
    __awsenv_fresh
  else
    __awsenv_due=$((__awsenv_now + 5)) __awsenv_limit=9999999999
    # The folder's session, and none of a person's: as if it could not have been had.
    if [ "$__awsenv_how$__awsenv_profile" = "loaded$AWSENV_PROFILE" ]; then __awsenv_close; fi
  fi
}

# Whether the record of $1 is alive.
__awsenv_alive() {
  builtin local __awsenv_account='' __awsenv_until=0 __awsenv_ends=0 __awsenv_set=' '
  # shellcheck disable=SC2086 # names
  builtin local $__awsenv_news
  __awsenv_record "$1" && ((__awsenv_ends > __awsenv_clock))
}

# Before a command: a session that has ended is renewed first.
__awsenv_before() {
  builtin local "__awsenv_x=$-" IFS=' ' __awsenv_folder
  case $__awsenv_x in *x*) { builtin set +x; } 2>/dev/null ;; esac
  if ((__awsenv_clock >= __awsenv_limit)); then __awsenv_session; fi
  case $__awsenv_x in *x*) builtin set -x ;; esac
  return 0
}

# What looks before each command, into __awsenv_trap, to be run at the prompt's own level: a function
# cannot set that trap for good. From the first session with an end on, which takes a process to see
# what trap is there; where bash-preexec is, its list is joined instead.
__awsenv_arm() {
  __awsenv_trap=''
  if [[ ${bash_preexec_imported-}${__bp_imported-} ]]; then
    case " ${preexec_functions[*]-} " in
      *' __awsenv_before '*) ;;
      *) preexec_functions[${#preexec_functions[@]}]=__awsenv_before ;;
    esac
  elif [[ ${__awsenv_armed-} != "$$" ]] && ((__awsenv_limit < 9999999999)); then
    # shellcheck disable=SC2016 # to be run there
    __awsenv_trap='__awsenv_armed=$$ __awsenv_debug=$(builtin trap -p DEBUG); __awsenv_chain; builtin eval "$__awsenv_trap"; __awsenv_trap='
  fi
  return 0
}

# One that was there goes on behind ours, with the status that it would have seen.
__awsenv_chain() {
  builtin local __awsenv_theirs=''
  if [[ $__awsenv_debug ]]; then
    __awsenv_theirs=${__awsenv_debug#trap -- }
    builtin eval "__awsenv_theirs=${__awsenv_theirs% DEBUG}"
    # shellcheck disable=SC2016 # to be run there
    __awsenv_theirs='__awsenv_s=$?; '$__awsenv_check'; __awsenv_status "$__awsenv_s"; '$__awsenv_theirs
  fi
  builtin printf -v __awsenv_trap 'builtin trap -- %q DEBUG' "${__awsenv_theirs:-$__awsenv_check}"
}

__awsenv_status() {
  return "$1"
}
__awsenv_check='((__awsenv_clock < __awsenv_limit)) || __awsenv_before'

# First at the prompt, once, whether PROMPT_COMMAND is a string or an array.
# shellcheck disable=SC2128 # string or array
case ";${PROMPT_COMMAND[*]-};" in
  *__awsenv_prompt*) ;;
  *)
    # shellcheck disable=SC2016 # to be run there
    if [[ ${PROMPT_COMMAND[1]+x} ]]; then
      PROMPT_COMMAND=('__awsenv_prompt; builtin eval "$__awsenv_trap"' "${PROMPT_COMMAND[@]}")
    else
      PROMPT_COMMAND='__awsenv_prompt;builtin eval "$__awsenv_trap"'"${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
    fi
    ;;
esac
builtin shopt "$__awsenv_aliases" expand_aliases
builtin unset __awsenv_aliases
