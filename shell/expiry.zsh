# awsenv's hook for zsh, third part: sessions that do not go stale, and the start of it all. Loaded
# behind folders.zsh.

# When to look again, and before which command at the latest; and renew what is about to end.
__awsenv_session() {
  __awsenv_due=9999999999 __awsenv_limit=9999999999
  if [[ $__awsenv_how == closed ]]; then
    # Somebody may sign in elsewhere.
    __awsenv_due=$(( EPOCHSECONDS + 5 ))
  fi
  if [[ -n ${AWSENV_PROFILE-} && -n ${AWS_CREDENTIAL_EXPIRATION-} ]]; then
    [[ ${__awsenv_end_text-} == $AWS_CREDENTIAL_EXPIRATION ]] || __awsenv_ends
    if [[ -z $__awsenv_ends_at ]]; then
      :
    elif [[ ${__awsenv_known[1]-} == "${AWS_ACCESS_KEY_ID-}" ]] && (( __awsenv_known[2] > EPOCHSECONDS )); then
      # Just replayed.
      __awsenv_mine=$AWSENV_PROFILE __awsenv_limit=$__awsenv_ends_at __awsenv_due=$__awsenv_known[2]
    else
      __awsenv_fresh
    fi
  fi
  __awsenv_seen="$PWD ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-}"
}

# The session with an end that this shell acts as: the keys of its record where that has newer ones;
# else a renewal in the background, when it is time for that.
__awsenv_fresh() {
  local whose until=0 ends=0
  local -A new
  local -a order
  __awsenv_limit=$__awsenv_ends_at
  if __awsenv_record "$AWSENV_PROFILE"; then
    if [[ $new[AWS_ACCESS_KEY_ID] == "${AWS_ACCESS_KEY_ID-}" ]]; then
      __awsenv_mine=$AWSENV_PROFILE
    elif [[ $__awsenv_mine == "$AWSENV_PROFILE" ]] && (( ends > EPOCHSECONDS )); then
      __awsenv_rekey
    else
      # Another session of the profile, by an option: that is a person's to renew.
      __awsenv_mine=
    fi
    (( until > EPOCHSECONDS )) || until=0
  fi
  if [[ $__awsenv_mine != "$AWSENV_PROFILE" ]]; then
    __awsenv_limit=9999999999
  elif (( until )); then
    __awsenv_due=$until
  elif (( EPOCHSECONDS < __awsenv_limit )); then
    # Each end once; it comes with one of the next prompts.
    if [[ $__awsenv_started != $AWS_CREDENTIAL_EXPIRATION ]]; then
      __awsenv_started=$AWS_CREDENTIAL_EXPIRATION
      "${__awsenv_program[@]}" renew "$AWSENV_PROFILE" </dev/null >/dev/null 2>&1 &!
    fi
    __awsenv_due=$(( EPOCHSECONDS + 1 ))
  else
    __awsenv_ended
  fi
}

# The newer keys of the record, and nothing else of it: a Region or the like may be somebody's own.
__awsenv_rekey() {
  local name
  for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION; do
    [[ ${(Pt)name} != *readonly* ]] || return 1
  done
  for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION; do
    export "$name=${new[$name]-}"
  done
  __awsenv_limit=$ends
}

# It has ended: renewed here and now, once; a person who is needed for that is told how.
__awsenv_ended() {
  if [[ $__awsenv_told == $AWS_CREDENTIAL_EXPIRATION ]]; then
    __awsenv_due=$(( EPOCHSECONDS + 5 )) __awsenv_limit=9999999999
    return 0
  fi
  __awsenv_told=$AWS_CREDENTIAL_EXPIRATION
  if "${__awsenv_program[@]}" renew "$AWSENV_PROFILE" </dev/null >/dev/null; then
    __awsenv_fresh
  else
    __awsenv_due=$(( EPOCHSECONDS + 5 )) __awsenv_limit=9999999999
    # The folder's session, and none of a person's: as if it could not have been had.
    [[ $__awsenv_how$__awsenv_profile != "loaded$AWSENV_PROFILE" ]] || __awsenv_close
  fi
}

# Whether the record of $1 is alive.
__awsenv_alive() {
  local whose until=0 ends=0
  local -A new
  local -a order
  __awsenv_record "$1" && (( ends > EPOCHSECONDS ))
}

# Before a command: a session that has ended is renewed first.
__awsenv_before() {
  setopt local_options no_all_export no_xtrace
  local IFS=' '
  (( EPOCHSECONDS < __awsenv_limit )) || __awsenv_session
}

builtin autoload -Uz add-zsh-hook
add-zsh-hook precmd __awsenv_prompt
add-zsh-hook preexec __awsenv_before
add-zsh-hook chpwd __awsenv_prompt
