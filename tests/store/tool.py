"""What the tests of the store share: runs of the command, faults under it, the catalogue's committed rows."""
import os
import shutil
import signal
import sqlite3
import subprocess
import sys


class Tool:
    def __init__(self, garner, faults):
        self.garner, self.faults = garner, faults

    def acknowledged(self, store):
        """n -> (id, sha256), as a second reader sees them."""
        db = sqlite3.connect("file:%s/catalogue.db?mode=ro" % store, uri=True, timeout=20)
        rows = dict((n, (i, bytes(s))) for n, i, s in db.execute("SELECT n, id, sha256 FROM document"))
        db.close()
        return rows

    def run(self, *args, allowed=(0,), env=None):
        done = subprocess.run([self.garner, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        if allowed is not None and done.returncode not in allowed:
            sys.exit("%s: exit %d\n%s" % (" ".join(args), done.returncode, done.stdout.decode()[-3000:]))
        return done

    def environment(self, kind, path, at=0, count=None):
        env = dict(os.environ, LD_PRELOAD=self.faults, FAULT_KIND=kind, FAULT_PATH=path, FAULT_AT=str(at))
        env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0:detect_leaks=0"
        if count:
            env["FAULT_COUNT"] = count
        return env

    def calls(self, kind, path, *args):
        """How many calls a run makes that a fault could hit."""
        count = path + ".calls"
        self.run(*args, env=self.environment("count" if kind == "kill" else kind, path, 0, count), allowed=None)
        with open(count) as f:
            return int(f.read())

    def killed(self, path, at, *args):
        return self.run(*args, env=self.environment("kill", path, at), allowed=None).returncode == -signal.SIGKILL


def copy(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
