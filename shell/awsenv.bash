# awsenv's hook for bash, 3.2 and later: it notices that something may have changed, and asks the
# program what this shell is to become. `awsenv hook bash` prints it with the program's place in front.
# shellcheck shell=bash disable=SC2154,SC2128,SC2178 # set in front, by the program's text; string or array

# A person's aliases would act on the words of the functions below, and allexport would export them.
case $- in *a*) __awsenv_load='builtin set -a' ;; *) __awsenv_load=: ;; esac
\builtin set +a
\builtin shopt -q expand_aliases && __awsenv_load="$__awsenv_load; builtin shopt -s expand_aliases"
\builtin shopt -u expand_aliases

# What this shell keeps for the program, who alone reads it; nothing of it comes from the environment.
[ "${__awsenv_shell-}" = "$$" ] || __awsenv_state='' __awsenv_armed=''
__awsenv_shell=$$ __awsenv_seen='' __awsenv_pwd='' __awsenv_key='' __awsenv_watch='' __awsenv_arm=''
__awsenv_again='' __awsenv_due=0 __awsenv_limit=0 __awsenv_code=0 __awsenv_gone='' __awsenv_closed='' __awsenv_outside=''
__awsenv_path=$PATH __awsenv_front=''
builtin export -n __awsenv_shell __awsenv_state __awsenv_armed __awsenv_seen __awsenv_pwd __awsenv_key \
  __awsenv_arm __awsenv_again __awsenv_watch __awsenv_due __awsenv_limit __awsenv_code __awsenv_gone \
  __awsenv_closed __awsenv_outside __awsenv_path __awsenv_front __awsenv_program __awsenv_hook __awsenv_finder
# A script for `sh` that finds another awsenv when this one is gone.
__awsenv_finder=@FIND_PROGRAM@
# The second now, as arithmetic reads it. Before bash 5 it is counted from the last look on, and a person may set that
# count back, to time a command: then it is not known, and as good as over.
if ((BASH_VERSINFO[0] >= 5)); then
  __awsenv_clock=EPOCHSECONDS
else
  __awsenv_clock='(SECONDS >= __awsenv_second ? __awsenv_epoch + (__awsenv_second = SECONDS) : 9999999998)'
fi
# Wind it, at the second $1.
__awsenv_wind() {
  __awsenv_second=${SECONDS:-9999999999} __awsenv_epoch=$(($1 - ${SECONDS:-0}))
}
((BASH_VERSINFO[0] >= 5)) || __awsenv_wind "$(command date +%s)"

# Look again in $1 seconds.
__awsenv_wait() {
  if ((__awsenv_clock < 9999999998)); then
    __awsenv_due=$(((__awsenv_clock) + $1))
  else
    __awsenv_due=$(($(command date +%s) + $1))
  fi
}

awsenv() {
  builtin local __awsenv_word
  case ${1-} in
    use | off) ;;
    *)
      __awsenv_ready "$@" || return 127
      AWSENV_HOOK=$__awsenv_hook "${__awsenv_program[@]}" "$@"
      builtin set -- "$?"
      __awsenv_due=0 # looked at again: it may be allowed now, or linked, or signed in
      return "$1"
      ;;
  esac
  for __awsenv_word in "$@"; do
    case $__awsenv_word in
      # Help, or a form that is not this shell's to evaluate.
      -h | --help | --show | --shell | --shell=* | --format | --format=*)
        __awsenv_ready "$@" || return 127
        AWSENV_HOOK=$__awsenv_hook "${__awsenv_program[@]}" "$@"
        return
        ;;
    esac
  done
  __awsenv_look_in_front
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

# The variables in front of `awsenv use`, which are that call's own: what is set of them is lost as it returns. They
# alone give a local variable of the same name their value.
__awsenv_look_in_front() {
  builtin local "IFS= " __awsenv_each
  __awsenv_front=''
  builtin shopt -q localvar_inherit 2>/dev/null && return 0
  for __awsenv_each in ${!AWS@}; do
    __awsenv_writable "$__awsenv_each" && __awsenv_is_set_locally "$__awsenv_each" &&
      __awsenv_front="$__awsenv_front $__awsenv_each"
  done
  return 0
}

