# awsenv's hook for zsh, second part: folders that act as a profile. Loaded behind awsenv.zsh.
# At a prompt where nothing changed it runs builtins only.

builtin zmodload zsh/system

# Where the binding in force lies (empty outside), and how it went: loaded, closed or refused. A
# shell that was started from a bound folder has its variables.
if [[ ${__awsenv_shell-} != $$ ]]; then
  typeset -g __awsenv_shell=$$ __awsenv_at=${AWSENV_DIR-} __awsenv_how=${AWSENV_DIR:+loaded} __awsenv_profile= __awsenv_hand=
  [[ ${AWS_PROFILE-} != awsenv-no-session:* ]] || __awsenv_how=${AWSENV_DIR:+closed}
  typeset -ga __awsenv_files=()
  typeset -g __awsenv_flags= __awsenv_loaded= __awsenv_mine= __awsenv_told= __awsenv_started=
  typeset -gi __awsenv_limit=9999999999
fi
typeset -g __awsenv_seen= __awsenv_kept=
typeset -ga __awsenv_known=()
typeset -gi __awsenv_due=0

# At each prompt, and on `cd` at once: `cd x && aws …` on one line is right. Where nothing changed, it
# is over with this one function.
__awsenv_prompt() {
  typeset -gi __awsenv_code=$?
  if [[ "$PWD ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-}" == "$__awsenv_seen" ]] &&
    (( EPOCHSECONDS < __awsenv_due )); then
    (( $#__awsenv_files )) || return $__awsenv_code
    typeset -g __awsenv_c=
    [[ -e $__awsenv_kept ]] || __awsenv_c=-
    for __awsenv_n in $__awsenv_files; do
      if [[ $__awsenv_n -nt $__awsenv_kept ]]; then __awsenv_c+=n; else __awsenv_c+=s; fi
    done
    [[ $__awsenv_c != "$__awsenv_flags" ]] || return $__awsenv_code
  fi
  __awsenv_look
  return $__awsenv_code
}

# Which of the files that take part are younger than what was allowed, into __awsenv_flags: what
# changes that is looked at again.
__awsenv_compare() {
  local file
  __awsenv_flags=
  [[ -e $__awsenv_kept ]] || __awsenv_flags=-
  for file in $__awsenv_files; do
    if [[ $file -nt $__awsenv_kept ]]; then __awsenv_flags+=n; else __awsenv_flags+=s; fi
  done
}

# Look where one stands, and load, unload or renew.
__awsenv_look() {
  setopt local_options no_all_export no_xtrace
  local IFS=' ' here envrc folder=${${(M)XDG_STATE_HOME:#/*}:-${HOME-}/.local/state}/awsenv
  local was=${AWSENV_PREVIOUS+x}${AWSENV_PREVIOUS-}
  if (( $+functions[_direnv_hook] )); then
    # direnv reads .envrc files here.
    [[ -z $__awsenv_at ]] || __awsenv_leave
  else
    # By its physical path, as direnv goes.
    here=${PWD:A}
    while true; do
      [[ -e ${here%/}/.envrc && ! -d ${here%/}/.envrc ]] && envrc=$here && break
      [[ $here != / ]] || break
      here=${here:h}
    done
    if [[ -n $envrc ]]; then
      __awsenv_bind "$envrc"
    elif [[ -n $__awsenv_at ]]; then
      __awsenv_leave
    fi
  fi
  # Folders come and go: what `use -` goes back to is a person's choice.
  if [[ -n $was ]]; then export AWSENV_PREVIOUS=${was#x}; else unset AWSENV_PREVIOUS; fi
  __awsenv_session
  __awsenv_say_left
}

# The binding of the folder $1 is the one in force from now on, if it is allowed.
__awsenv_bind() {
  local text profile region account only file=${1%/}/.envrc
  local -a watch names values
  if __awsenv_trusted "$file"; then
    case $__awsenv_how$__awsenv_at in
      # In force already: in this shell, or in the one that it was started from.
      ("loaded$1"|"closed$1")
        if [[ $text != "${__awsenv_loaded:-$text}" ]]; then
          __awsenv_load "$1"
        elif [[ $__awsenv_how == loaded ]]; then
          __awsenv_profile=$profile
        elif [[ -z $__awsenv_loaded ]] || __awsenv_alive "$profile"; then
          __awsenv_load "$1"
        fi
        ;;
      (*) __awsenv_load "$1" ;;
    esac
    __awsenv_loaded=$text
  elif [[ $__awsenv_how$__awsenv_at != "refused$1" ]]; then
    [[ -z $__awsenv_at ]] || __awsenv_leave quiet
    __awsenv_at=$1 __awsenv_how=refused __awsenv_loaded=
    __awsenv_say "${(V)${(D)file}} is not allowed, so nothing is loaded; awsenv allow"
  fi
  __awsenv_kept=$folder/trust$file
  __awsenv_files=("$file" $watch)
  __awsenv_compare
}

# Whether the .envrc $1 was allowed as it is now, with every file that takes part. What it loads
# comes out of the record of that, into the caller's variables.
__awsenv_trusted() {
  setopt local_options extended_glob no_multibyte
  local line name value of skip= whole= kept=$folder/trust$1
  [[ -f $kept && -O $kept && ! -L $kept ]] || return 1
  text=$(<$kept)
  for line in "${(@f)text}"; do
    name=${line%%=*} value=${line#*=}
    [[ $value != *%* ]] || value=${(g::)value//\%/\\x}
    case $name in
      (awsenv) [[ $value == 1 ]] || return 1 ;;
      (path) [[ $value == "$1" ]] || return 1 ;;
      (none.*) [[ ! -e $value && ! -L $value ]] || return 1 ;;
      (file.*) of=$value skip= ;;
      (env.*) of=$value ;;
      (skip.*) skip=$value ;;
      (text.*)
        [[ $of == "$1" ]] || watch+=("$of")
        __awsenv_equal "$of" "$value" "$skip" || return 1
        ;;
      (profile) profile=$value ;;
      (region) region=$value ;;
      (account) account=$value ;;
      (only) only=$value ;;
      (var.*) names+=(${name#var.}) values+=("$value") ;;
      (end) whole=1 ;;
    esac
  done
  [[ -n $whole ]]
}

# Whether the file $1 holds the text $2, the lines of the variables $3 and our comment left out. No
# more of it is read than that, and nothing is waited for: it may be anything by now.
__awsenv_equal() {
  local got= part line
  local -i handle most=$(( $#2 + ( $#3 ? 131072 : 0 ) ))
  local -a kept skip=(${=3})
  [[ -f $1 && -r $1 ]] || return 1
  if [[ $1 == *[^[:ascii:]]* ]]; then
    # zsh 5.9's sysopen does not find such a name.
    exec {handle}<"$1" || return 1
  else
    sysopen -r -o nonblock,cloexec -u handle "$1" || return 1
  fi
  {
    # What was opened is still a plain file.
    zstat -A kept -f $handle +mode && (( (kept[1] & 8#170000) == 8#100000 )) || return 1
    while (( $#got <= most )) && sysread -i $handle part; do got+=$part; done
  } always {
    exec {handle}<&-
  }
  (( $#got <= most )) || return 1
  if [[ -n $3 ]]; then
    kept=()
    [[ -z $got ]] || for line in "${(@ps:\n:)${got%$'\n'}}"; do
      [[ ${line//[[:blank:]]/} != '#'* ]] || continue
      [[ $line != *=* ]] || (( ! ${skip[(Ie)${${line#export }%%=*}]} )) || continue
      kept+=("$line"$'\n')
    done
    got=${(j::)kept}
  fi
  [[ $got == "$2" ]]
}

# Load what was allowed of the folder $1.
__awsenv_load() {
  [[ -n $__awsenv_at && $__awsenv_how != refused ]] || __awsenv_keep_hand
  __awsenv_vars_off
  __awsenv_at=$1 __awsenv_how=loaded __awsenv_profile=$profile
  if [[ -z $profile ]]; then
    __awsenv_outside
  elif __awsenv_act_as; then
    __awsenv_say "$profile${AWS_ACCOUNT_ID:+, account $AWS_ACCOUNT_ID}${AWS_REGION:+, $AWS_REGION}"
  else
    __awsenv_close
  fi
  local -i at
  for (( at = 1; at <= $#names; at++ )); do __awsenv_var "$names[at]" "$values[at]"; done
  export AWSENV_DIR=$1
}

# Act as the binding's profile: by the record, else by the program, which asks nobody.
__awsenv_act_as() {
  local out
  local -a more
  [[ -z $only ]] && __awsenv_replay "$profile" "$region" "$account" && return 0
  [[ -z $region ]] || more+=(--region "$region")
  [[ -z $account ]] || more+=(--account "$account")
  [[ -z $only ]] || more+=(--profile-only)
  out=$("${__awsenv_program[@]}" use "$profile" "${more[@]}" --shell zsh-hook </dev/null) && builtin eval "$out"
}

# A bound folder whose session cannot be had acts as nobody, and says so by the name of a profile.
__awsenv_close() {
  local profile= name
  local -A new=(AWS_PROFILE "awsenv-no-session:$__awsenv_profile")
  local -a order=(AWS_PROFILE)
  __awsenv_how=closed
  __awsenv_switch
  unset AWSENV_PROFILE
  for name in AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI \
    AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE; do
    __awsenv_var $name
  done
}

# No binding any more: what was chosen by hand outside comes back, else the originals.
__awsenv_leave() {
  local left=$__awsenv_profile
  if [[ $__awsenv_how != refused ]]; then
    __awsenv_vars_off
    __awsenv_outside
    [[ -n ${1-} || -z $left ]] || __awsenv_say "left $left${AWSENV_PROFILE:+, back to $AWSENV_PROFILE}"
  fi
  __awsenv_at= __awsenv_how= __awsenv_profile= __awsenv_loaded= __awsenv_hand= __awsenv_files=()
  unset AWSENV_DIR
}

# Keep the session that was chosen by hand outside, value by value.
__awsenv_keep_hand() {
  local name
  __awsenv_hand=${AWSENV_PROFILE-}
  typeset -gA __awsenv_hand_values=()
  typeset -ga __awsenv_hand_names=(${=AWSENV_SET-})
  for name in $__awsenv_managed; do
    (( ! ${__awsenv_hand_names[(Ie)$name]} )) || __awsenv_hand_values[$name]=${(P)name-}
  done
}

__awsenv_outside() {
  if [[ -n $__awsenv_hand ]]; then
    local profile=$__awsenv_hand
    local -A new=("${(@kv)__awsenv_hand_values}")
    local -a order=($__awsenv_hand_names)
    unset __awsenv_hand_values
    __awsenv_switch
  elif (( $+AWSENV_SET )); then
    __awsenv_restore
  fi
}

# Put back what was there before the first use: awsenv.environment.leave.
__awsenv_restore() {
  local name was own=
  local -a ours=(${=AWSENV_SET-})
  for name in $__awsenv_managed AWSENV_PROFILE AWSENV_SET; do
    [[ ${(Pt)name} != *readonly* ]] || return 1
  done
  [[ ${__awsenv_of-} != ("$$:"|"$$:${DIRENV_DIR-}") ]] || own=1
  for name in $__awsenv_managed; do
    if [[ -z $own ]]; then
      (( ! ${ours[(Ie)$name]} )) || unset $name
      continue
    fi
    was=__awsenv_was_$name
    __awsenv_put_back $name "${(P)was-}"
    unset __awsenv_was_$name
  done
  unset AWSENV_PROFILE AWSENV_SET __awsenv_of
}

# Set the variable $1 to $2, or unset it without one, and keep what was there before.
__awsenv_var() {
  local was=u
  if [[ ${(Pt)1} == *readonly* ]]; then
    __awsenv_say "$1 is readonly in this shell and stays as it is"
    return 0
  fi
  if [[ -n ${(P)1+x} ]]; then
    [[ ${(Pt)1} == *export* ]] && was=x${(P)1} || was=s${(P)1}
  fi
  if [[ " ${AWSENV_VARS-} " != *" $1 "* ]]; then
    typeset -g "__awsenv_old_$1=$was"
    export AWSENV_VARS="${AWSENV_VARS:+$AWSENV_VARS }$1"
  fi
  if (( $# > 1 )); then export "$1=$2"; else unset $1; fi
}

__awsenv_vars_off() {
  local name was
  for name in ${=AWSENV_VARS-}; do
    was=__awsenv_old_$name
    # What was there, the shell above knows, not one that was started from it.
    __awsenv_put_back $name "${(P)was-u}"
    unset __awsenv_old_$name
  done
  unset AWSENV_VARS
}

__awsenv_say() {
  [[ -n ${AWSENV_QUIET-} ]] || print -ru2 -- "awsenv: $1"
}
