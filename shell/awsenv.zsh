# awsenv's hook for zsh: it notices that something may have changed, and asks the program what this
# shell is to become. `awsenv hook zsh` prints it with the program's place in front, inside
# `emulate zsh -c`, so that a person's options and aliases do not act on it.

builtin zmodload -F zsh/datetime p:EPOCHSECONDS
builtin zmodload -F zsh/stat b:zstat

# What this shell keeps for the program, who alone reads it; nothing of it comes from the environment.
[[ ${__awsenv_shell-} == $$ ]] || typeset -g +x __awsenv_state=
typeset -g +x __awsenv_shell=$$ __awsenv_seen= __awsenv_pwd= __awsenv_key= __awsenv_again= __awsenv_watch=
typeset -g +x __awsenv_clock=EPOCHSECONDS __awsenv_gone= __awsenv_closed= __awsenv_outside= __awsenv_path=$PATH __awsenv_front= __awsenv_later=
typeset -gi +x __awsenv_due=0 __awsenv_limit=0

# A script for `sh` that finds another awsenv when this one is gone.
typeset -g +x __awsenv_finder=@FIND_PROGRAM@

awsenv() {
  case ${1-} in
    (use|off) ;;
    (*)
      __awsenv_ready "$@" || return 127
      local -i code=0
      AWSENV_HOOK=$__awsenv_hook "${__awsenv_program[@]}" "$@" || code=$?
      __awsenv_due=0 # looked at again: it may be allowed now, or linked, or signed in
      return $code
      ;;
  esac
  local word
  for word in "$@"; do
    case $word in
      # Help, or a form that is not this shell's to evaluate.
      (-h|--help|--show|--shell|--shell=*|--format|--format=*)
        __awsenv_ready "$@" || return 127
        AWSENV_HOOK=$__awsenv_hook "${__awsenv_program[@]}" "$@"
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

# At each prompt, and on `cd` at once: `cd x && aws …` on one line is right. Where nothing changed it
# is over with builtins: the folder whose .envrc counts, the session, the time to look again, and the
# files that the last look saw are as they were.
__awsenv_prompt() {
  [[ -z $__awsenv_later ]] || __awsenv_say
  [[ ! -o xtrace ]] || setopt local_options no_xtrace # no trace shows what it compares
  # compinit may be run at any time, behind this file too, or never.
  (( $+_comps[awsenv] || ! $+functions[compdef] )) || compdef __awsenv_complete awsenv
  # One may have come here meanwhile, as with a git pull.
  [[ $PWD == "$__awsenv_pwd" && ( ! -r .envrc || $__awsenv_key == ?" $PWD" ) ]] || __awsenv_find
  if [[ "$__awsenv_key ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-} ${AWS_ACCESS_KEY_ID-} ${AWS_PROFILE-}" == "$__awsenv_seen" ]] &&
    (( EPOCHSECONDS < __awsenv_due )) && { [[ -z $__awsenv_watch ]] || ! builtin eval "$__awsenv_watch" }; then
    return 0
  fi
  __awsenv_act || true
}

# While powerlevel10k shows a prompt of last time and draws the real one, a line would be in its way: said behind that.
__awsenv_say() {
  (( ! $+__p9k_instant_prompt_active )) || return 0
  print -ru2 -- "$__awsenv_later"
  typeset -g __awsenv_later=
}

# The first folder above that holds an .envrc, or the whole path where a symlink comes before it: as
# long as that is the same, so is what a folder says.
__awsenv_find() {
  local folder=$PWD
  typeset -g __awsenv_pwd=$PWD __awsenv_key=
  while [[ $folder == *[^/]* ]]; do
    if [[ -r $folder/.envrc && ! -d $folder/.envrc && ! -S $folder/.envrc ]]; then
      __awsenv_key="e $folder"
      return 0
    elif [[ -L $folder ]]; then
      __awsenv_key="l $PWD"
      return 0
    fi
    folder=${folder%/*}
  done
  [[ ! -r /.envrc || -d /.envrc || -S /.envrc ]] || __awsenv_key='e /'
}

# What a look leaves: the session by its key, for others may put back or take away what they know of.
__awsenv_see() {
  typeset -g __awsenv_seen="$__awsenv_key ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-} ${AWS_ACCESS_KEY_ID-} ${AWS_PROFILE-}"
}

# Ask what this shell is to become, `use …` and `off` among it, and make it so.
__awsenv_act() {
  setopt local_options no_all_export no_xtrace no_verbose # values are about to be handled
  local IFS=' ' text flags=-
  local -i code=0
  (( ! $+functions[_direnv_hook] )) || flags+=d
  [[ ${PROMPT-}${RPROMPT-} != *AWSENV_PROMPT* ]] || flags+=p
  (( ! $+__p9k_instant_prompt_active )) || flags+=l
  typeset -g __awsenv_again=
  while __awsenv_ready "$@" || { __awsenv_lose; code=127; false }; do
    if [[ -n $__awsenv_again ]]; then
      # The door is closed, and the session is got now. Whoever presses Ctrl-C has a prompt for a while.
      flags+=a __awsenv_again=
      __awsenv_wait 30
      __awsenv_see
    fi
    text=$(_AWSENV_STATE=$__awsenv_state _AWSENV_FRONT=$__awsenv_front "${__awsenv_program[@]}" hook-env zsh "$flags" "$@") || code=$?
    (( code )) || builtin eval "$text" || code=$?
    __awsenv_find # behind the answer: what has come or gone since it is a file that it watches
    [[ -n $__awsenv_again ]] || break
  done
  if (( code > 128 && code != 130 )); then
    print -u2 "awsenv: killed by signal $(( code - 128 )); nothing was changed"
  fi
  if (( ! code )); then
    __awsenv_see
  elif (( code != 127 && code != 130 && ! $# )); then
    __awsenv_see
    __awsenv_wait 5
  fi
  return $code
}

# Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes its place,
# which is looked for once, and whenever a person asks.
__awsenv_ready() {
  if [[ -x $__awsenv_program[1] && -r $__awsenv_program[-1] ]]; then
    typeset -g __awsenv_gone=
    return 0
  fi
  if (( $# )) || [[ -z $__awsenv_gone ]]; then
    local found="$(/bin/sh -c "$__awsenv_finder" sh "$PATH" "$__awsenv_path" "${AWSENV_DIR:-${DIRENV_DIR#-}}")"
    if [[ -n $found ]]; then
      typeset -ga __awsenv_program=("${(@f)found}")
      print -ru2 "awsenv: its program has moved; $__awsenv_program[-1] takes its place"
      return 0
    fi
    print -ru2 "awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell"
  fi
  return 1
}

# It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a folder made of
# the shell is undone. Whether the program is back is looked at at each prompt.
__awsenv_lose() {
  local is="${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-} ${AWS_ACCESS_KEY_ID-} ${AWS_PROFILE-}"
  # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before it comes back.
  [[ $__awsenv_seen == *" $is" ]] || typeset -g __awsenv_state= __awsenv_outside=
  if [[ $__awsenv_gone != "x$__awsenv_key" ]]; then
    if [[ $__awsenv_key == e* ]]; then
      builtin eval "$__awsenv_closed"
    elif [[ $__awsenv_gone == xe* || -n ${AWSENV_DIR-} ]]; then
      builtin eval "$__awsenv_outside"
    fi
  fi
  typeset -g __awsenv_gone="x$__awsenv_key"
  __awsenv_due=0 __awsenv_limit=9999999999
  __awsenv_see
}

# Look again in $1 seconds.
__awsenv_wait() {
  __awsenv_due=$(( EPOCHSECONDS + $1 ))
}

# Fails where one of the variables $@ is readonly.
__awsenv_writable() {
  local name
  for name in "$@"; do
    [[ ${(Pt)name-} != *readonly* ]] || return 1
  done
  return 0
}

# Before a command: a session that has ended is renewed first. What stands in front of `awsenv use` is that call's own,
# and what is set of it is lost as it returns: the line that was typed tells, and nothing inside the call.
__awsenv_before() {
  [[ -z $__awsenv_later ]] || __awsenv_say
  typeset -g __awsenv_front=
  if [[ $3 == *=*awsenv* ]]; then
    local word names=
    for word in ${(z)3}; do
      case $word in
        ([A-Z_]*=*) names+=" ${word%%=*}" ;;
        (awsenv) __awsenv_front+=$names ;;
        (*) names= ;;
      esac
    done
  fi
  (( EPOCHSECONDS < __awsenv_limit )) || __awsenv_act || true
}

builtin autoload -Uz add-zsh-hook
add-zsh-hook precmd __awsenv_prompt
add-zsh-hook preexec __awsenv_before
add-zsh-hook chpwd __awsenv_prompt

# What may stand where the cursor is, as the program says it: a word, and behind a tab what it means.
__awsenv_complete() {
  setopt local_options $_comp_options # what the completion system's own functions count on
  local line
  local -a described
  for line in ${(f)"$("${__awsenv_program[@]}" complete zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
    case $line in
      (@files) _files; return ;;
      (@command\ [1-9]|@command\ [1-9][0-9])
        shift ${line#* } words
        (( CURRENT -= ${line#* } ))
        _normal
        return
        ;;
    esac
    if [[ $line == *$'\t'* ]]; then
      described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      described+=("${line//:/\\:}")
    fi
  done
  _describe awsenv described
}
