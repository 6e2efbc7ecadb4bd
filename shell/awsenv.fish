# awsenv's hook for fish: it notices that something may have changed, and asks the program what this
# shell is to become. `awsenv hook fish` prints it with the program's place in front.

# What this shell keeps for the program, who alone reads it; nothing of it comes from the environment.
test "$__awsenv_shell" = $fish_pid; or set -gu __awsenv_state ''
set -gu __awsenv_shell $fish_pid
for name in seen key again gone closed outside
    set -gu __awsenv_$name ''
end
set -gu __awsenv_path "$PATH"
set -gu __awsenv_pwd
set -gu __awsenv_due 0
set -gu __awsenv_limit 0
# A script for `sh` that finds another awsenv when this one is gone.
set -gu __awsenv_finder @FIND_PROGRAM@
function __awsenv_changed
    return 1
end

function awsenv --description 'The right AWS credentials in this shell'
    # Help, or a form that is not this shell's to evaluate, goes to the program untouched.
    if not builtin contains -- "$argv[1]" use off
        or string match -qr -- '^(-h|--help|--show|--(shell|format)(=.*)?)$' $argv
        __awsenv_ready $argv; or return 127
        AWSENV_HOOK=$__awsenv_hook command $__awsenv_program $argv
        set -l code $status
        # Looked at again: it may be allowed now, or linked, or signed in.
        set -g __awsenv_due 0
        return $code
    end
    # A function acts on its shell wherever it stands: in `awsenv use dev | source` there is nothing left to evaluate.
    __awsenv_act $argv
    set -l code $status
    test $code -eq 0 -o -t 1; or builtin echo false
    return $code
end

# At each prompt. Where nothing changed it is over with builtins: the folder whose .envrc counts, the
# session, the time to look again, and the files that the last look saw are as they were.
function __awsenv_prompt --on-event fish_prompt
    set -q fish_trace; and set -l fish_trace
    # One may have come here meanwhile, as with a git pull.
    test "$PWD" = "$__awsenv_pwd" -a \( "$__awsenv_key" = "e $PWD" -o ! -r .envrc \); or __awsenv_find
    if test "$__awsenv_key $AWSENV_PROFILE $AWS_CREDENTIAL_EXPIRATION $AWS_ACCESS_KEY_ID $AWS_PROFILE" = "$__awsenv_seen"
        and __awsenv_is_before $__awsenv_due
        and not __awsenv_changed
        return 0
    end
    __awsenv_act
    return 0
end

# On `cd` at once: `cd x && aws …` on one line is right.
function __awsenv_cd --on-variable PWD
    status is-interactive; and __awsenv_prompt
end

# Before a command: a session that has ended is renewed first.
function __awsenv_before --on-event fish_preexec
    __awsenv_is_before $__awsenv_limit; or __awsenv_act
    return 0
end

# Whether the second $argv[1] has not come. fish has no clock of its own, but a file's time and age.
function __awsenv_is_before
    test $argv[1] -eq 9999999999; and return 0
    test (builtin math -s0 (builtin path mtime /) + (builtin path mtime -R /)) -lt $argv[1]
end

# The first folder above that holds an .envrc, or the whole path where a symlink comes before it: as
# long as that is the same, so is what a folder says.
function __awsenv_find
    set -g __awsenv_pwd $PWD
    set -g __awsenv_key ''
    set -l folder $PWD
    while string match -qr '[^/]' -- $folder
        if test -r $folder/.envrc -a ! -d $folder/.envrc -a ! -S $folder/.envrc
            set -g __awsenv_key "e $folder"
            return 0
        else if test -L $folder
            set -g __awsenv_key "l $PWD"
            return 0
        end
        # A command substitution would split a name with a newline in it.
        string match -qr '^(?<folder>(?s:.*))/[^/]*$' -- $folder
    end
    test -r /.envrc -a ! -d /.envrc -a ! -S /.envrc; and set -g __awsenv_key 'e /'
    return 0
end

# What a look leaves: the session by its key, for others may put back or take away what they know of.
function __awsenv_see
    set -l fish_trace
    set -g __awsenv_seen "$__awsenv_key $AWSENV_PROFILE $AWS_CREDENTIAL_EXPIRATION $AWS_ACCESS_KEY_ID $AWS_PROFILE"
end

