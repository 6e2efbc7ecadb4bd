# awsenv's hook for fish, third part: sessions that do not go stale. Loaded behind folders.fish.

# When to look again, and before which command at the latest; and renew what is about to end.
function __awsenv_session
    set -g __awsenv_due 9999999999
    set -g __awsenv_limit 9999999999
    if test "$__awsenv_how" = closed
        # Somebody may sign in elsewhere.
        set -g __awsenv_due (math (__awsenv_clock; or echo 0) + 5)
        set -g __awsenv_pwd
    end
    if test -n "$AWSENV_PROFILE" -a -n "$AWS_CREDENTIAL_EXPIRATION"
        test "$__awsenv_end_text" = "$AWS_CREDENTIAL_EXPIRATION"; or __awsenv_ends
        test -n "$__awsenv_ends_at"; and __awsenv_fresh
    end
    set -g __awsenv_seen $AWS_CREDENTIAL_EXPIRATION
end

# The session with an end that this shell acts as: the keys of its record where that has newer ones;
# else a renewal in the background, when it is time for that.
function __awsenv_fresh
    set -l now (__awsenv_clock)
    test -n "$now"; or return 0
    set -g __awsenv_limit $__awsenv_ends_at
    set -l until 0
    if __awsenv_record $AWSENV_PROFILE
        set -l at (contains -i -- AWS_ACCESS_KEY_ID $__awsenv_r_names)
        if test "$__awsenv_r_values[$at]" = "$AWS_ACCESS_KEY_ID"
            set -g __awsenv_mine $AWSENV_PROFILE
        else if test "$__awsenv_mine" = "$AWSENV_PROFILE" -a "$__awsenv_r_ends" -gt $now
            # The newer keys, and nothing else: a Region or the like may be somebody's own.
            for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION
                set -l at (contains -i -- $name $__awsenv_r_names); and set -gx $name $__awsenv_r_values[$at]
            end
            set -g __awsenv_limit $__awsenv_r_ends
        else
            # Another session of the profile, by an option: that is a person's to renew.
            set -g __awsenv_mine
        end
        test "$__awsenv_r_until" -gt $now; and set until $__awsenv_r_until
    end
    set -eg __awsenv_r_values
    if test "$__awsenv_mine" != "$AWSENV_PROFILE"
        set -g __awsenv_limit 9999999999
    else if test $until -gt 0
        set -g __awsenv_due $until
    else if test $now -lt $__awsenv_limit
        # Each end once; it comes with one of the next prompts.
        if test "$__awsenv_started" != "$AWS_CREDENTIAL_EXPIRATION"
            set -g __awsenv_started $AWS_CREDENTIAL_EXPIRATION
            command $__awsenv_program renew $AWSENV_PROFILE </dev/null >/dev/null 2>&1 &
            disown 2>/dev/null
        end
        set -g __awsenv_due (math $now + 1)
    else
        __awsenv_ended $now
    end
end

# It has ended: renewed here and now, once; a person who is needed for that is told how.
function __awsenv_ended
    if test "$__awsenv_told" = "$AWS_CREDENTIAL_EXPIRATION"
        set -g __awsenv_due (math $argv[1] + 5)
        set -g __awsenv_limit 9999999999
        return 0
    end
    set -g __awsenv_told $AWS_CREDENTIAL_EXPIRATION
    if command $__awsenv_program renew $AWSENV_PROFILE </dev/null >/dev/null
        __awsenv_fresh
        return
    end
    set -g __awsenv_due (math $argv[1] + 5)
    set -g __awsenv_limit 9999999999
    # The folder's session, and none of a person's: as if it could not have been had.
    test "$__awsenv_how$__awsenv_profile" = "loaded$AWSENV_PROFILE"; and __awsenv_close
end

# Whether the record of $argv[1] is alive.
function __awsenv_alive
    set -l now (__awsenv_clock)
    __awsenv_record $argv[1]; and test -n "$now"; and test "$__awsenv_r_ends" -gt $now
end

# Before a command: a session that has ended is renewed first.
function __awsenv_before --on-event fish_preexec
    test $__awsenv_limit -eq 9999999999; and return
    set -l now (__awsenv_clock)
    test -n "$now"; and test $now -ge $__awsenv_limit; and __awsenv_session
end
