# awsenv's hook for xonsh (0.25): it notices that something may have changed, and asks the program what this
# shell is to become. `awsenv hook xonsh` prints it with the program's place in front.
# A script for `sh` that finds another awsenv when this one is gone.
_awsenv_finder = @FIND_PROGRAM@


class _Awsenv:
    """What this shell keeps for the program, who alone reads it; nothing of it is in the environment."""
    import json, os, subprocess, time
    from xonsh.completers import tools

    keep = dict(state="", due=0, limit=0, again=False, prompt="", files={}, absent=[], outside={}, closed={})
    seen = gone = None
    refused = set()
    found_by = os.environ.get("PATH", "")

    def run(self, args, more, **how):
        """The program with these arguments, and `more` in its environment: how it ended."""
        words = [*_awsenv_program, *args]
        return self.subprocess.run(words, env={**__xonsh__.env.detype(), **more}, **how)

    def command(self, args, stdin=None, stdout=None, stderr=None):
        """The right AWS credentials in this shell."""
        own = {"-h", "--help", "--show", "--shell", "--format"}.intersection(w.partition("=")[0] for w in args)
        if args[:1] in (["use"], ["off"]) and not own:
            return self.act(*args)
        # Help, or a form that is not this shell's to take, goes to the program untouched. Looked at again at
        # the next prompt: it may be allowed now, or linked, or signed in.
        self.keep["due"] = 0
        if not self.ready(*args):
            return 127
        try:
            how = dict(stdin=stdin, stdout=stdout, stderr=stderr)
            return self.run(args, {"AWSENV_HOOK": _awsenv_hook}, **how).returncode
        except KeyboardInterrupt:
            return 130

    def prompt(self):
        """At each prompt, and on `cd`. Where nothing changed no process is started: the folder whose .envrc
        counts, the session, the time to look again, and the files that the last look saw are as they were."""
        if self.look() != self.seen or self.time.time() >= self.keep["due"] or self.changed():
            self.act()

    def changed(self):
        """Whether a file that was looked at is another than it was, gone, or there."""
        for file, then in self.keep["files"].items():
            try:
                now = self.os.stat(file)
            except OSError:
                return True
            if [now.st_mtime_ns, now.st_ctime_ns, now.st_dev, now.st_ino, now.st_size] != then:
                return True
        return any(map(self.os.path.exists, self.keep["absent"]))

    def look(self):
        """What has to be as at the last look: the session, and the first folder above that holds an .envrc,
        or the whole path where a symlink comes before it: what a folder says hangs on that."""
        path, environ = self.os.path, __xonsh__.env
        names = ("AWSENV_PROFILE", "AWS_CREDENTIAL_EXPIRATION", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")
        folder, found = environ.get("PWD", ""), [environ.get(name) for name in names]
        while True:
            file = path.join(folder, ".envrc")
            kind = self.os.stat(file).st_mode & 0o170000 if path.exists(file) else 0o040000
            if kind not in (0o040000, 0o140000) and self.os.access(file, self.os.R_OK):
                return [*found, "e", folder]
            if path.islink(folder):
                return [*found, "l", environ.get("PWD", "")]
            folder, below = path.dirname(folder), folder
            if folder == below:
                return found

    def act(self, *args):
        """Ask what this shell is to become, `use …` and `off` among it, and make it so. A failure changes
        nothing; whoever presses Ctrl-C where a session is got has a prompt for a while."""
        flags, wait = "-p", 5
        while True:
            if not self.ready(*args):
                return self.lose()
            try:
                words = ["hook-env", "xonsh", flags, *args]
                done = self.run(words, {"_AWSENV_STATE": self.keep["state"]}, stdout=self.subprocess.PIPE)
                code, told = done.returncode, self.json.loads(done.stdout or "null")
            except KeyboardInterrupt:
                code, told = 130, None
            except (OSError, ValueError):
                code, told = 1, None
            if code or not told:
                if not args:
                    self.seen, self.keep["due"] = self.look(), self.time.time() + wait
                if code < 0:
                    self.say(f"awsenv: killed by signal {-code}; nothing was changed")
                return code or 1
            if not self.become(told):
                self.seen, self.keep["due"] = self.look(), self.time.time() + 60
                return 1
            self.keep = told["keep"]
            self.seen = self.look()
            for line in told["says"]:
                self.say(line)
            if not self.keep["again"]:
                return 0
            flags, wait = "-pa", 30  # the door is closed, and the session is got now

    def become(self, told):
        """Hold what was `told`: a session all or none, a folder's own variables one by one. Whether the session is held."""
        environ, values = __xonsh__.env, {**dict.fromkeys(told["unset"]), **told["set"]}
        before = {name: environ.get(name) if name in environ else None for name in told["session"]}
        for name in told["session"]:
            if not self.put(name, values[name]):
                for each, value in before.items():
                    self.put(each, value)
                self.say(f"awsenv: {name} is refused by this shell, so nothing was changed")
                return False
        for name in [each for each in values if each not in before]:
            if not self.put(name, values[name]) and name not in self.refused:
                self.refused.add(name)
                self.say(f"awsenv: {name} is refused by this shell and left out")
        return True

    def put(self, name, value):
        """Set or unset one variable; whether a child is given just that."""
        try:
            __xonsh__.env.pop(name, None) if value is None else __xonsh__.env.update({name: value})
            return __xonsh__.env.detype().get(name) == value
        except Exception:
            return False

    def say(self, line):
        """A line for the person, past xonsh's own stderr, which notes what goes through it."""
        self.os.write(2, f"{line}\n".encode("utf-8", "backslashreplace"))

    def ready(self, *args):
        """Whether the program is there still. An upgrade or a removal takes it away, and then the awsenv on PATH takes
        its place, which is looked for once, and whenever a person asks."""
        global _awsenv_program
        if self.os.access(_awsenv_program[0], self.os.X_OK) and self.os.access(_awsenv_program[-1], self.os.R_OK):
            self.gone = None
            return True
        if args or self.gone is None:
            environ = __xonsh__.env.detype()
            folder = environ.get("AWSENV_DIR") or environ.get("DIRENV_DIR", "")[1:]
            words = ["/bin/sh", "-c", _awsenv_finder, "sh", environ.get("PATH", ""), self.found_by, folder]
            found = self.subprocess.run(words, env=environ, stdout=self.subprocess.PIPE).stdout.decode().splitlines()
            if found:
                _awsenv_program = found
                self.say(f"awsenv: its program has moved; {found[-1]} takes its place")
                return True
            self.say("awsenv: its program is gone: folders act as nobody, and nobody renews a session; uv tool install awsenv-shell")
        return False

    def lose(self):
        """It cannot be asked any more: in a folder with an .envrc nobody acts, and outside it is as before: what a
        folder made of the shell is undone. Whether the program is back is looked at at each prompt."""
        look, keep = self.look(), self.keep
        where = look[-2:] if "e" in look[-2:-1] else []
        # Of a shell that a person changed meanwhile nothing is known: that stays, and nothing from before it comes back.
        if self.seen is None or look[:4] != self.seen[:4]:
            keep["state"], keep["outside"] = "", {}
        if self.gone != where and (where or self.gone or __xonsh__.env.get("AWSENV_DIR")):
            for name, value in keep["closed" if where else "outside"].items():
                __xonsh__.env.pop(name, None) if value is None else __xonsh__.env.update({name: value})
        self.gone, keep["due"], keep["limit"] = where, 0, 9999999999
        self.seen = self.look()
        return 127

    def complete(self, context):
        """What may stand where the cursor is, as the program says it; `None` leaves it to xonsh's own."""
        command = context.command
        if command is None or not command.arg_index or command.args[0].value != "awsenv":
            return None
        words = [each.value for each in command.args[1 : command.arg_index]] + [command.prefix]
        done = self.run(["complete", "xonsh", "--", *words], {}, capture_output=True, encoding="utf-8", errors="replace")
        found = [line.partition("\t")[::2] for line in done.stdout.splitlines()]
        if any(word[:1] == "@" for word, _ in found):
            return None
        quote = lambda word: word if command.opening_quote or word.replace("-", "").isalnum() else f"@({word!r})"
        return {self.tools.RichCompletion(quote(w), description=told, display=w, append_space=True) for w, told in found}

    def load(self):
        """One alias, one prompt field, one completer and one handler of each event, however often this is loaded."""
        before = lambda: self.act() if self.time.time() >= self.keep["limit"] else None  # an ended session, renewed first
        cd = lambda: self.prompt() if __xonsh__.env.get("XONSH_INTERACTIVE") else None
        for event, act in ((events.on_pre_prompt, self.prompt), (events.on_chdir, cd), (events.on_precommand, before)):
            for old in [each for each in event if each.__name__ == "_awsenv_handler"]:
                event.discard(old)
            def _awsenv_handler(act=act, **_):
                act()
            event(_awsenv_handler)
        command = lambda args, stdin=None, stdout=None, stderr=None: self.command(args, stdin, stdout, stderr)
        command.__xonsh_threadable__ = command.__xonsh_capturable__ = False
        aliases["awsenv"] = command
        __xonsh__.env["PROMPT_FIELDS"]["awsenv"] = lambda: self.keep["prompt"]
        others = {name: each for name, each in __xonsh__.completers.items() if name != "awsenv"}
        __xonsh__.completers.clear()
        __xonsh__.completers.update({"awsenv": self.tools.contextual_completer(lambda context: self.complete(context)), **others})
_Awsenv().load()
