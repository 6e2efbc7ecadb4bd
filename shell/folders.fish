# awsenv's hook for fish, second part: folders that act as a profile. Loaded behind awsenv.fish.
# At a prompt where nothing changed it starts no process.

# Where the binding in force lies (empty outside), and how it went: loaded, closed or refused. A
# shell that was started from a bound folder has its variables.
if test "$__awsenv_shell" != $fish_pid
    set -g __awsenv_shell $fish_pid
    set -g __awsenv_at "$AWSENV_DIR"
    set -g __awsenv_how
    if test -n "$AWSENV_DIR"
        set __awsenv_how loaded
        string match -q 'awsenv-no-session:*' -- "$AWS_PROFILE"; and set __awsenv_how closed
    end
    set -g __awsenv_profile
    set -g __awsenv_hand
    set -g __awsenv_files
    set -g __awsenv_flags
    set -g __awsenv_loaded
    set -g __awsenv_mine
    set -g __awsenv_told
    set -g __awsenv_started
    set -g __awsenv_limit 9999999999
end
set -g __awsenv_pwd
set -g __awsenv_seen
set -g __awsenv_due 0

# At a prompt: whether there is nothing to do.
function __awsenv_idle
    test "$PWD" = "$__awsenv_pwd" -a "$AWS_CREDENTIAL_EXPIRATION" = "$__awsenv_seen"; or return 1
    if test $__awsenv_due -ne 9999999999
        set -l now (__awsenv_clock)
        test -n "$now"; and test $now -lt $__awsenv_due; or return 1
    end
    if set -q __awsenv_files[1]
        __awsenv_compare
        test "$__awsenv_c" = "$__awsenv_flags"; or return 1
    end
    return 0
end

# Whether each of the files that take part is younger or older than what was allowed, into
# __awsenv_c: a letter each, and what changes it is looked at again.
function __awsenv_compare
    set -g __awsenv_c
    for file in $__awsenv_files[2..]
        if test $file -nt $__awsenv_files[1]
            set -a __awsenv_c n
        else if test $file -ot $__awsenv_files[1]
            set -a __awsenv_c o
        else
            set -a __awsenv_c s
        end
    end
end

# Look where one stands, and load, unload or renew.
function __awsenv_look
    set -l had $AWSENV_PREVIOUS
    __awsenv_state
    if functions -q __direnv_export_eval
        # direnv reads .envrc files here.
        test -n "$__awsenv_at"; and __awsenv_leave
    else
        # By its physical path, as direnv goes.
        set -l folder (path resolve -- $PWD | string collect)
        test -n "$folder"; or set folder $PWD
        set folder (string trim -r -c / -- $folder | string collect --allow-empty)
        set -l found
        while true
            if test -e "$folder/.envrc" -a ! -d "$folder/.envrc"
                set found $folder
                test -n "$found"; or set found /
                break
            end
            test -n "$folder"; or break
            # A command substitution would split a name with a newline in it.
            string match -qr '^(?<folder>(?s:.*))/[^/]*$' -- $folder
        end
        if test -n "$found"
            __awsenv_bind $found
        else if test -n "$__awsenv_at"
            __awsenv_leave
        end
    end
    # Folders come and go: what `use -` goes back to is a person's choice.
    if set -q had[1]
        test "$AWSENV_PREVIOUS" = "$had"; or set -gx AWSENV_PREVIOUS $had
    else
        set -eg AWSENV_PREVIOUS
    end
    set -g __awsenv_pwd $PWD
    __awsenv_session
end

# The binding of the folder $argv[1] is the one in force from now on, if it is allowed.
function __awsenv_bind
    set -l file $argv[1]/.envrc
    test $argv[1] = /; and set file /.envrc
    if __awsenv_trusted $file
        if contains -- "$__awsenv_how$__awsenv_at" loaded$argv[1] closed$argv[1]
            # In force already: in this shell, or in the one that it was started from.
            if test -n "$__awsenv_loaded" -a "$__awsenv_text" != "$__awsenv_loaded"
                __awsenv_load $argv[1]
            else if test $__awsenv_how = loaded
                set -g __awsenv_profile $__awsenv_t_profile
            else if test -z "$__awsenv_loaded"; or __awsenv_alive $__awsenv_t_profile
                __awsenv_load $argv[1]
            end
        else
            __awsenv_load $argv[1]
        end
        set -g __awsenv_loaded $__awsenv_text
    else if test "$__awsenv_how$__awsenv_at" != refused$argv[1]
        test -n "$__awsenv_at"; and __awsenv_leave quiet
        set -g __awsenv_at $argv[1]
        set -g __awsenv_how refused
        set -g __awsenv_loaded
        __awsenv_say (string escape -n -- $file | string replace -- $HOME/ '~/')" is not allowed, so nothing is loaded; awsenv allow"
    end
    # The first is what was allowed, or where that would lie.
    set -g __awsenv_files $__awsenv_folder/trust$file $file $__awsenv_watch
    __awsenv_compare
    set -g __awsenv_flags $__awsenv_c
    set -eg __awsenv_text __awsenv_values
