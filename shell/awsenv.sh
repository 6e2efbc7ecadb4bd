# awsenv's hook for any POSIX shell: `awsenv use dev` and `awsenv off` without eval.
# shellcheck shell=sh
# `awsenv hook posix` prints it with the program's place in front.

awsenv() {
  case ${1-} in
    use | off) ;;
    *)
      __awsenv_run "$@"
      return
      ;;
  esac
  for __awsenv_word in "$@"; do
    case $__awsenv_word in
      # Help, or a form that is not this shell's to evaluate.
      -h | --help | --show | --shell | --shell=* | --format | --format=*)
        unset __awsenv_word
        __awsenv_run "$@"
        return
        ;;
    esac
  done
  unset __awsenv_word
  # In the subshell of eval "$(awsenv use dev)" it prints what acts, to be evaluated there.
  __awsenv_pid=
  # shellcheck disable=SC2034 # the rest of the line
  # Without /proc a child is asked whose it is.
  [ -t 1 ] || { [ -r /proc/self/stat ] && read -r __awsenv_pid __awsenv_rest </proc/self/stat; } 2>/dev/null ||
    __awsenv_pid=$(exec sh -c 'echo "$PPID"')
  # ksh93's subshells are no processes.
  case ${KSH_VERSION-} in
    *93*) [ -t 1 ] || eval "[ \"\${.sh.subshell}\" = 0 ]" || __awsenv_pid=ksh ;;
  esac
  case $__awsenv_pid in
    '' | "$$") ;;
    *)
      __awsenv_run "$@" --shell posix
      return
      ;;
  esac
  # Under `set -x` a trace would hold the values.
  case $- in *x*) { set +x; } 2>/dev/null && __awsenv_trace=x ;; *) __awsenv_trace='' ;; esac
  if __awsenv_text=$(__awsenv_run "$@" --shell posix); then
    eval "$__awsenv_text"
    set -- "$?"
  else
    set -- "$?"
    if [ "$1" -ge 128 ] && [ "$1" -ne 130 ]; then
      printf 'awsenv: killed by signal %d; nothing was changed\n' "$(($1 - 128))" >&2
    fi
  fi
  unset __awsenv_text __awsenv_pid __awsenv_rest
  case $__awsenv_trace in
    x)
      unset __awsenv_trace
      set -x
      ;;
    *) unset __awsenv_trace ;;
  esac
  return "$1"
}
