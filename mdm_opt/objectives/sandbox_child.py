"""What runs inside the sandbox: confines its own process, then executes one program.

A script for a fresh interpreter, started by `mdm_opt.objectives.sandbox` alone; it imports little,
because every program waits for that. Standard input holds the job as `marshal` writes it, standard
error is where it reports: ``ready`` once it is confined, then the job's token or what went wrong.
See `run_program` for what a program can and cannot do.
"""

from __future__ import annotations

import ctypes
import errno
import marshal
import math
import os
import resource
import stat
import struct
import sys
import types

# What typing has of this name; its import would take longer than the rest together.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

READY = b"ready\n"
OUT_OF_MEMORY = b"ran out of memory"
FILE_BYTES = 16 * 2**20
OPEN_FILES = 256

_LIBC = ctypes.CDLL(None, use_errno=True)
_PDEATHSIG, _SECCOMP, _NO_NEW_PRIVILEGES = 1, 22, 38
_SIGKILL = 9

# Names with the numbers on x86_64 and aarch64, where - means that there is none.
_ALLOWED = """
read 0 63  write 1 64  open 2 -  close 3 57  stat 4 -  fstat 5 80  lstat 6 -  poll 7 -
lseek 8 62  mprotect 10 226  munmap 11 215  brk 12 214  rt_sigaction 13 134
rt_sigprocmask 14 135  rt_sigreturn 15 139  pread64 17 67  pwrite64 18 68  readv 19 65
writev 20 66  access 21 -  pipe 22 -  select 23 -  sched_yield 24 124  mremap 25 216
msync 26 227  mincore 27 232  dup 32 23  dup2 33 -  pause 34 -
nanosleep 35 101  getitimer 36 102  alarm 37 -  setitimer 38 103  getpid 39 172
sendfile 40 71  recvfrom 45 207  shutdown 48 210  getsockname 51 204  getpeername 52 205
getsockopt 55 209  exit 60 93  uname 63 160  flock 73 32  fsync 74 82  fdatasync 75 83
ftruncate 77 46  getdents 78 -  getcwd 79 17  chdir 80 49  fchdir 81 50  rename 82 -
mkdir 83 -  rmdir 84 -  creat 85 -  link 86 -  unlink 87 -  symlink 88 -  readlink 89 -
umask 95 166  gettimeofday 96 169  getrlimit 97 163  getrusage 98 165  sysinfo 99 179
times 100 153  getuid 102 174  getgid 104 176  geteuid 107 175  getegid 108 177
getppid 110 173  getpgrp 111 -  getgroups 115 158  getresuid 118 148  getresgid 120 150
getpgid 121 155  getsid 124 156  rt_sigpending 127 136  rt_sigtimedwait 128 137
rt_sigsuspend 130 133  sigaltstack 131 132  statfs 137 43  fstatfs 138 44
sched_getparam 143 121  sched_getscheduler 145 120  sched_get_priority_max 146 125
sched_get_priority_min 147 126  arch_prctl 158 -  gettid 186 178  time 201 -  futex 202 98
sched_getaffinity 204 123  epoll_create 213 -  getdents64 217 61  set_tid_address 218 96
restart_syscall 219 128  fadvise64 221 223  clock_gettime 228 113  clock_getres 229 114
clock_nanosleep 230 115  exit_group 231 94  epoll_wait 232 -  epoll_ctl 233 21
openat 257 56  mkdirat 258 34  newfstatat 262 79  unlinkat 263 35  renameat 264 38
linkat 265 37  symlinkat 266 36  readlinkat 267 78  faccessat 269 48  pselect6 270 72
ppoll 271 73  set_robust_list 273 99  get_robust_list 274 100  epoll_pwait 281 22
eventfd2 290 19  epoll_create1 291 20  dup3 292 24  pipe2 293 59  preadv 295 69
pwritev 296 70  getcpu 309 168  renameat2 316 276  getrandom 318 278  membarrier 324 283
copy_file_range 326 285  statx 332 291  rseq 334 293  close_range 436 436
faccessat2 439 439  epoll_pwait2 441 441  futex_waitv 449 449
"""
# What is allowed with some arguments only; clone3, whose arguments no filter sees, is said not
# to exist, so that the C library starts threads by clone.
_CHECKED = """
mmap 9 222  madvise 28 233  ioctl 16 29  socketpair 53 199  clone 56 220  sendto 44 206
kill 62 129  fcntl 72 25  tgkill 234 131  prlimit64 302 261  clone3 435 435
"""
_ALL_BITS = 0xFFFFFFFF
_THREAD, _NAMESPACES = 0x00010000, 0x7E020000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, the locks, F_DUPFD_CLOEXEC, F_GETPIPE_SZ: the
# others send signals to other processes.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
# TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
_IOCTL = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# Calls that make folders, and those that make files and links; opening does so by O_CREAT, in the
# argument of its flags.
FOLDERS, _FILES = ("mkdir", "mkdirat"), ("creat", "link", "linkat", "symlink", "symlinkat")
_OPENING, _O_CREAT = {"open": 1, "openat": 2}, 0o100
_SECCOMP_CALL, _NEW_LISTENER = {"x86_64": 317, "aarch64": 277}, 8
# Machine to the kernel's word for it (AUDIT_ARCH_*) and its column in the tables above.
_MACHINES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}

