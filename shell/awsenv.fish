# awsenv's hook for fish: `awsenv use dev` and `awsenv off` without a pipe, completion,
# AWSENV_PROMPT. `awsenv hook fish` prints it with the program's place in front.

# Every variable that a session may set or unset; awsenv.environment.MANAGED.
set -g __awsenv_managed \
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN \
    AWS_CREDENTIAL_EXPIRATION AWS_ACCOUNT_ID AWS_SECURITY_TOKEN \
    AWS_PROFILE AWS_DEFAULT_PROFILE AWS_REGION \
    AWS_DEFAULT_REGION AWS_DEFAULT_OUTPUT AWS_CA_BUNDLE \
    AWS_ENDPOINT_URL AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_USE_FIPS_ENDPOINT \
    AWS_USE_DUALSTACK_ENDPOINT AWS_STS_REGIONAL_ENDPOINTS AWS_DEFAULTS_MODE \
    AWS_RETRY_MODE AWS_MAX_ATTEMPTS AWS_SDK_UA_APP_ID \
    AWS_REQUEST_CHECKSUM_CALCULATION AWS_RESPONSE_CHECKSUM_VALIDATION AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES \
    AWS_DISABLE_REQUEST_COMPRESSION AWS_ACCOUNT_ID_ENDPOINT_MODE AWS_SIGV4A_SIGNING_REGION_SET \
    AWS_AUTH_SCHEME_PREFERENCE AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_METADATA_SERVICE_TIMEOUT \
    AWS_METADATA_SERVICE_NUM_ATTEMPTS

function awsenv --description 'The right AWS credentials in this shell'
    # Help, or a form that is not this shell's to evaluate, goes to the program untouched.
    if not contains -- "$argv[1]" use off
        or string match -qr -- '^(-h|--help|--show|--(shell|format)(=.*)?)$' $argv
        command $__awsenv_program $argv
        set -l code $status
        # Looked at again: it may be allowed now, or linked, or signed in.
        set -g __awsenv_pwd
        return $code
    end
    # In `awsenv use dev | source` it prints a call of itself, never a secret.
    if not isatty stdout; and status is-interactive
        echo __awsenv_act (string escape -- $argv)
        return
    end
    __awsenv_act $argv
end

# Make this shell do it: by the record, without a process, or by what the program prints.
function __awsenv_act
    if test (count $argv) -eq 2; and test "$argv[1]" = use; and __awsenv_replay $argv[2]
        __awsenv_by_hand
        return 0
    end
    set -l text (command $__awsenv_program $argv --shell fish | string collect --allow-empty)
    set -l code $pipestatus[1]
    if test $code -eq 0
        # In the global scope, as if it were typed.
        printf '%s\n' $text | source; and __awsenv_by_hand
        return
    end
    if test $code -ge 128; and test $code -ne 130
        echo "awsenv: killed by signal "(math $code - 128)"; nothing was changed" >&2
    end
    return $code
end

# By hand, so it is no longer the folder that has no session.
function __awsenv_by_hand
    test "$__awsenv_how" = closed; and set -g __awsenv_how loaded
    return 0
end

# Act as $argv[1] by its record, if that is ours, whole, alive, newer than the AWS files, and holds
# the session itself. A record of a plain key only says where the key stands: that is the program's.
# The two behind it: another Region, and the account that it has to be of.
function __awsenv_replay
    set -l profile $argv[1]
    test "$profile" = -; and set profile "$AWSENV_PREVIOUS"
    test -n "$profile"; and __awsenv_record $profile; or return 1
    set -l names $__awsenv_r_names
    set -l values $__awsenv_r_values
    set -eg __awsenv_r_values
    test -z "$argv[3]" -o "$__awsenv_r_account" = "$argv[3]"; or return 1
    # Renewed a little before its end: that is the program's.
    set -l now (__awsenv_clock)
    test -n "$now"; and test $__awsenv_r_until -gt $now; or return 1
    if test -n "$argv[2]"
        for name in AWS_REGION AWS_DEFAULT_REGION
            if set -l at (contains -i -- $name $names)
                set values[$at] $argv[2]
            else
                set -a names $name
                set -a values $argv[2]
            end
        end
    end
    __awsenv_switch $profile (count $names) $names $values
end

