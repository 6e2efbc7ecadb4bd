"""The memory of a program, by the operating system's account."""

# To be given to ``python -c`` with a program's words: runs it, and prints its peak in KiB last.
PEAK = (
    "import os, sys; pid = os.fork() or os.execv(sys.argv[1], sys.argv[1:]); "
    "_, status, used = os.wait4(pid, 0); print(used.ru_maxrss); sys.exit(status != 0)"
)
