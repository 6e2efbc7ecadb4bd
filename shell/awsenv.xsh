# awsenv's hook for xonsh (0.19 and later): it notices that something may have changed, and asks the program
# what this shell is to become. `awsenv hook xonsh` prints it with the program's place in front.


class _Awsenv:
    """What this shell keeps for the program, who alone reads it; nothing of it is in the environment."""

    import json
    import os
    import subprocess
    import sys
    import time

    def __init__(self, program, hook):
        self.program = program
        self.hook = hook
        self.keep = {
            "state": "", "due": 0, "limit": 0, "again": False, "prompt": "",
            "stamp": "", "files": [], "there": [], "absent": [],
        }
        self.seen = None

    def command(self, args, stdin=None, stdout=None, stderr=None):
        """The right AWS credentials in this shell."""
        own = any(
            word in ("-h", "--help", "--show") or word.partition("=")[0] in ("--shell", "--format")
            for word in args
        )
        if args[:1] in (["use"], ["off"]) and not own:
            return self.act(*args)
        # Help, or a form that is not this shell's to take, goes to the program untouched. Looked at again at
        # the next prompt: it may be allowed now, or linked, or signed in.
        self.keep["due"] = 0
        environ = {**__xonsh__.env.detype(), "AWSENV_HOOK": self.hook}
        try:
            return self.subprocess.run(
                [*self.program, *args], env=environ, stdin=stdin, stdout=stdout, stderr=stderr
            ).returncode
        except KeyboardInterrupt:
            return 130

    def prompt(self, **_):
        """At each prompt, and on `cd`. Where nothing changed no process is started: the folder whose .envrc
        counts, the session, the time to look again, and the files that the last look saw are as they were."""
        if self.look() != self.seen or self.time.time() >= self.keep["due"] or self.changed():
            self.act()

    def cd(self, **_):
        if __xonsh__.env.get("XONSH_INTERACTIVE"):
            self.prompt()

    def before(self, **_):
        """Before a command: a session that has ended is renewed first."""
        if self.time.time() >= self.keep["limit"]:
            self.act()

    def look(self):
        """What has to be as at the last look."""
        environ = __xonsh__.env
        names = ("AWSENV_PROFILE", "AWS_CREDENTIAL_EXPIRATION")
        return [self.find(), *(environ.get(name, "") for name in names)]

    def changed(self):
        """Whether a file that was looked at is younger than the look, gone, or there."""
        keep, there = self.keep, self.os.path.exists
        try:
            then = self.os.stat(keep["stamp"]).st_mtime_ns if keep["files"] else 0
            younger = any(self.os.stat(path).st_mtime_ns > then for path in keep["files"])
        except OSError:
            return True
        return younger or any(map(there, keep["absent"])) or not all(map(there, keep["there"]))

    def find(self):
        """The first folder above that holds an .envrc, or the whole path where a symlink comes before it: as
        long as that is the same, so is what a folder says."""
        whole = folder = __xonsh__.env.get("PWD", "")
        while True:
            if self.os.path.exists(self.os.path.join(folder, ".envrc")):
                return ["e", folder]
            if self.os.path.islink(folder):
                return ["l", whole]
            folder, below = self.os.path.dirname(folder), folder
            if folder == below:
                return []

    def act(self, *args):
        """Ask what this shell is to become, `use …` and `off` among it, and make it so. A failure changes
        nothing."""
        flags = "-p"
        while True:
            environ = {**__xonsh__.env.detype(), "_AWSENV_STATE": self.keep["state"]}
            words = [*self.program, "hook-env", "xonsh", flags, *args]
            try:
                done = self.subprocess.run(words, env=environ, stdout=self.subprocess.PIPE)
                code, told = done.returncode, self.json.loads(done.stdout or "null")
            except KeyboardInterrupt:
                code, told = 130, None
            except (OSError, ValueError):
                code, told = 1, None
            if code or not told:
                if not args:  # whoever presses Ctrl-C where a session is got has a prompt for a while
                    wait = 5 if flags == "-p" else 30
                    self.seen, self.keep["due"] = self.look(), self.time.time() + wait
                if code < 0:
                    print(f"awsenv: killed by signal {-code}; nothing was changed", file=self.sys.stderr)
                return code or 1
            for name in told["unset"]:
                __xonsh__.env.pop(name, None)
            __xonsh__.env.update(told["set"])
            self.keep, self.seen = told["keep"], None
            self.seen = self.look()
            if not self.keep["again"]:
                return 0
            flags = "-pa"  # the door is closed, and the session is got now


def _awsenv_load():
    """One alias, one prompt field and one handler of each event, however often this is loaded."""
    shell = __xonsh__.awsenv = _Awsenv(_awsenv_program, _awsenv_hook)
    handlers = {"on_pre_prompt": shell.prompt, "on_chdir": shell.cd, "on_precommand": shell.before}
    for name, method in handlers.items():
        event = getattr(events, name)
        for old in [each for each in event if each.__name__ == "_awsenv_handler"]:
            event.discard(old)

        def _awsenv_handler(method=method, **_):
            method()

        event(_awsenv_handler)
    command = lambda args, stdin=None, stdout=None, stderr=None: shell.command(args, stdin, stdout, stderr)
    command.__xonsh_threadable__ = command.__xonsh_capturable__ = False
    aliases["awsenv"] = command
    # In a value of a field, a brace would begin a colour.
    __xonsh__.env["PROMPT_FIELDS"]["awsenv"] = lambda: shell.keep["prompt"]


_awsenv_load()