_LOAD, _AND, _IF_EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_ALLOW, _KILL, _ASK = 0x7FFF0000, 0x80000000, 0x7FC00000
_REFUSE, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
Instruction = tuple[int, int, int, int]
# Half of an argument (twice its place, and one more for the upper half), mask, accepted values.
Check = tuple[int, int, tuple[int, ...]]


def _numbers(table: str, column: int) -> dict[str, int]:
    words = table.split()
    rows = [words[i : i + 3] for i in range(0, len(words), 3)]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def _checks() -> dict[str, list[Check]]:
    """Arguments that are accepted; a signal reaches the program itself only."""
    own: list[Check] = [(0, _ALL_BITS, (os.getpid(),))]
    return {
        # No file is mapped shared: what is written so is not counted.
        "mmap": [(6, 0x21, (0x00, 0x20, 0x21))],
        # From 100 on, root tells the kernel that memory is broken.
        "madvise": [(4, _ALL_BITS, tuple(range(26)))],
        "ioctl": [(2, _ALL_BITS, _IOCTL)],
        "fcntl": [(2, _ALL_BITS, _FCNTL)],
        # A pair of connected ends within the process, which asyncio needs.
        "socketpair": [(0, _ALL_BITS, (1,))],
        "sendto": [(8, _ALL_BITS, (0,)), (9, _ALL_BITS, (0,))],
        "clone": [(0, _THREAD | _NAMESPACES, (_THREAD,))],
        "kill": own,
        "tgkill": own,
        # Limits are read, not changed.
        "prlimit64": [(4, _ALL_BITS, (0,)), (5, _ALL_BITS, (0,))],
    }


def _accepting(checks: Sequence[Check]) -> list[Instruction]:
    """Allows the call where every check holds, and refuses it otherwise."""
    body: list[Instruction] = []
    for half, mask, values in checks:
        body += [(_LOAD, 0, 0, 16 + 4 * half), (_AND, 0, 0, mask)]
        body += [(_IF_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
        body.append((_RETURN, 0, 0, _REFUSE))
    return [*body, (_RETURN, 0, 0, _ALLOW)]


def _filter() -> list[Instruction]:
    """The system calls of this process, as a program of the kernel's."""
    architecture, column = _MACHINES[os.uname().machine]
    checked = _numbers(_CHECKED, column)
    program = [
        (_LOAD, 0, 0, 4),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_IF_EQUAL, 0, 1, checked["clone3"]),
        (_RETURN, 0, 0, _ABSENT),
    ]
    for number in _numbers(_ALLOWED, column).values():
        program += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for name, checks in _checks().items():
        body = _accepting(checks)
        program += [(_IF_EQUAL, 0, len(body), checked[name]), *body]
    return [*program, (_RETURN, 0, 0, _REFUSE)]


def calls(names: Sequence[str]) -> set[int]:
    """The numbers of system calls on this machine."""
    found = _numbers(_ALLOWED, _MACHINES[os.uname().machine][1])
    return {found[name] for name in names if name in found}


def _asking() -> list[Instruction]:
    """Whatever makes a file, a folder or a link waits until our parent has counted it."""
    program = [(_LOAD, 0, 0, 0)]
    for number in calls((*FOLDERS, *_FILES)):
        program += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ASK)]
    for name, argument in _OPENING.items():
        for number in calls((name,)):
            flags = [(_LOAD, 0, 0, 16 + 8 * argument), (_AND, 0, 0, _O_CREAT)]
            body = [*flags, (_IF_EQUAL, 0, 1, _O_CREAT), (_RETURN, 0, 0, _ASK)]
            program += [(_IF_EQUAL, 0, len(body), number), *body]
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _called(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _prctl(what: str, *arguments: Any) -> None:
    padded = [*arguments, *[0] * (5 - len(arguments))]
    _called(_LIBC.prctl(padded[0], *map(ctypes.c_ulong, padded[1:])), what)


def _packed(program: Sequence[Instruction]) -> tuple[Any, Any]:
    """A filter as the kernel takes it, and what has to live as long."""
    packed = b"".join(struct.pack("HBBI", *line) for line in program)
    lines = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("HxxxxxxQ", len(packed) // 8, ctypes.addressof(lines))
    return ctypes.create_string_buffer(header), lines


def _check_machine() -> None:
    if os.uname().machine not in _MACHINES:
        raise OSError(errno.ENOSYS, f"no table of system calls for {os.uname().machine}")


def _filter_calls() -> None:
    header, _lines = _packed(_filter())
    _prctl("seccomp", _SECCOMP, 2, ctypes.addressof(header))


def _count_creations(counter: int) -> None:
    """Gives our parent the end on which it is asked; nothing where somebody is asked already.

    The kernel knows one such end for a process, and some containers have taken it.
    """
    import _socket

    header, _lines = _packed(_asking())
    call = ctypes.c_long(_SECCOMP_CALL[os.uname().machine])
    listener = _LIBC.syscall(call, 1, _NEW_LISTENER, header)
    if listener < 0 and ctypes.get_errno() != errno.EBUSY:
        _called(listener, "seccomp")
    given = [] if listener < 0 else [struct.pack("i", listener)]
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, end) for end in given]
    end = _socket.socket(fileno=counter)
    end.sendmsg([b"-"], rights)
    # The program must not answer itself.
    end.close()
    if given:
        os.close(listener)


