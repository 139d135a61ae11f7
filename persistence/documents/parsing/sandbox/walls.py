"""What the child gives up before it opens a file that a stranger made.

Each wall is put up where the kernel has it, and they overlap:

* Resource limits (everywhere): memory, CPU, no files written, no core dumps.
* seccomp (Linux, also for unprivileged users): no sockets of any kind, no tracing of or
  signals to other processes, and no new processes except where OCR needs its engine.
* Landlock (Linux 5.13 and later): of the files only the one to be read, and what the
  interpreter and its libraries are made of; nothing can be written.
* A network namespace of its own (where user namespaces are permitted): no interface
  but a loopback that is down.
* An audit hook (everywhere) stops sockets made by Python code. It is no wall against
  native code; where neither seccomp nor a namespace holds it is the only one left.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import landlockpy
import seccompy

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000
_CLONE_THREAD = 0x00010000
_PR_SET_PDEATHSIG = 1
_X32 = 0x40000000  # The bit of x86-64's second table of system calls.

_FORBIDDEN = (
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd"),
    *("bpf", "perf_event_open", "keyctl", "add_key", "request_key"),
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "fsopen"),
    *("open_by_handle_at", "init_module", "finit_module", "delete_module", "reboot"),
    *("setsid", "setpgid"),  # Its group is how it is killed with what it started.
    *("kexec_load", "swapon", "swapoff", "setpriority", "quotactl", "syslog"),
)
_NEW_PROCESSES = ("execve", "execveat", "fork", "vfork")
_SIGNALS = (
    "kill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "pidfd_send_signal",
)


def die_with_parent(parent: int) -> None:
    """Asks the kernel to kill this process when the one that started it ends."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The parent has ended.")


def limit_resources(*, memory_bytes: int, cpu_seconds: int, nice: int) -> None:
    """Sets hard limits, which no later code can raise."""
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with suppress(ValueError, OSError):  # Already lower.
            resource.setrlimit(limit, (value, value))
    os.nice(nice)


def cut_off(*, file: Path, programs: Iterable[Path]) -> frozenset[str]:
    """Puts up every wall that this system has.

    Args:
        programs: Executables that may be read and started besides the interpreter.

    Returns:
        The walls that hold: `namespace`, `landlock`, `seccomp`, `audit`.
    """
    walls = {"audit"}
    sys.addaudithook(_refuse_sockets)
    if _own_network():
        walls.add("namespace")
    with suppress(OSError, landlockpy.UnsupportedError):
        _restrict_files(file, programs)
        walls.add("landlock")
    with suppress(OSError, RuntimeError, ValueError):
        _filter(_FORBIDDEN, errno.EPERM)
        walls.add("seccomp")
    return frozenset(walls)


def forbid_processes() -> None:
    """No program can be started and no process signalled from now on."""
    with suppress(OSError, RuntimeError, ValueError):
        calls = seccompy.Filter()
        # glibc turns to clone, whose flags a filter can see.
        _refuse(calls, "clone3", errno.ENOSYS)
        _refuse(
            calls,
            "clone",
            errno.EPERM,
            args=[(0, seccompy.CmpOp.MASKED_EQ, 0, _CLONE_THREAD)],
        )
        for name in (*_NEW_PROCESSES, *_SIGNALS):
            _refuse(calls, name, errno.EPERM)
        calls.load()


def _refuse_sockets(event: str, _: tuple[object, ...]) -> None:
    if event.startswith(("socket.", "urllib.", "ftplib.", "smtplib.", "http.client")):
        raise PermissionError(errno.EPERM, "No network while reading a file")


def _own_network() -> bool:
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError):
        return False
    return bool(unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0)


def _filter(names: Iterable[str], error: int) -> None:
    calls = seccompy.Filter()
    for name in names:
        _refuse(calls, name, error)
    calls.load()


def _refuse(
    calls: seccompy.Filter,
    name: str,
    error: int,
    args: list[tuple[int, int, int, int]] | None = None,
) -> None:
    try:
        number = seccompy.syscall_nr(name)
    except (KeyError, ValueError, seccompy.SeccompError):
        return  # Not on this architecture.
    calls.errno(number, error, args=args)
    if platform.machine() == "x86_64":
        calls.errno(number | _X32, error, args=args)


def _restrict_files(file: Path, programs: Iterable[Path]) -> None:
    access = landlockpy.AccessFS
    tree = access.READ_FILE | access.READ_DIR | access.EXECUTE
    with landlockpy.Ruleset(scoped=landlockpy.Scope.SIGNAL) as rules:
        for path in _of_the_interpreter():
            if path.is_dir():
                rules.allow_path(path, tree)
            elif path.exists():
                rules.allow_path(path, access.READ_FILE | access.EXECUTE)
        for program in programs:
            rules.allow_path(program, access.READ_FILE | access.EXECUTE)
        rules.allow_path(file, access.READ_FILE)
        rules.allow_path("/dev/null", access.READ_FILE | access.WRITE_FILE)
        rules.restrict()


def _of_the_interpreter() -> Iterable[Path]:
    """What imports and programs read. Of this repository only the parsers' package."""
    package = Path(__file__).parents[1]
    yield package
    yield from (parent / "__init__.py" for parent in package.parents[:2])
    yield from (Path(path) for path in sysconfig.get_paths().values())
    yield Path(sys.base_prefix)
    yield from map(Path, ("/usr", "/lib", "/lib64", "/bin"))
    yield from map(Path, ("/etc/ld.so.cache", "/etc/fonts", "/etc/mime.types"))
    yield from map(Path, ("/dev/urandom", "/proc/self", "/proc/cpuinfo"))