# Ask what this shell is to become, `use …` and `off` among it, and make it so.
function __awsenv_act
    set -l fish_trace # values are about to be handled
    set -l code 0
    set -l flags -
    builtin functions -q __direnv_export_eval; and set flags "$flags"d
    builtin functions fish_prompt fish_right_prompt 2>/dev/null | string match -q '*AWSENV_PROMPT*'; and set flags "$flags"p
    set -g __awsenv_again ''
    while true
        if not __awsenv_ready $argv
            __awsenv_lose
            return 127
        end
        if test -n "$__awsenv_again"
            # The door is closed, and the session is got now. Whoever presses Ctrl-C has a prompt for a
            # while.
            set flags "$flags"a
            set -g __awsenv_again ''
            set -g __awsenv_due (builtin math -s0 (builtin path mtime /) + (builtin path mtime -R /) + 30)
            __awsenv_see
        end
        set -l text (_AWSENV_STATE="$__awsenv_state" command $__awsenv_program hook-env fish $flags $argv | string collect --allow-empty)
        set code $pipestatus[1]
        if test $code -eq 0
            # In the global scope, as if it were typed.
            builtin printf '%s\n' $text | builtin source
            set code $status
        end
        __awsenv_find # behind the answer: what has come or gone since it is a file that it watches
        test -n "$__awsenv_again"; or break
    end
    if test $code -gt 128; and test $code -ne 130
        builtin echo "awsenv: killed by signal "(builtin math $code - 128)"; nothing was changed" >&2
    end
    if test $code -eq 0
        __awsenv_see
    else if test $code -ne 130; and not set -q argv[1]
        __awsenv_see
        set -g __awsenv_due (builtin math -s0 (builtin path mtime /) + (builtin path mtime -R /) + 5)
    end
    return $code
end

# Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes its place,
# which is looked for once, and whenever a person asks.
function __awsenv_ready
    if test -x $__awsenv_program[1] -a -r $__awsenv_program[-1]
        set -g __awsenv_gone ''
        return 0
    end
    if set -q argv[1]; or test -z "$__awsenv_gone"
        set -l folder "$AWSENV_DIR"
        test -n "$folder"; or set folder (string replace -r -- '^-' '' "$DIRENV_DIR")
        set -l found (/bin/sh -c $__awsenv_finder sh (string join : $PATH) (string join : $__awsenv_path) "$folder")
        if set -q found[1]
            set -g __awsenv_program $found
            builtin echo "awsenv: its program has moved; $__awsenv_program[-1] takes its place" >&2
            return 0
        end
        builtin echo "awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell" >&2
    end
    return 1
end

# It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a folder made of
# the shell is undone. Whether the program is back is looked at at each prompt.
function __awsenv_lose
    set -l fish_trace
    set -l is "$AWSENV_PROFILE $AWS_CREDENTIAL_EXPIRATION $AWS_ACCESS_KEY_ID $AWS_PROFILE"
    # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before it comes back.
    set -l end (string sub -s -(builtin math (string length -- " $is")) -- $__awsenv_seen)
    if test "$end" != " $is"
        set -g __awsenv_state ''
        set -g __awsenv_outside ''
    end
    if test "$__awsenv_gone" != "x$__awsenv_key"
        if string match -q 'e*' -- $__awsenv_key
            builtin printf '%s\n' $__awsenv_closed | builtin source
        else if test -n "$AWSENV_DIR"; or string match -q 'xe*' -- $__awsenv_gone
            builtin printf '%s\n' $__awsenv_outside | builtin source
        end
    end
    set -g __awsenv_gone "x$__awsenv_key"
    set -g __awsenv_due 0
    set -g __awsenv_limit 9999999999
    __awsenv_see
end

# What may stand where the cursor is, as the program says it: a word, and behind a tab what it means.
function __awsenv_complete
    set -l words (builtin commandline -opc)
    set -l found (command $__awsenv_program complete fish -- $words[2..] (builtin commandline -ct) 2>/dev/null)
    switch "$found[1]"
        case @files
            __fish_complete_path (builtin commandline -ct)
        case '@command *'
            set -l from (builtin math (string split ' ' -- $found[1])[2] + 1)
            builtin complete -C (string join ' ' -- (string escape -- $words[$from..]) (builtin commandline -ct))
        case '*'
            builtin printf '%s\n' $found
    end
end
builtin complete -c awsenv -f -a '(__awsenv_complete)'