# Rights of Landlock: those of its first version, and what each later one added.
_READ, _WRITE = (1 << 2) | (1 << 3), 1 << 1
_FIRST, _ADDED = (1 << 13) - 1, {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_EXECUTE, _DEVICES = 1 << 0, (1 << 6) | (1 << 9) | (1 << 11) | (1 << 15)
_FILE_RIGHTS = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14) | (1 << 15)
_READABLE = (
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/zero"),
)


def _confine_files(folder: str, readable: Sequence[str]) -> None:
    """Leaves the system's libraries and what else is readable, and one folder to be written."""
    version = _LIBC.syscall(444, None, ctypes.c_size_t(0), 1)
    if version < 1:
        raise OSError(
            errno.ENOSYS,
            "Landlock is missing, which Linux has since 5.13 where nobody turned it off",
        )
    rights = _FIRST
    for since, added in _ADDED.items():
        rights |= added if version >= since else 0
    # Binding and connecting TCP; abstract sockets and signals.
    attributes = [rights, *([0b11] if version >= 4 else []), *([0b11] if version >= 6 else [])]
    packed = struct.pack(f"{len(attributes)}Q", *attributes)
    rules = _called(_LIBC.syscall(444, packed, ctypes.c_size_t(len(packed)), 0), "Landlock")
    for path in {*_READABLE, *readable}:
        _permit(rules, path, _READ & rights)
    _permit(rules, "/dev/null", (_READ | _WRITE) & rights)
    _permit(rules, folder, rights & ~(_EXECUTE | _DEVICES))
    _called(_LIBC.syscall(446, rules, 0), "Landlock")
    os.close(rules)


def _permit(rules: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, handle)
        _called(_LIBC.syscall(445, rules, 1, rule, 0), "Landlock")
    finally:
        os.close(handle)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - the import of pathlib takes long
        return file.read()


def _limit(timeout_seconds: float, memory_mib: int) -> None:
    pages = int(_read("/proc/self/statm").split()[0])
    memory = pages * resource.getpagesize() + memory_mib * 2**20
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime + timeout_seconds) + 1
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def confine(job: dict[str, Any]) -> None:
    """Takes from this process what a program must not have; there is no way back.

    Raises:
        OSError: where the system cannot do it.
    """
    _check_machine()
    _prctl("parent's death", _PDEATHSIG, _SIGKILL)
    if os.getppid() != job["parent"]:
        raise OSError(errno.ESRCH, "the parent is gone")
    _limit(job["timeout_seconds"], job["memory_mib"])
    _prctl("no new privileges", _NO_NEW_PRIVILEGES, 1)
    _count_creations(job["counter"])
    _confine_files(job["folder"], job["readable"])
    _filter_calls()


def execute(program: str, token: str, report: int) -> NoReturn:
    """Runs a program as ``__main__`` and reports the token if it comes to its end."""
    # Bound here, where the program cannot put others in their places.
    write, leave = os.write, os._exit
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.argv = ["program"]
    try:
        code = compile(program, "<program>", "exec", dont_inherit=True)
        exec(code, main.__dict__)  # noqa: S102 - the sandbox is for this
    except MemoryError:
        said = OUT_OF_MEMORY
    except BaseException as error:
        said = _described(error)
    else:
        said = token.encode()
    try:
        write(report, said)
    finally:
        # Its threads and exit handlers are not waited for.
        leave(0)


def _described(error: BaseException) -> bytes:
    try:
        if isinstance(error, SystemExit):
            return f"ended itself by SystemExit: {error.code}".encode()[:300]
        text = " ".join(f"exited with 1: {type(error).__name__}: {error}".split())
        return text.removesuffix(":").encode(errors="replace")[:300]
    except BaseException:
        # An exception of the program's own need not have a text.
        return b"exited with 1: an exception that cannot be shown"


def main() -> NoReturn:
    """Reads the job, confines the process and runs the program."""
    job = marshal.loads(sys.stdin.buffer.read())  # noqa: S302 - it comes from us
    report = os.dup(2)
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        confine(job)
    except OSError as error:
        os.write(report, (error.strerror or str(error)).encode())
        os._exit(1)
    os.write(report, READY)
    execute(job["program"], job["token"], report)


if __name__ == "__main__":
    main()