# The record of $argv[1] into __awsenv_r_names, __awsenv_r_values, __awsenv_r_account, and from when
# on it is to be renewed and when it ends into __awsenv_r_until and __awsenv_r_ends.
function __awsenv_record
    set -l file $argv[1]
    string match -qr '^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*$' -- $file; or set file (__awsenv_encode $file)
    __awsenv_state
    set file $__awsenv_folder/records/$file
    for name in names values account until ends
        set -g __awsenv_r_$name
    end
    test -f $file -a -O $file -a ! -L $file; or return 1
    set -l whose
    set -l whole
    while read -l line
        set -l pair (string split -m 1 = -- $line)
        __awsenv_decode "$pair[2]"
        set -l value "$__awsenv_v"
        switch $pair[1]
            case 'AWS_*'
                contains -- $pair[1] $__awsenv_managed; or return 1
                set -a __awsenv_r_names $pair[1]
                set -a __awsenv_r_values "$value"
            case awsenv
                test "$value" = 1; or return 1
            case profile
                set whose $value
            case account
                set -g __awsenv_r_account $value
            case renew
                set -g __awsenv_r_until $value
            case expires
                set -g __awsenv_r_ends $value
            case key
                return 1
            case config.path credentials.path
                test -e $value -a $value -nt $file; and return 1
            case env.HOME
                test "$value" = "$HOME"; or return 1
            case env.AWS_CONFIG_FILE
                test "$value" = "$AWS_CONFIG_FILE"; or return 1
            case env.AWS_SHARED_CREDENTIALS_FILE
                test "$value" = "$AWS_SHARED_CREDENTIALS_FILE"; or return 1
            case end
                set whole 1
        end
    end <$file
    set -eg __awsenv_v
    test "$whole$whose" = "1$argv[1]"; and contains -- AWS_ACCESS_KEY_ID $__awsenv_r_names; or return 1
    string match -qr '^[0-9]+ [0-9]+$' -- "$__awsenv_r_until $__awsenv_r_ends"
end

# The value $argv[1] as it was before it was encoded, into __awsenv_v: a command substitution would
# drop newlines at its end.
function __awsenv_decode
    set -g __awsenv_v "$argv[1]"
    string match -q '*%*' -- "$argv[1]"; or return 0
    set -l rest $argv[1]
    set -l tail ''
    while string match -q '*%0A' -- $rest
        set rest (string sub -e -3 -- $rest)
        set tail $tail\n
    end
    set -g __awsenv_v (string unescape --style=url -- "$rest" | string collect --allow-empty)"$tail"
end

# The name of the record's file for the profile $argv[1]; awsenv.replay.record_path.
function __awsenv_encode
    set -l found
    for character in (string split '' -- $argv[1])
        if string match -qr '^[!-$&-.0-\[\]-~]$' -- $character
            set -a found $character
        else if test $character = /
            set -a found %2F
        else
            set -a found (string escape --style=url -- $character)
        end
    end
    string join '' -- $found | string replace -r '^\.' %2E
end

# To the values, as the program's text would do it, with the same originals: awsenv/environment/
# fish.py says what is kept where. Arguments: profile, how many, the names, the values.
function __awsenv_switch
    set -l profile $argv[1]
    set -l many $argv[2]
    set -l names $argv[3..(math 2 + $many)]
    set -l values $argv[(math 3 + $many)..-1]
    set -l ours (string split -n ' ' -- "$AWSENV_SET")
    set -l fresh 1
    contains -- "$__awsenv_of" "$fish_pid:" "$fish_pid:$DIRENV_DIR"; and set fresh 0
    for name in $__awsenv_managed
        set -l was __awsenv_was_$name
        set -l how __awsenv_how_$name
        if test $fresh = 1
            set -g $how u
            if not contains -- $name $ours
                set -g $was $$name
                set -qg $name; and set -g $how s
                set -qgx $name; and set -g $how x
            end
        end
        if set -l at (contains -i -- $name $names)
            set -gx $name $values[$at]
            continue
        end
        set -l then "$$how"
        if contains -- $name $__awsenv_managed[1..8]
            set then u
        else if not contains -- $name AWS_REGION AWS_DEFAULT_REGION $ours
            set then ''
        end
        __awsenv_put_back $name "$then" $$was
    end
    test $fresh = 1; and set -g __awsenv_of "$fish_pid:$DIRENV_DIR"
    if test -n "$AWSENV_PROFILE"; and test "$AWSENV_PROFILE" != "$profile"
        set -gx AWSENV_PREVIOUS $AWSENV_PROFILE
    end
    set -gx AWSENV_PROFILE $profile
    set -gx AWSENV_SET "$names"
    return 0
