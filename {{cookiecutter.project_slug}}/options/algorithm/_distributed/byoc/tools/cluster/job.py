"""Runs the hosts of a job: prefixes their output, passes signals on, collects exit codes."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress


class Job:
    """The hosts' processes, each of them in a session of its own, so that Ctrl-C is this one's to pass on."""

    def __init__(self):
        self.processes = {}
        self.asked = None  # the signal that all hosts are to end by

    def listen(self):
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGTERM, self.stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(signal.SIGHUP, self.stop)

    def run(self, commands):
        """The hosts' exit codes, once all have ended; `commands` are what to run, by host."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        readers = []
        for host, command in commands.items():
            process = self.processes[host] = subprocess.Popen(command, start_new_session=True, **streams)
            self._pass_on(process)  # what was asked while it was being started
            readers.append(threading.Thread(target=show, args=(host, process.stdout), daemon=True))
            readers[-1].start()
        codes = {host: process.wait() for host, process in self.processes.items()}
        for reader in readers:
            reader.join(5)
        return {host: code if code >= 0 else 128 - code for host, code in codes.items()}

    def stop(self, number, _):
        if number == signal.SIGHUP:
            signal.signal(number, signal.SIG_IGN)  # of a closing terminal, both its shell and the kernel tell
        tell("ending all hosts at once" if self.asked else "asking all hosts to stop; once more ends them at once")
        self.asked = signal.SIGKILL if self.asked else signal.SIGTERM
        for process in list(self.processes.values()):
            self._pass_on(process)

    def _pass_on(self, process):
        if self.asked and process.poll() is None:
            os.killpg(process.pid, self.asked) if self.asked == signal.SIGKILL else process.terminate()


def show(host, output):
    for line in output:
        say(f"{host} | {line.decode(errors='replace')}", sys.stdout)


def tell(text):
    say(f"train_cluster.sh: {text}\n", sys.stderr)


def say(text, stream):
    with suppress(OSError):  # the terminal may have been closed; the hosts have yet to end
        print(text, end="", file=stream, flush=True)
