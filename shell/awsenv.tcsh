# awsenv's hook for tcsh (6.20 and later): it notices that something may have changed, and asks the program what
# this shell is to become. `awsenv hook tcsh` says where it lies. tcsh has no functions, so its aliases source
# this file with a word that says what is wanted.
if ( "$argv[1]" == prompt ) then
    # At each prompt, and on `cd`. Where nothing changed it is over with builtins: the folder whose .envrc counts,
    # the session, the time to look again, and the files that the last look saw are as they were.
    if ( $?_AWSENV_STATE ) source $__awsenv_file:q forget # Ctrl-C came in between
    source $__awsenv_file:q look
    set __awsenv_is = 1
    if ( "$__awsenv_now" == "$__awsenv_seen" ) then
        set __awsenv_when = $__awsenv_due
        source $__awsenv_file:q clock
        if ( ! $__awsenv_is ) eval "if ( $__awsenv_watch ) set __awsenv_is = 1"
    endif
    if ( $__awsenv_is ) source $__awsenv_file:q act
else if ( "$argv[1]" == clock ) then
    # Whether the second $__awsenv_when has come. tcsh has no clock, but the time at which its terminal was
    # written to last, which the kernel knows to eight seconds.
    set __awsenv_is = 0
    if ( $__awsenv_when != 9999999999 ) then
        if ( $__awsenv_tty != '' ) then
            @ __awsenv_when -= 8
            if ( -M $__awsenv_tty >= $__awsenv_when ) set __awsenv_is = 1
        else
            @ __awsenv_is = ( `/bin/date +%s` >= $__awsenv_when )
        endif
    endif
else if ( "$argv[1]" == look ) then
    # What has to be as at the last look. The first folder above that holds an .envrc, or the whole path where a
    # symlink comes before it: as long as that is the same, so is what a folder says.
    set __awsenv_now = ''
    set __awsenv_folder = "$cwd:q"
    while ( "$__awsenv_folder" != '' )
        if ( -e $__awsenv_folder:q/.envrc ) then
            set __awsenv_now = "e $__awsenv_folder:q"
            break
        else if ( -l $__awsenv_folder:q ) then
            set __awsenv_now = "l $cwd:q"
            break
        endif
        # A lone slash would divide.
        if ( "x$__awsenv_folder" == x/ ) break
        set __awsenv_folder = "$__awsenv_folder:h"
        if ( "$__awsenv_folder" == '' ) set __awsenv_folder = /
    end
    if ( $?AWSENV_PROFILE ) then
        set __awsenv_now = "$__awsenv_now:q $AWSENV_PROFILE:q"
    endif
    if ( $?AWS_CREDENTIAL_EXPIRATION ) then
        set __awsenv_now = "$__awsenv_now:q $AWS_CREDENTIAL_EXPIRATION:q"
    endif
else if ( "$argv[1]" == act ) then
    # Ask what this shell is to become, `use …` and `off` among it, and make it so. A failure changes nothing.
    # Times of files are whole seconds here.
    set __awsenv_flags = -pc
    set __awsenv_again = 1
    set __awsenv_wait = 5
    while ( $__awsenv_again )
        set __awsenv_again = 0
        set __awsenv_done = 0
        # Between these quotes a variable's value is code, so that words and state go by the environment.
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
        if ( $__awsenv_again ) then
            set __awsenv_flags = -pca
            set __awsenv_wait = 30
        endif
    end
    if ( $__awsenv_code == 0 || $#argv == 1 ) then
        source $__awsenv_file:q look
        set __awsenv_seen = "$__awsenv_now:q"
    endif
    # tcsh has no moment of its own before a command (a `postcmd` may not read a file): as soon as a session
    # has ended, that is seen at the next prompt.
    if ( $__awsenv_limit < $__awsenv_due ) set __awsenv_due = $__awsenv_limit
    if ( $__awsenv_code != 0 && $#argv == 1 ) @ __awsenv_due = `/bin/date +%s` + $__awsenv_wait
    unset __awsenv_answer
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
        /usr/bin/env AWSENV_HOOK=$__awsenv_hook $__awsenv_program:q $argv[2-]:q
        set __awsenv_code = $status
    endif
else if ( "$argv[1]" == load ) then
    # What this shell keeps for the program, who alone reads it; nothing of it is in the environment.
    set __awsenv_code = 0
    set __awsenv_state = ''
    set __awsenv_seen = ''
    set __awsenv_watch = 0
    set __awsenv_due = 0
    set __awsenv_limit = 9999999999
    set AWSENV_PROMPT = ''
    alias awsenv 'source $__awsenv_file:q awsenv \!*'
    if ( $?prompt ) then
        set __awsenv_tty = ''
        if ( $?tty ) then
            if ( -e /dev/$tty ) then
                @ __awsenv_when = `/bin/date +%s` - 16
                if ( -M /dev/$tty >= $__awsenv_when ) set __awsenv_tty = /dev/$tty
            endif
        endif
        # Behind what a person has there.
        foreach __awsenv_word ( precmd cwdcmd )
            set __awsenv_line = "`alias $__awsenv_word`"
            if ( "$__awsenv_line" == '' ) then
                alias $__awsenv_word 'source $__awsenv_file:q prompt'
            else if ( "$__awsenv_line" !~ *__awsenv_file* ) then
                alias $__awsenv_word "$__awsenv_line:q; "'source $__awsenv_file:q prompt'
            endif
        end
    endif
    complete awsenv 'n/allow/f/' 'n/deny/f/' 'p@*@`$__awsenv_program:q complete tcsh`@'
endif
# What stands last is what `&&` behind the alias sees.
set status = $__awsenv_code