__awsenv_is_set_locally() {
  builtin local "$1"
  [[ ${!1+x} ]]
}

# Under `set -e` bash exits for what fails inside `builtin eval`, whatever stands around that: so it is
# guarded inside.
#
# At each prompt. Where nothing changed it is over with builtins: the folder whose .envrc counts, the
# session by its key, the time to look again, and the files that the last look saw are as they were.
__awsenv_prompt() {
  # No trace shows what it compares.
  [[ $- != *x* ]] || {
    { builtin set +x; } 2>/dev/null
    __awsenv_prompt
    builtin set -- "$?"
    builtin set -x
    return "$1"
  }
  # One may have come here meanwhile, as with a git pull.
  [[ $PWD == "$__awsenv_pwd" && (! -r .envrc || $__awsenv_key == ?" $PWD") ]] || __awsenv_find
  if [[ "$__awsenv_key ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-} ${AWS_ACCESS_KEY_ID-} ${AWS_PROFILE-}" == "$__awsenv_seen" ]] &&
    ((__awsenv_clock < __awsenv_due)) &&
    { [[ ! $__awsenv_watch ]] || ! __awsenv_changed; }; then
    [[ $__awsenv_arm ]] # what is to be armed then is evaluated at the prompt's own level
    return
  fi
  __awsenv_act || builtin :
}