end

# Whether the .envrc $argv[1] was allowed as it is now, with every file that takes part. What it loads
# comes out of the record of that, into __awsenv_t_…, __awsenv_names and __awsenv_values.
function __awsenv_trusted
    set -g __awsenv_text
    set -g __awsenv_watch
    set -g __awsenv_names
    set -g __awsenv_values
    set -g __awsenv_t_profile
    set -g __awsenv_t_region
    set -g __awsenv_t_account
    set -g __awsenv_t_only
    set -l kept $__awsenv_folder/trust$argv[1]
    test -f $kept -a -O $kept -a ! -L $kept; or return 1
    set -l of
    set -l skip
    set -l whole
    while read -l line
        set -a __awsenv_text $line
        set -l pair (string split -m 1 = -- $line)
        __awsenv_decode "$pair[2]"
        set -l value "$__awsenv_v"
        switch $pair[1]
            case awsenv
                test "$value" = 1; or return 1
            case path
                test "$value" = $argv[1]; or return 1
            case 'none.*'
                test -e $value -o -L $value; and return 1
            case 'file.*'
                set of $value
                set skip
            case 'env.*'
                set of $value
            case 'skip.*'
                set skip (string split ' ' -- $value)
            case 'text.*'
                test $of = $argv[1]; or set -a __awsenv_watch $of
                __awsenv_equal $of "$value" $skip; or return 1
            case profile region account only
                set -g __awsenv_t_$pair[1] $value
            case 'var.*'
                set -a __awsenv_names (string sub -s 5 -- $pair[1])
                set -a __awsenv_values "$value"
            case end
                set whole 1
        end
    end <$kept
    set -g __awsenv_text "$__awsenv_text"
    test -n "$whole"
end

# Whether the file $argv[1] holds the text $argv[2], the lines of the variables behind it and our
# comment left out. No more of it is read than that: it may be anything by now.
function __awsenv_equal
    test -f $argv[1] -a -r $argv[1]; or return 1
    # Files that are no files, below /proc, have no size.
    if not test -s $argv[1]
        test -z "$argv[2]"
        return
    end
    set -l most (math (string length -- "$argv[2]"x))
    set -q argv[3]; and set most (math $most + 131072)
    set -l got
    set -l more 1
    begin
        read -z -n $most got
        # What is behind a NUL byte, or behind that much; at the file's end it fails.
        read -z -n 1 more; or set more
    end <$argv[1]
    set -q more[1]; and return 1
    if set -q argv[3]
        set -l lines (string split \n -- "$got")
        test -z "$lines[-1]"; and set -e lines[-1]
        set got
        for line in $lines
            string match -qr '^[ \t]*#' -- $line; and continue
            string match -qr '^(?:export )?(?<name>[^=]*)=' -- $line; and contains -- "$name" $argv[3..]; and continue
            set got "$got$line"\n
        end
    end
    test "$got" = "$argv[2]"
end

# Load what was allowed of the folder $argv[1].
function __awsenv_load
    test -n "$__awsenv_at" -a "$__awsenv_how" != refused; or __awsenv_keep_hand
    __awsenv_vars_off
    set -g __awsenv_at $argv[1]
    set -g __awsenv_how loaded
    set -g __awsenv_profile $__awsenv_t_profile
    if test -z "$__awsenv_profile"
        __awsenv_outside
    else if __awsenv_act_as
        __awsenv_say (string join ', ' -- $__awsenv_profile account" "$AWS_ACCOUNT_ID $AWS_REGION)
    else
        __awsenv_close
    end
    set -l at 0
    for name in $__awsenv_names
        set at (math $at + 1)
        __awsenv_var $name "$__awsenv_values[$at]"
    end
    set -gx AWSENV_DIR $argv[1]
end

