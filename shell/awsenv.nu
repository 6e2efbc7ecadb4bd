# awsenv's hook for nushell (0.108 and later): it notices that something may have changed, and asks the
# program what this shell is to become. `awsenv hook nushell` prints it with the program's place in front.

# A script for `sh` that finds another awsenv when this one is gone.
const __awsenv_finder = @FIND_PROGRAM@

# What this shell keeps for the program, who alone reads it: a record, which no child is given.
export-env {
    $env.__awsenv = {
        state: "", seen: [], due: 0, limit: 0, again: false, prompt: "",
        files: [], absent: [], outside: {}, closed: {}
        program: $__awsenv_program, gone: "", refused: [], path: ($env.PATH | str join ":")
    }
    # In two steps each: what the first has set stays, when Ctrl-C ends the second.
    $env.config.hooks.pre_prompt = (
        $env.config.hooks.pre_prompt? | default [] | append [{|| __awsenv_prompt } {|| __awsenv_get }]
    )
    $env.config.hooks.pre_execution = (
        $env.config.hooks.pre_execution? | default [] | append [{|| __awsenv_before } {|| __awsenv_get }]
    )
}

# What may stand where the cursor is, as the program says it; nothing leaves it to nushell's own.
def __awsenv_complete [line: string, cursor: int] {
    let words = ($line | str substring 0..<$cursor | split row -r '\s+' | skip 1)
    let found = (run-external ...$env.__awsenv.program complete nushell "--" ...$words | complete | get stdout | lines)
    if ($found | any {|it| $it starts-with "@" }) { return null }
    $found | each {|it|
        let told = ($it | split row "\t")
        let word = $told.0
        let plain = ($word =~ '^[\w.:/@=,+-]+$')
        {value: (if $plain { $word } else { $word | to json --raw }), description: ($told.1? | default "")}
    }
}

# The right AWS credentials in this shell.
export def --env --wrapped awsenv [...args: string@__awsenv_complete] {
    # Help, or a form that is not this shell's to take, goes to the program untouched.
    let own = ($args | any {|it| $it =~ '^(-h|--help|--show|--(shell|format)(=.*)?)$' })
    if ($args | get -o 0) in [use off] and not $own {
        __awsenv_act "" ...$args
        __awsenv_get
        return
    }
    # Looked at again at the next prompt: it may be allowed now, or linked, or signed in.
    $env.__awsenv.due = 0
    __awsenv_ready ...$args
    if $env.__awsenv.gone != "" { error make --unspanned {msg: "awsenv: nothing was done"} }
    with-env {AWSENV_HOOK: $__awsenv_hook} { run-external ...$env.__awsenv.program ...$args }
}

# At each prompt. Where nothing changed no process is started: the folder whose .envrc counts, the session,
# the time to look again, and the files that the last look saw are as they were.
export def --env __awsenv_prompt [] {
    $env.__awsenv.again = false
    let kept = $env.__awsenv
    if (__awsenv_seen) != $kept.seen or (__awsenv_now) >= $kept.due or (__awsenv_changed) {
        try { __awsenv_act "" }
    }
}

# Before a command: a session that has ended is renewed first.
export def --env __awsenv_before [] {
    $env.__awsenv.again = false
    if (__awsenv_now) >= $env.__awsenv.limit { try { __awsenv_act "" } }
}

# What has to be as at the last look.
export def __awsenv_seen [] {
    [
        (__awsenv_find), ($env.AWSENV_PROFILE? | default ""), ($env.AWS_CREDENTIAL_EXPIRATION? | default ""),
        ($env.AWS_ACCESS_KEY_ID? | default ""), ($env.AWS_PROFILE? | default "")
    ]
}

export def __awsenv_now [] { date now | format date "%s" | into int }

# Whether a file that was looked at is another than it was, gone, or there.
export def __awsenv_changed [] {
    let kept = $env.__awsenv
    (
        ($kept.absent | any {|path| $path | path exists })
        or ($kept.files | any {|then|
            try {
                let now = (ls -lD $then.target).0
                let is_same = (
                    ($then.path | path expand) == $then.target and ($now.modified | into int) == $then.modified
                    and $now.inode == $then.inode and ($now.size | into int) == $then.size
                )
                not $is_same
            } catch { true }
        })
    )
}

# The first folder above that holds an .envrc, or the whole path where a symlink comes before it: as long as
# that is the same, so is what a folder says.
export def __awsenv_find [] {
    mut folder = $env.PWD
    loop {
        let file = ($folder | path join .envrc)
        if (try { $file | path expand --strict | path type } catch { "dir" }) not-in [dir socket "" null] { return $"e ($folder)" }
        if ($folder | path type) == symlink { return $"l ($env.PWD)" }
        let above = ($folder | path dirname)
        if $above == $folder { return "" }
        $folder = $above
    }
}

