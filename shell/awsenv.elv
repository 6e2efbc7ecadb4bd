# awsenv's hook for elvish (0.19 and later): it notices that something may have changed, and asks the program
# what this shell is to become. `awsenv hook elvish` prints it with the program's place in front.
use path
use str

# A script for `sh` that finds another awsenv when this one is gone.
var awsenv-finder = @FIND_PROGRAM@

# What this shell keeps for the program, who alone reads it; nothing of it is in the environment.
var awsenv-keep = [&state='' &due=0 &limit=9999999999 &again=$false &prompt='' &tests=[] &absent=[] &outside=[&] &closed=[&]]
var awsenv-seen = []
var awsenv-gone = ''
var awsenv-path = $E:PATH

fn awsenv-run {|@args| (external $awsenv-program[0]) (all $awsenv-program[1..]) $@args }

# Whether nothing has come: neither the second $when nor what $tests say of files. elvish has neither a clock
# nor the times of files; /bin/sh has them, and is asked only for what there is to ask.
fn awsenv-is-quiet {|when @tests|
    if (and (==s $when 9999999999) (== (count $tests) 0)) { put $true; return }
    put ?(/bin/sh -c '
        when=$1; shift
        [ $# -eq 0 ] || ! [ "$@" ] || exit 1
        [ "$when" = 9999999999 ] || [ "$(PATH=/usr/bin:/bin date +%s)" -lt "$when" ]
    ' sh $when $@tests)
}

# The first folder above that holds an .envrc, or the whole path where a symlink leads here: as long as that
# is the same, so is what a folder says.
fn awsenv-find {
    var folder = $pwd
    try {
        if (not-eq (path:eval-symlinks $pwd) $pwd) { put 'l '$pwd; return }
    } catch { put 'l '$pwd; return }
    while $true {
        var file = (path:join $folder .envrc)
        if (path:is-regular &follow-symlink=$true $file) { put 'e '$folder; return }
        var above = (path:dir $folder)
        if (eq $above $folder) { put ''; return }
        set folder = $above
    }
}

# What has to be as at the last look.
fn awsenv-look { put [(awsenv-find) $E:AWSENV_PROFILE $E:AWS_CREDENTIAL_EXPIRATION $E:AWS_ACCESS_KEY_ID $E:AWS_PROFILE] }

# Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes its place,
# which is looked for once, and whenever a person asks.
fn awsenv-ready {|@args|
    if (and (path:is-regular &follow-symlink=$true $awsenv-program[0]) (path:is-regular &follow-symlink=$true $awsenv-program[-1])) {
        set awsenv-gone = ''
        put $true
        return
    }
    if (or (> (count $args) 0) (eq $awsenv-gone '')) {
        var found = []
        try { set found = [(/bin/sh -c $awsenv-finder sh $E:PATH $awsenv-path $E:AWSENV_DIR | from-lines)] } catch { }
        if (> (count $found) 0) {
            set awsenv-program = $found
            echo 'awsenv: its program has moved; '$found[-1]' takes its place' >&2
            put $true
            return
        }
        echo 'awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell' >&2
    }
    put $false
}

# It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a folder made of
# the shell is undone. Whether the program is back is looked at at each prompt.
fn awsenv-lose {
    var now = (awsenv-look)
    var where = 'x'$now[0]
    # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before it comes back.
    if (not-eq [(drop 1 $now)] [(drop 1 $awsenv-seen)]) {
        set awsenv-keep[state] = ''
        set awsenv-keep[outside] = [&]
    }
    var values = $awsenv-keep[outside]
    if (str:has-prefix $where xe) { set values = $awsenv-keep[closed] }
    var is-ours = (or (str:has-prefix $where xe) (str:has-prefix $awsenv-gone xe) (not-eq $E:AWSENV_DIR ''))
    if (and $is-ours (not-eq $awsenv-gone $where)) {
        for name [(keys $values)] {
            if (eq $values[$name] $nil) { unset-env $name } else { set-env $name $values[$name] }
        }
    }
    set awsenv-gone = $where
    set awsenv-keep[due] = 0
    set awsenv-keep[limit] = 9999999999
    set awsenv-seen = (awsenv-look)
}

# Ask what this shell is to become, `use …` and `off` among it, and make it so. A failure changes nothing.
fn awsenv-act {|@args|
    # Times of files are compared by a /bin/sh that may know whole seconds only.
    var flags = -pc
    for hook $edit:before-readline { try { if (str:contains $hook[body] 'export elvish') { set flags = -pcd } } catch { } } # direnv's
    while $true {
        if (not (awsenv-ready $@args)) {
            awsenv-lose
            if (> (count $args) 0) { fail 'awsenv: nothing was changed' }
            return
        }
        var told = $nil
        try {
            tmp E:_AWSENV_STATE = $awsenv-keep[state]
            set told = (eval (awsenv-run hook-env elvish $flags $@args | slurp))
        } catch {
            if (> (count $args) 0) { fail 'awsenv: nothing was changed' }
            set awsenv-seen = (awsenv-look)
            if (not $awsenv-keep[again]) { set awsenv-keep[due] = (to-string (+ 5 (/bin/date +%s))) }
            return
        }
        for name $told[unset] { unset-env $name }
        for name [(keys $told[set])] { set-env $name $told[set][$name] }
        set awsenv-keep = $told[keep]
        set awsenv-seen = (awsenv-look)
        for line $told[says] { echo $line >&2 }
        if (not $awsenv-keep[again]) { return }
        # The door is closed, and the session is got now. Whoever presses Ctrl-C has a prompt for a while.
        set awsenv-keep[due] = (to-string (+ 30 (/bin/date +%s)))
        set flags = $flags'a'
    }
}

# At each prompt, and on `cd`.
fn awsenv-notice {
    if (not (and (eq (awsenv-look) $awsenv-seen) (bool (awsenv-is-quiet $awsenv-keep[due] (all $awsenv-keep[tests]))))) { awsenv-act }
}

# Before a command: a session that has ended is renewed first.
fn awsenv-before { if (not (bool (awsenv-is-quiet $awsenv-keep[limit]))) { awsenv-act } }

# The right AWS credentials in this shell.
fn awsenv {|@args|
    var own = $false
    for word $args {
        if (has-value [-h --help --show --shell --format] [(str:split = $word)][0]) { set own = $true }
    }
    if (and (> (count $args) 0) (has-value [use off] $args[0]) (not $own)) {
        awsenv-act $@args
        return
    }
    # Help, or a form that is not this shell's to take, goes to the program untouched. Looked at again at the
    # next prompt: it may be allowed now, or linked, or signed in.
    set awsenv-keep[due] = 0
    if (not (awsenv-ready $@args)) { fail 'awsenv: nothing was done' }
    tmp E:AWSENV_HOOK = $awsenv-hook
    awsenv-run $@args
}

set edit:before-readline = [$@edit:before-readline $awsenv-notice~]
set edit:after-readline = [$@edit:after-readline {|_| awsenv-before }]
set after-chdir = [$@after-chdir {|_| awsenv-notice }]
edit:add-var awsenv~ $awsenv~
edit:add-var awsenv-prompt~ { print $awsenv-keep[prompt] }

# What may stand where the cursor is, as the program says it: a word, and behind a tab what it means.
set edit:completion:arg-completer[awsenv] = {|@words|
    var found = [(awsenv-run complete elvish -- (all $words[1..]) 2>/dev/null | from-lines)]
    if (== (count $found) 0) { return }
    if (eq $found[0] @files) { edit:complete-filename $words[-1]; return }
    for line $found {
        var word @told = (str:split "\t" $line)
        edit:complex-candidate $word &display=(str:join '  ' [$word $@told])
    }
}