# Act as the binding's profile: by the record, else by the program, which asks nobody.
function __awsenv_act_as
    if test -z "$__awsenv_t_only"; and __awsenv_replay $__awsenv_profile "$__awsenv_t_region" "$__awsenv_t_account"
        return 0
    end
    set -l more
    test -n "$__awsenv_t_region"; and set -a more --region $__awsenv_t_region
    test -n "$__awsenv_t_account"; and set -a more --account $__awsenv_t_account
    test -n "$__awsenv_t_only"; and set -a more --profile-only
    set -l text (command $__awsenv_program use $__awsenv_profile $more --shell fish-hook </dev/null | string collect --allow-empty)
    test $pipestatus[1] -eq 0; or return 1
    printf '%s\n' $text | source
end

# A bound folder whose session cannot be had acts as nobody, and says so by the name of a profile.
function __awsenv_close
    set -g __awsenv_how closed
    __awsenv_switch '' 1 AWS_PROFILE awsenv-no-session:$__awsenv_profile
    set -eg AWSENV_PROFILE
    for name in AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
        __awsenv_var $name
    end
end

# No binding any more: what was chosen by hand outside comes back, else the originals.
function __awsenv_leave
    if test "$__awsenv_how" != refused
        __awsenv_vars_off
        __awsenv_outside
        if test -z "$argv[1]" -a -n "$__awsenv_profile"
            __awsenv_say "left $__awsenv_profile"(test -n "$AWSENV_PROFILE"; and echo ", back to $AWSENV_PROFILE" | string collect; or echo)
        end
    end
    for name in at how profile loaded hand files
        set -g __awsenv_$name
    end
    set -eg AWSENV_DIR
end

# Keep the session that was chosen by hand outside, value by value.
function __awsenv_keep_hand
    set -g __awsenv_hand $AWSENV_PROFILE
    set -g __awsenv_hand_names
    set -g __awsenv_hand_values
    for name in (string split -n ' ' -- "$AWSENV_SET")
        if contains -- $name $__awsenv_managed
            set -a __awsenv_hand_names $name
            set -a __awsenv_hand_values "$$name"
        end
    end
end

function __awsenv_outside
    if test -n "$__awsenv_hand"
        __awsenv_switch $__awsenv_hand (count $__awsenv_hand_names) $__awsenv_hand_names $__awsenv_hand_values
        set -eg __awsenv_hand_values
    else if set -q AWSENV_SET
        __awsenv_restore
    end
end

# Put back what was there before the first use: awsenv.environment.leave.
function __awsenv_restore
    set -l ours (string split -n ' ' -- "$AWSENV_SET")
    set -l own 0
    contains -- "$__awsenv_of" "$fish_pid:" "$fish_pid:$DIRENV_DIR"; and set own 1
    for name in $__awsenv_managed
        if test $own = 0
            contains -- $name $ours; and set -eg $name
            continue
        end
        set -l how __awsenv_how_$name
        set -l was __awsenv_was_$name
        __awsenv_put_back $name "$$how" $$was
        set -eg $how
        set -eg $was
    end
    set -eg AWSENV_PROFILE
    set -eg AWSENV_SET
    set -eg __awsenv_of
end

# Set the variable $argv[1] to $argv[2], or unset it without one, and keep what was there before.
function __awsenv_var
    set -l name $argv[1]
    if not contains -- $name (string split -n ' ' -- "$AWSENV_VARS")
        set -g __awsenv_old_$name $$name
        set -g __awsenv_old_how_$name u
        set -qg $name; and set -g __awsenv_old_how_$name s
        set -qgx $name; and set -g __awsenv_old_how_$name x
        set -gx AWSENV_VARS (string join ' ' -- $AWSENV_VARS $name)
    end
    if set -q argv[2]
        if not set -gx $name $argv[2] 2>/dev/null
            __awsenv_say "$name is readonly in this shell and stays as it is"
        end
    else
        set -eg $name
    end
end

function __awsenv_vars_off
    for name in (string split -n ' ' -- "$AWSENV_VARS")
        set -l how __awsenv_old_how_$name
        set -l was __awsenv_old_$name
        # What was there, the shell above knows, not one that was started from it.
        test -n "$$how"; or set -g $how u
        __awsenv_put_back $name "$$how" $$was
        set -eg $how
        set -eg $was
    end
    set -eg AWSENV_VARS
end

# On `cd` at once: `cd x && aws …` on one line is right.
function __awsenv_cd --on-variable PWD
    status is-interactive; or return 0
    __awsenv_idle; or __awsenv_look
end

function __awsenv_say
    test -n "$AWSENV_QUIET"; or echo "awsenv: $argv" >&2
end