# Ask what this shell is to become, `use …` and `off` among it, and make it so. A failure changes nothing.
export def --env __awsenv_act [flag: string, ...args: string] {
    let direnv = if ($env.config.hooks | to text --serialize) =~ "direnv export" { "d" } else { "" }
    __awsenv_ready ...$args
    if $env.__awsenv.gone != "" {
        __awsenv_lose
        if ($args | is-not-empty) { error make --unspanned {msg: "awsenv: nothing was changed"} }
        return
    }
    # In two steps: of a pipeline only the last program's failure is seen.
    let told = try {
        let text = with-env {_AWSENV_STATE: $env.__awsenv.state} {
            run-external ...$env.__awsenv.program hook-env nushell $"-($direnv)($flag)" ...$args
        }
        $text | from json
    } catch { null }
    if $told == null {
        if ($args | is-not-empty) { error make --unspanned {msg: "awsenv: nothing was changed"} }
        $env.__awsenv.seen = (__awsenv_seen)
        $env.__awsenv.due = (__awsenv_now) + (if $flag == "a" { 30 } else { 5 })
        return
    }
    # A session all or none, a folder's own variables one by one.
    let own = ($told.set | transpose name value | where {|it| $it.name not-in $told.session })
    try {
        hide-env --ignore-errors ...$told.unset
        load-env ($told.set | reject --optional ...($own | get -o name | default []))
    } catch {
        print --stderr "awsenv: the session is refused by this shell, so nothing was changed"
        $env.__awsenv.due = (__awsenv_now) + 60
        return
    }
    for it in $own {
        try { load-env {($it.name): $it.value} } catch { }
        if ($env | get -o $it.name) != $it.value and $it.name not-in $env.__awsenv.refused {
            $env.__awsenv.refused = ($env.__awsenv.refused | append $it.name)
            print --stderr $"awsenv: ($it.name) is refused by this shell and left out"
        }
    }
    $env.__awsenv = ($told.keep | merge ($env.__awsenv | select program gone path refused) | insert seen [])
    $env.__awsenv.seen = (__awsenv_seen)
    for line in $told.says { print --stderr $line }
    # Whoever presses Ctrl-C while it is got has a prompt for a while.
    if $told.keep.again { $env.__awsenv.due = (__awsenv_now) + 30 }
}

# Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes its place,
# which is looked for once, and whenever a person asks.
export def --env __awsenv_ready [...args: string] {
    # No program looks: the next one would now and then be in its group at the terminal, where no Ctrl-C comes.
    let program = $env.__awsenv.program
    if ($program | first | path exists) and ($program | last | path exists) {
        $env.__awsenv.gone = ""
        return
    }
    if ($args | is-not-empty) or $env.__awsenv.gone == "" {
        let path = ($env.PATH | str join ":")
        let folder = ($env.AWSENV_DIR? | default "")
        let found = (^/bin/sh -c $__awsenv_finder sh $path $env.__awsenv.path $folder | complete | get stdout | lines)
        if ($found | is-not-empty) {
            $env.__awsenv.program = $found
            $env.__awsenv.gone = ""
            print --stderr $"awsenv: its program has moved; ($found | last) takes its place"
            return
        }
        print --stderr "awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell"
        if $env.__awsenv.gone == "" { $env.__awsenv.gone = "x" }
    }
}

# It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a folder made of
# the shell is undone. Whether the program is back is looked at at each prompt.
export def --env __awsenv_lose [] {
    let now = (__awsenv_seen)
    let where = $"x($now.0)"
    # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before it comes back.
    if ($now | skip 1) != ($env.__awsenv.seen | skip 1) {
        $env.__awsenv.state = ""
        $env.__awsenv.outside = {}
    }
    let is_ours = ($where starts-with "xe" or $env.__awsenv.gone starts-with "xe" or ($env.AWSENV_DIR? | default "") != "")
    if $is_ours and $env.__awsenv.gone != $where {
        let values = (if $where starts-with "xe" { $env.__awsenv.closed } else { $env.__awsenv.outside })
        for it in ($values | transpose name value) {
            if $it.value == null { hide-env --ignore-errors $it.name } else { load-env {($it.name): $it.value} }
        }
    }
    $env.__awsenv.gone = $where
    $env.__awsenv.due = 0
    $env.__awsenv.limit = 9999999999
    $env.__awsenv.seen = (__awsenv_seen)
}

# The door of a folder is closed, and its session is got now.
export def --env __awsenv_get [] { if $env.__awsenv.again { try { __awsenv_act a } } }
