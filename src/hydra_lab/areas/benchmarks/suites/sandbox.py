"""Running a program that a model wrote: in a process that can open nothing, reach nobody and use little.

It has no file and no socket and can get none, an empty folder as its root, nobody's rights, no other process in sight,
two seconds of processor and half a gigabyte. Where such a process cannot be made, nothing is run.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

Outcome = Literal["passed", "failed", "too slow", "no sandbox"]
WALL_S = 30.0  # the processor time is what ends a loop
PASSED, NO_SANDBOX = 42, 77  # codes that no program ends with by chance

# The order matters: everything is loaded before the root is empty, and rights are dropped last.
BOX = f"""
import ctypes, os, resource, signal, sys
import bisect, collections, datetime, decimal, fractions, functools, heapq, itertools, json, math, operator, random, re
import statistics, string, textwrap, typing
program = sys.stdin.read()
libc = ctypes.CDLL(None, use_errno=True)
root = os.geteuid() == 0
apart = libc.unshare(0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | (0 if root else 0x10000000)) == 0
if not apart and not root:
    os._exit({NO_SANDBOX})
if apart:
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)
try:
    os.chroot(".")
    os.chdir("/")
    if root:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    for what, most in ((resource.RLIMIT_CPU, 2), (resource.RLIMIT_AS, 1 << 29), (resource.RLIMIT_FSIZE, 0),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0)):
        resource.setrlimit(what, (most, most))
    libc.prctl(38, 1, 0, 0, 0)
    for number in range(24):
        libc.prctl(24, number, 0, 0, 0)
    if libc.capset(ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, 0)), ctypes.byref((ctypes.c_uint32 * 6)())):
        os._exit({NO_SANDBOX})
    os.closerange(0, 4096)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
except (OSError, ValueError):
    os._exit({NO_SANDBOX})
del apart, ctypes, libc, resource, root
try:
    exec(compile(program, "answer", "exec"), {{"__name__": "answer"}})
except BaseException:
    os._exit(1)
os._exit({PASSED})
"""


def passes(program: str, wall_s: float = WALL_S) -> Outcome:
    """Whether a Python program ends by itself without an error."""
    with tempfile.TemporaryDirectory(prefix="hydra-sandbox-") as empty:
        Path(empty).chmod(0o555)  # it is empty, and whoever the program runs as must be able to enter it
        process = subprocess.Popen(  # noqa: S603 - shut in as said above
            [sys.executable, "-I", "-S", "-c", BOX], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={}, cwd=empty, start_new_session=True,
        )  # fmt: skip
        try:
            process.communicate(program.encode(), timeout=wall_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return "too slow"
    known: dict[int, Outcome] = {PASSED: "passed", NO_SANDBOX: "no sandbox"}
    return known.get(process.returncode, "failed")
