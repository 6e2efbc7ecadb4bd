# awsenv's hook for tcsh (6.20 and later): it notices that something may have changed, and asks the program what
# this shell is to become. `awsenv hook tcsh` says where it lies. tcsh has no functions, so its aliases source
# this file with a word that says what is wanted.

# What is done here is shown by neither; at the end it is as it was.
if ( $?echo ) then
    set __awsenv_echo
    unset echo
endif
if ( $?verbose ) then
    set __awsenv_verbose
    unset verbose
endif
if ( "$argv[1]" == prompt ) then
    # At each prompt, and on `cd`. Where nothing changed it is over with builtins: the folder whose .envrc counts,
    # the session, the time to look again, and the files that the last look saw are as they were.
    if ( $?_AWSENV_STATE ) source $__awsenv_file:q forget # something came in between
    source $__awsenv_file:q look
    set __awsenv_is = 1
    if ( "$__awsenv_now" == "$__awsenv_seen" && "$__awsenv_now" !~ newline* ) then
        set __awsenv_is = 0
        # tcsh has no clock, but the time at which its terminal was written to last, to eight seconds.
        if ( $__awsenv_due != 9999999999 && $__awsenv_tty == '' ) then
            if ( `/bin/date +%s` >= $__awsenv_due ) set __awsenv_is = 1
        else if ( $__awsenv_due != 9999999999 ) then
            @ __awsenv_when = $__awsenv_due - 8
            if ( -M $__awsenv_tty >= $__awsenv_when ) set __awsenv_is = 1
        endif
        if ( ! $__awsenv_is ) eval "if ( $__awsenv_watch ) set __awsenv_is = 1"
    endif
    if ( $__awsenv_is ) source $__awsenv_file:q act
else if ( "$argv[1]" == look ) then
    # What has to be as at the last look: the first folder above that holds an .envrc, or the whole path where a
    # symlink comes before it (what a folder says hangs on that), and the session.
    # Nothing here can take a folder apart whose name has a newline in it: there the program is asked at each prompt.
    set __awsenv_now = ''
    set __awsenv_folder = ''
    if ( $cwd:q =~ *$__awsenv_newline:q* ) then
        set __awsenv_now = newline
    else
        set __awsenv_folder = "$cwd:q"
    endif
    while ( "$__awsenv_folder" != '' )
        if ( -r $__awsenv_folder:q/.envrc && ! -d $__awsenv_folder:q/.envrc && ! -S $__awsenv_folder:q/.envrc ) then
            set __awsenv_now = "e $__awsenv_folder:q"
            break
        else if ( -l $__awsenv_folder:q ) then
            set __awsenv_now = "l $cwd:q"
            break
        endif
        if ( "x$__awsenv_folder" == x/ ) break # alone, a slash would divide
        set __awsenv_folder = "$__awsenv_folder:h"
        if ( "$__awsenv_folder" == '' ) set __awsenv_folder = /
    end
    set __awsenv_session = ''
    if ( $?AWSENV_PROFILE ) then
        set __awsenv_session = " $AWSENV_PROFILE:q"
    endif
    if ( $?AWS_CREDENTIAL_EXPIRATION ) then
        set __awsenv_session = "$__awsenv_session:q $AWS_CREDENTIAL_EXPIRATION:q"
    endif
    if ( $?AWS_ACCESS_KEY_ID ) then
        set __awsenv_session = "$__awsenv_session:q key $AWS_ACCESS_KEY_ID:q"
    endif
    if ( $?AWS_PROFILE ) then
        set __awsenv_session = "$__awsenv_session:q profile $AWS_PROFILE:q"
    endif
    set __awsenv_now = "$__awsenv_now:q$__awsenv_session:q"
