"""The stand-in's pages, on which a person approves a sign-in."""

FORM = """\
<p>A program on this machine wants to sign in. Go on only if it shows this code:</p>
<p class="code">{code}</p>
<form method="post"><button name="answer" value="allow">Allow</button>
<button name="answer" value="deny" class="no">Deny</button></form>"""

ALLOW = """\
<p>A program on this machine wants to sign in as you.</p>
<form method="post"><button name="answer" value="allow">Allow</button>
<button name="answer" value="deny" class="no">Deny</button></form>"""

PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}}
.code{{font:2rem ui-monospace,monospace;letter-spacing:.1em}}
button{{font:inherit;padding:.5em 1.5em;border-radius:.4em;border:2px solid #1f6f43;margin:0 .5em .5em 0;
background:#1f6f43;color:#fff;cursor:pointer}}
button.no{{background:none;color:inherit;border-color:currentColor}}
button:focus-visible{{outline:3px solid #4a90d9;outline-offset:2px}}
footer{{margin-top:3rem;opacity:.7;font-size:.9rem}}
</style></head><body><main><h1>{title}</h1>{body}</main>
<footer>awsenv's stand-in for AWS, on this machine</footer></body></html>"""