# The first folder above that holds an .envrc, or the whole path where a symlink comes before it: as
# long as that is the same, so is what a folder says.
__awsenv_find() {
  builtin local "__awsenv_d=$PWD"
  __awsenv_pwd=$PWD __awsenv_key=''
  while [[ $__awsenv_d == *[!/]* ]]; do
    if [[ -r $__awsenv_d/.envrc && ! -d $__awsenv_d/.envrc && ! -S $__awsenv_d/.envrc ]]; then
      __awsenv_key="e $__awsenv_d"
      return 0
    elif [[ -L $__awsenv_d ]]; then
      __awsenv_key="l $PWD"
      return 0
    fi
    __awsenv_d=${__awsenv_d%/*}
  done
  [[ ! -r /.envrc || -d /.envrc || -S /.envrc ]] || __awsenv_key='e /'
}

# What a look leaves: the session by its key, for others may put back or take away what they know of.
__awsenv_see() {
  __awsenv_seen="$__awsenv_key ${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-} ${AWS_ACCESS_KEY_ID-} ${AWS_PROFILE-}"
}

# Ask what this shell is to become, `use …` and `off` among it, and make it so.
__awsenv_act() {
  builtin local "__awsenv_x=$-" IFS=' ' __awsenv_text __awsenv_flags=- __awsenv_r=0
  { builtin set +xv; } 2>/dev/null # values are about to be handled
  builtin declare -F _direnv_hook >/dev/null && __awsenv_flags=${__awsenv_flags}d
  case ${PS1-} in *AWSENV_PROMPT*) __awsenv_flags=${__awsenv_flags}p ;; esac
  ((BASH_VERSINFO[0] >= 5)) || __awsenv_flags=${__awsenv_flags}c
  __awsenv_again=''
  while __awsenv_ready "$@" || { __awsenv_lose && __awsenv_r=127 && builtin false; }; do
    if [[ $__awsenv_again ]]; then
      # The door is closed, and the session is got now. Whoever presses Ctrl-C has a prompt for a while.
      __awsenv_flags=${__awsenv_flags}a __awsenv_again=''
      __awsenv_wait 30
      __awsenv_see
    fi
    __awsenv_text=$(_AWSENV_STATE=$__awsenv_state _AWSENV_FRONT=$__awsenv_front builtin exec "${__awsenv_program[@]}" hook-env bash \
      "$__awsenv_flags" "$@") || __awsenv_r=$?
    if ((__awsenv_r == 0)); then
      builtin eval "${__awsenv_text:-builtin :} || __awsenv_r=\$?"
    fi
    ((__awsenv_r)) || ((BASH_VERSINFO[0] >= 5)) || __awsenv_wind "$__awsenv_now"
    __awsenv_find # behind the answer: what has come or gone since it is a file that it watches
    [[ $__awsenv_again ]] || break
  done
  if ((__awsenv_r > 128 && __awsenv_r != 130)); then
    builtin printf 'awsenv: killed by signal %d; nothing was changed\n' "$((__awsenv_r - 128))" >&2
  fi
  if ((__awsenv_r == 0)); then
    __awsenv_see
  elif ((__awsenv_r != 127 && __awsenv_r != 130 && $# == 0)); then
    __awsenv_see
    __awsenv_wait 5
  fi
  __awsenv_join
  case $__awsenv_x in *v*) builtin set -v ;; esac
  case $__awsenv_x in *x*) builtin set -x ;; esac
  return "$__awsenv_r"
}

# Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes its place,
# which is looked for once, and whenever a person asks.
__awsenv_ready() {
  builtin local IFS=$'\n' __awsenv_text
  if [[ -x $__awsenv_program && -r ${__awsenv_program[${#__awsenv_program[@]} - 1]} ]]; then
    __awsenv_gone=''
    return 0
  fi
  if (($#)) || [[ ! $__awsenv_gone ]]; then
    __awsenv_text=$(/bin/sh -c "$__awsenv_finder" sh "$PATH" "$__awsenv_path" "${AWSENV_DIR:-${DIRENV_DIR#-}}")
    if [[ $__awsenv_text ]]; then
      __awsenv_program=()
      while IFS= builtin read -r; do __awsenv_program[${#__awsenv_program[@]}]=$REPLY; done <<<"$__awsenv_text"
      builtin printf 'awsenv: its program has moved; %s takes its place\n' "${__awsenv_program[${#__awsenv_program[@]} - 1]}" >&2
      return 0
    fi
    builtin printf 'awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell\n' >&2
  fi
  return 1
}

# It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a folder made of
# the shell is undone. Whether the program is back is looked at at each prompt.
__awsenv_lose() {
  builtin local "__awsenv_is=${AWSENV_PROFILE-} ${AWS_CREDENTIAL_EXPIRATION-} ${AWS_ACCESS_KEY_ID-} ${AWS_PROFILE-}"
  # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before it comes back.
  [[ $__awsenv_seen == *" $__awsenv_is" ]] || __awsenv_state='' __awsenv_outside=''
  if [[ $__awsenv_gone != "x$__awsenv_key" ]]; then
    if [[ $__awsenv_key == e* ]]; then
      builtin eval "$__awsenv_closed"
    elif [[ $__awsenv_gone == xe* || ${AWSENV_DIR-} ]]; then
      builtin eval "$__awsenv_outside"
    fi
  fi
  __awsenv_gone="x$__awsenv_key" __awsenv_due=0 __awsenv_limit=9999999999
  __awsenv_see
}

# Fails where the variable $1, or one of them, is readonly.
__awsenv_writable() {
  builtin local "$@" >/dev/null 2>&1
}

# Before a command: a session that has ended is renewed first.
__awsenv_before() {
  if ((__awsenv_clock >= __awsenv_limit)); then __awsenv_act || builtin :; fi
}

# Have that called, from the first session with an end on. A trap can be seen and set at the prompt's
# own level alone, and nowhere where a framework calls us from a function.
__awsenv_join() {
  ((__awsenv_limit < 9999999999)) || return 0
  if [[ ${BLE_VERSION-} ]]; then
    blehook PREEXEC!=__awsenv_before
  elif [[ ${bash_preexec_imported-}${__bp_imported-} ]]; then
    case " ${preexec_functions[*]-} " in
      *' __awsenv_before '*) ;;
      *) preexec_functions[${#preexec_functions[@]}]=__awsenv_before ;;
    esac
  elif [[ $__awsenv_armed != "$$" ]]; then
    # shellcheck disable=SC2016 # to be run there
    __awsenv_arm='__awsenv_arm=; [[ ${FUNCNAME+x} ]] || { __awsenv_debug=$(builtin trap -p DEBUG); __awsenv_chain; builtin eval "$__awsenv_trap"; }'
  fi
}

# One that was there goes on behind ours, with the status that it would have seen.
__awsenv_chain() {
  builtin local __awsenv_theirs='' __awsenv_check='((__awsenv_clock < __awsenv_limit)) || __awsenv_before'
  __awsenv_armed=$$
  if [[ $__awsenv_debug == trap*DEBUG && $__awsenv_debug != 'trap -- - DEBUG' ]]; then
    __awsenv_theirs=${__awsenv_debug#trap -- }
    builtin eval "__awsenv_theirs=${__awsenv_theirs% DEBUG}"
    # shellcheck disable=SC2016 # to be run there
    __awsenv_check='__awsenv_s=$?; '$__awsenv_check'; __awsenv_status "$__awsenv_s"; '$__awsenv_theirs
  fi
  builtin printf -v __awsenv_trap 'builtin trap -- %q DEBUG' "$__awsenv_check"
}

# Below bash 5.1 what stands behind us sees the status that we saw; under `set -e` it would end the shell.
__awsenv_status() {
  case $# in
    0) case $- in *e*) ;; *) return "$__awsenv_code" ;; esac ;;
    *) return "$1" ;;
  esac
}

# At the prompt, once: first, but behind direnv, which may load or unload there. From bash 5.1 on as an element of
# its own, for which bash keeps `$?` and PIPESTATUS, and which no child is given. A child that has an exported string
# without the hook goes past it.
__awsenv_install() {
  # shellcheck disable=SC2016 # to be run there
  builtin local "IFS= " __awsenv_each __awsenv_all __awsenv_text='__awsenv_prompt && builtin eval "$__awsenv_arm"'
  __awsenv_all=()
  case ";${PROMPT_COMMAND[*]-};" in *__awsenv_prompt*) return 0 ;; esac
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    for __awsenv_each in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
      __awsenv_all[${#__awsenv_all[@]}]=$__awsenv_each
      [[ $__awsenv_each != *_direnv_hook* || ! $__awsenv_text ]] || {
        __awsenv_all[${#__awsenv_all[@]}]=$__awsenv_text
        __awsenv_text=
      }
    done
    if [[ $__awsenv_text ]]; then
      PROMPT_COMMAND=("$__awsenv_text" ${__awsenv_all[@]+"${__awsenv_all[@]}"})
    else
      PROMPT_COMMAND=("${__awsenv_all[@]}")
    fi
    return 0
  fi
  # shellcheck disable=SC2016
  __awsenv_text='__awsenv_code=$?; if [[ ${__awsenv_shell-} == "$$" ]]; then '$__awsenv_text'; __awsenv_status; else (builtin exit "$__awsenv_code"); fi'
  case ";${PROMPT_COMMAND-};" in
    *_direnv_hook*) PROMPT_COMMAND="${PROMPT_COMMAND%%_direnv_hook*}_direnv_hook;$__awsenv_text${PROMPT_COMMAND#*_direnv_hook}" ;;
    *) PROMPT_COMMAND="$__awsenv_text${PROMPT_COMMAND:+;$PROMPT_COMMAND}" ;;
  esac
}
__awsenv_install

# What may stand where the cursor is, as the program says it: a word, and behind a tab what it means.
# Nothing of a word runs: a profile may be called x$(touch f).
__awsenv_complete() {
  builtin local __awsenv_line __awsenv_all
  COMPREPLY=()
  __awsenv_all=$("${__awsenv_program[@]}" complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  while IFS= builtin read -r __awsenv_line; do
    case $__awsenv_line in
      @files)
        # shellcheck disable=SC2207 # bash splits names of files as it always does here
        builtin compopt -o default 2>/dev/null || COMPREPLY=($(builtin compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        ;;
      '@command '[1-9] | '@command '[1-9][0-9])
        if builtin declare -F _command_offset >/dev/null; then
          _command_offset "${__awsenv_line#* }"
        else
          # shellcheck disable=SC2207
          COMPREPLY=($(builtin compgen -c -- "${COMP_WORDS[COMP_CWORD]}"))
        fi
        ;;
      ?*)
        __awsenv_line=${__awsenv_line%%$'\t'*}
        case $__awsenv_line in
          *[!A-Za-z0-9._/=@+-]*) builtin printf -v __awsenv_line %q "$__awsenv_line" ;;
        esac
        COMPREPLY[${#COMPREPLY[@]}]=$__awsenv_line
        ;;
    esac
  done <<<"$__awsenv_all"
}
builtin complete -F __awsenv_complete awsenv

builtin eval "$__awsenv_load"
builtin unset __awsenv_load