end

# Make the variable $argv[1] what it was, by how that was kept, u (unset), x (exported) or s (set), and
# the value behind it.
function __awsenv_put_back
    switch "$argv[2]"
        case u
            set -eg $argv[1]
        case x
            set -gx $argv[1] $argv[3..]
        case s
            set -eg $argv[1]
            set -gu $argv[1] $argv[3..]
    end
end

# Our state folder, into __awsenv_folder.
function __awsenv_state
    set -g __awsenv_folder $HOME/.local/state/awsenv
    string match -q '/*' -- "$XDG_STATE_HOME"; and set __awsenv_folder $XDG_STATE_HOME/awsenv
end

# AWSENV_PROMPT for fish_prompt: the profile, and the time left where there is an end.
function __awsenv_prompt --on-event fish_prompt
    __awsenv_idle; or __awsenv_look
    set -g AWSENV_PROMPT $AWSENV_PROFILE
    test -n "$AWSENV_PROFILE" -a -n "$AWS_CREDENTIAL_EXPIRATION"; or return 0
    test "$__awsenv_end_text" = "$AWS_CREDENTIAL_EXPIRATION"; or __awsenv_ends
    set -l now (__awsenv_clock)
    test -n "$__awsenv_ends_at" -a -n "$now"; or return 0
    set -l left (math -s0 "($__awsenv_ends_at - $now) / 60")
    if test $left -ge 60
        set AWSENV_PROMPT "$AWSENV_PROMPT "(math -s0 "$left / 60")h(math "$left % 60")m
    else if test $__awsenv_ends_at -gt $now
        set AWSENV_PROMPT "$AWSENV_PROMPT "$left"m"
    else
        set AWSENV_PROMPT "$AWSENV_PROMPT ended"
    end
end

# The second now. fish has no clock of its own: a file that was written just now has one.
function __awsenv_clock
    __awsenv_state
    test -d $__awsenv_folder; and echo -n >$__awsenv_folder/now; and path mtime $__awsenv_folder/now
end

# AWS_CREDENTIAL_EXPIRATION (RFC 3339 in UTC) as a second since 1970, into __awsenv_ends_at.
function __awsenv_ends
    set -g __awsenv_end_text $AWS_CREDENTIAL_EXPIRATION
    set -g __awsenv_ends_at
    set -l part (string match -r '^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|\+00:00)$' -- $__awsenv_end_text)
    or return 0
    # Days from civil: the year begins in March.
    set -l year $part[2]
    set -l month $part[3]
    if test $month -le 2
        set year (math $year - 1)
        set month (math $month + 12)
    end
    set -l days (math "365 * $year + floor($year / 4) - floor($year / 100) + floor($year / 400) + floor((153 * ($month - 3) + 2) / 5) + $part[4] - 719469")
    set -g __awsenv_ends_at (math "$days * 86400 + $part[5] * 3600 + $part[6] * 60 + $part[7]")
end

# Names of profiles out of the two files, without running any: one may be called x$(touch f).
function __awsenv_profiles
    set -l config $HOME/.aws/config
    set -q AWS_CONFIG_FILE; and set config $AWS_CONFIG_FILE
    set -l credentials $HOME/.aws/credentials
    set -q AWS_SHARED_CREDENTIALS_FILE; and set credentials $AWS_SHARED_CREDENTIALS_FILE
    # Those that awsenv left, if they are younger than the two files.
    __awsenv_state
    set -l names $__awsenv_folder/names
    if not set -q AWS_CONFIG_FILE; and not set -q AWS_SHARED_CREDENTIALS_FILE
        and test -f $names -a -O $names -a $names -nt $config -a $names -nt $credentials
        string collect <$names
        return
    end
    for file in $config $credentials
        test -f $file -a -r $file; or continue
        string match -r '^\[.*\]' <$file | string sub -s 2 -e -1 |
            string match -rv '^(sso-session|services) ' | string replace -r '^profile +' '' |
            string replace -ra '["\']' ''
    end
end
complete -c awsenv -f
complete -c awsenv -n __fish_use_subcommand -a 'use off exec status list show login logout sso add remove dotenv link unlink allow deny orgs direnv renew hook credential-process demo'
complete -c awsenv -n '__fish_seen_subcommand_from use show remove dotenv link login logout exec' -a '(__awsenv_profiles)'