else if ( "$argv[1]" == act ) then
    # Ask what this shell is to become, `use …` and `off` among it, and make it so. A failure changes nothing.
    set __awsenv_flags = -p
    if ( "`alias precmd`" =~ *direnv* ) set __awsenv_flags = -pd
    set __awsenv_wait = 5
    source $__awsenv_file:q ready $argv[2-]:q
    set __awsenv_again = $__awsenv_is
    while ( $__awsenv_again )
        set __awsenv_again = 0
        set __awsenv_done = 0
        # Between the quotes below a variable's value is code, so that words and state go by the environment.
        setenv _AWSENV_STATE "$__awsenv_state:q"
        @ __awsenv_count = 0
        foreach __awsenv_word ( $argv[2-]:q )
            @ __awsenv_count += 1
            setenv _AWSENV_$__awsenv_count "$__awsenv_word:q"
        end
        # An interrupted `precmd` would be taken away by tcsh: it is the program alone that Ctrl-C ends.
        if ( $?prompt ) onintr -
        set __awsenv_answer = "`$__awsenv_command hook-env tcsh $__awsenv_flags $__awsenv_count`"
        set __awsenv_code = $status
        if ( $?prompt ) onintr
        source $__awsenv_file:q forget
        if ( $__awsenv_code == 0 ) eval "$__awsenv_answer"
        if ( $__awsenv_code == 0 && ! $__awsenv_done ) set __awsenv_code = 1
        # The door is closed, and the session is got now. Whoever presses Ctrl-C has a prompt for a while.
        if ( $__awsenv_again ) set __awsenv_flags = "$__awsenv_flags"a
        if ( $__awsenv_again ) set __awsenv_wait = 30
    end
    if ( ! $__awsenv_is ) source $__awsenv_file:q lose
    if ( $__awsenv_code == 0 || $#argv == 1 ) then
        source $__awsenv_file:q look
        set __awsenv_seen = "$__awsenv_now:q"
        set __awsenv_held = "$__awsenv_session:q"
    endif
    # tcsh has no moment of its own before a command (a `postcmd` may not read a file): as soon as a session
    # has ended, that is seen at the next prompt.
    if ( $__awsenv_limit < $__awsenv_due ) set __awsenv_due = $__awsenv_limit
    if ( $__awsenv_code != 0 && $__awsenv_is && $#argv == 1 ) @ __awsenv_due = `/bin/date +%s` + $__awsenv_wait
    unset __awsenv_answer
else if ( "$argv[1]" == ready ) then
    # Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes its
    # place, which is looked for once, and whenever a person asks.
    set __awsenv_is = 1
    if ( -x $__awsenv_program[1]:q && -r $__awsenv_program[$#__awsenv_program]:q ) then
        set __awsenv_gone = ''
    else
        set __awsenv_is = 0
        set __awsenv_code = 127
        # As for the program below: what is text goes by the environment.
        setenv _AWSENV_1 'exec /bin/sh "$_AWSENV_2" "$PATH" "$_AWSENV_3" "${AWSENV_DIR-}"'
        setenv _AWSENV_2 "$__awsenv_file:h:q/find-program.sh"
        setenv _AWSENV_3 "$__awsenv_path:q"
        set __awsenv_found = "`/usr/bin/env printenv _AWSENV_1 | /bin/sh`"
        source $__awsenv_file:q forget
        if ( "$__awsenv_found" != '' ) then
            set __awsenv_is = 1
            set __awsenv_program = ( $__awsenv_found:q )
            set __awsenv_command = ''
            foreach __awsenv_word ( $__awsenv_found:q )
                set __awsenv_command = "$__awsenv_command '$__awsenv_word'"
            end
            /bin/sh -c 'echo "awsenv: its program has moved; $1 takes its place" >&2' sh $__awsenv_found[$#__awsenv_found]:q
        else if ( $__awsenv_gone == '' || $#argv > 1 ) then
            /bin/sh -c 'echo "awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell" >&2'
        endif
    endif
else if ( "$argv[1]" == lose ) then
    # It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a folder
    # made of the shell is undone. Whether the program is back is looked at at each prompt.
    source $__awsenv_file:q look
    if ( "$__awsenv_session" != "$__awsenv_held" ) then
        # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before comes back.
        set __awsenv_state = ''
        set __awsenv_outside = ''
    endif
    set __awsenv_where = x
    if ( "$__awsenv_now" =~ "e "* ) set __awsenv_where = xe
    if ( "$__awsenv_gone" != "$__awsenv_where" ) then
        if ( $__awsenv_where == xe ) eval "$__awsenv_closed"
        if ( $?AWSENV_DIR ) set __awsenv_gone = xe
        if ( $__awsenv_where == x && "$__awsenv_gone" == xe ) eval "$__awsenv_outside"
    endif
    source $__awsenv_file:q look
    set __awsenv_held = "$__awsenv_session:q"
    set __awsenv_gone = $__awsenv_where
    set __awsenv_due = 0
    set __awsenv_limit = 9999999999
else if ( "$argv[1]" == forget ) then
    # No child but the one that was asked is to know.
    unsetenv _AWSENV_STATE _AWSENV_[1-9]*
else if ( "$argv[1]" == awsenv ) then
    # Help, or a form that is not this shell's to take, goes to the program untouched.
    set __awsenv_line = " $argv[2-]:q "
    set __awsenv_own = 0
    foreach __awsenv_word ( -h --help --show --shell --format )
        if ( "$__awsenv_line" =~ *" $__awsenv_word"[\ =]* ) set __awsenv_own = 1
    end
    if ( ! $__awsenv_own && ( "$__awsenv_line" =~ " use "* || "$__awsenv_line" =~ " off "* ) ) then
        source $__awsenv_file:q act $argv[2-]:q
    else
        # Looked at again at the next prompt: it may be allowed now, or linked, or signed in.
        set __awsenv_due = 0
        source $__awsenv_file:q ready $argv[2-]:q
        if ( $__awsenv_is ) /usr/bin/env AWSENV_HOOK=$__awsenv_hook $__awsenv_program:q $argv[2-]:q
        set __awsenv_code = $status
    endif
else if ( "$argv[1]" == load ) then
    # What this shell keeps for the program, who alone reads it; nothing of it is in the environment.
    foreach __awsenv_word ( AWSENV_PROMPT __awsenv_state __awsenv_seen __awsenv_held __awsenv_tty __awsenv_gone __awsenv_closed __awsenv_outside )
        set $__awsenv_word = ''
    end
    set __awsenv_path = "$PATH:q"
    set __awsenv_newline = "\
"
    set __awsenv_bound = 0
    set __awsenv_code = 0 __awsenv_watch = 0 __awsenv_due = 0 __awsenv_limit = 9999999999
    # This file may go away as well; then these are all that is left.
    set __awsenv_says = '/bin/sh -c "echo awsenv: its program is gone, and nobody renews a session\; uv tool install awsenv-shell >&2"'
    set __awsenv_removed = 'if ( "$__awsenv_gone" == "" && $__awsenv_bound ) eval "$__awsenv_closed"; if ( "$__awsenv_gone" == "" ) eval "$__awsenv_says"; set __awsenv_gone = xr'
    alias awsenv 'if ( ! -r $__awsenv_file:q ) eval "$__awsenv_says"; source $__awsenv_file:q awsenv'
    # In a one-line `if` a variable that is not there is an error, whatever stands before it.
    if ( $?prompt && $?tty ) then
        @ __awsenv_when = `/bin/date +%s` - 16
        if ( -M /dev/$tty >= $__awsenv_when ) set __awsenv_tty = /dev/$tty
    endif
    foreach __awsenv_word ( precmd cwdcmd ) # behind what a person has there
        set __awsenv_line = "`alias $__awsenv_word`"
        if ( "$__awsenv_line" != '' ) set __awsenv_line = "$__awsenv_line:q; "
        if ( $?prompt && "$__awsenv_line" !~ *__awsenv_file* ) alias $__awsenv_word "$__awsenv_line:q"'if ( ! -r $__awsenv_file:q ) eval "$__awsenv_removed"; if ( -r $__awsenv_file:q ) source $__awsenv_file:q prompt'
    end
    complete awsenv 'n/allow/f/' 'n/deny/f/' 'p@*@`$__awsenv_program:q complete tcsh`@'
endif
if ( "$argv[1]" == prompt || "$argv[1]" == awsenv ) then
    if ( $?__awsenv_verbose ) then
        unset __awsenv_verbose
        set verbose
    endif
    if ( $?__awsenv_echo ) then
        unset __awsenv_echo
        set echo
    endif
endif
set status = $__awsenv_code # what `&&` behind the alias sees
