"""Child processes that never outlive their parent, and the ones that an earlier, killed parent left."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0  # a child that ran this long starts its next life without a pause


def read_start_ticks(pid: int) -> int | None:
    """When the process began, in clock ticks since boot; None when there is none, or only its zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def die_with(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """What a child does before exec: ask the kernel for a signal at its parent's death."""

    def ask() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # the parent died between fork and prctl
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def end(pid: int, stop_signal: signal.Signals, patience_s: float) -> None:
    """Signal a process, wait for it to go, and kill it when it does not."""
    ticks = read_start_ticks(pid)
    for number in (stop_signal, signal.SIGKILL):
        if ticks is None or read_start_ticks(pid) != ticks:
            return
        os.kill(pid, number)
        give_up_at = time.monotonic() + patience_s
        while time.monotonic() < give_up_at and read_start_ticks(pid) == ticks:
            time.sleep(0.05)


@dataclass
class Child:
    """One program that is started, watched, started again after a growing pause, and stopped."""

    name: str
    argv: Sequence[str]
    log: Path
    mark: Path  # pid and start time, so that the next start can end what a killed parent left
    cwd: Path
    env: Mapping[str, str] | None = None
    account: tuple[int, int] | None = None  # uid and gid to run as; None: ours
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = None  # at our own death; None: the stop signal
    before_start: Callable[[], None] = field(default=lambda: None)
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    def start(self) -> None:
        """Run the program in a session of its own, its output appended to the log."""
        self.before_start()
        uid, gid = self.account or (None, None)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=uid,
                group=gid,
                extra_groups=[] if self.account else None,
                preexec_fn=die_with(os.getpid(), self.death_signal or self.stop_signal),
            )
        self.started_at = time.monotonic()
        self.mark.write_text(f"{self.process.pid} {read_start_ticks(self.process.pid) or 0}\n")

    def tend(self) -> str | None:
        """Start again what died and is due; a line for people when something happened."""
        if self.process is None:
            if time.monotonic() < self.due_at:
                return None
            self.start()
            return f"{self.name} started again"
        code = self.process.poll()
        if code is None:
            return None
        self.process = None
        steady = time.monotonic() - self.started_at > STEADY_S
        self.deaths = 1 if steady else self.deaths + 1
        pause_s = min(2.0 ** (self.deaths - 2), LONGEST_PAUSE_S) if self.deaths > 1 else 0.0
        self.due_at = time.monotonic() + pause_s
        return f"{self.name} ended with {describe(code)}; see {self.log}"

    def ask_to_stop(self) -> None:
        """Send the stop signal; do not wait."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def wait_stopped(self, until: float) -> None:
        """Wait until the monotonic time given, then kill the whole group."""
        if self.process:
            try:
                self.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None
        self.mark.unlink(missing_ok=True)

    def end_leftover(self, patience_s: float = 10.0) -> bool:
        """End the process that an earlier, killed parent recorded; True when there was one."""
        try:
            pid, ticks = (int(word) for word in self.mark.read_text().split())
        except (OSError, ValueError):
            return False
        if read_start_ticks(pid) != ticks:  # gone, or the number now belongs to somebody else
            return False
        end(pid, self.stop_signal, patience_s)
        return True


def describe(code: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"


def stop_all(children: Sequence[Child], patience_s: float) -> None:
    """Ask all at once, then wait for each within one common patience."""
    until = time.monotonic() + patience_s
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait_stopped(until)
