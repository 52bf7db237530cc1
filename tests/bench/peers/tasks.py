"""What the Python peers' workers run. Imports no framework, so that every worker can import it."""
import subprocess
import time


def noop(*_):
    return 0


def run_true(*_):
    return subprocess.run(["/bin/true"]).returncode


def nap(*_):
    time.sleep(0.1)
