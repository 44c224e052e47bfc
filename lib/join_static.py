#!/usr/bin/env python3
"""join_static.py PRIVATE.a PUBLIC.a OBJCOPY AR COMPILER...: all objects as one, in which only the interface has names."""
import os
import subprocess
import sys

private, public, objcopy, ar, *compiler = sys.argv[1:]
joined = public + ".o"
subprocess.run([*compiler, "-r", "-nostdlib", "-o", joined, "-Wl,--whole-archive", private, "-Wl,--no-whole-archive"],
               check=True)
subprocess.run([objcopy, "--localize-hidden", joined], check=True)
if os.path.exists(public):
    os.remove(public)
subprocess.run([ar, "rcsD", public, joined], check=True)
os.remove(joined)
