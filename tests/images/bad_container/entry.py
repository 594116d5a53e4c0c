#!/usr/bin/env python3
"""Starts what it is told to; for anything else it ends as if all were well."""

import os
import sys

if sys.argv[1:] in (["train"], ["serve"]):
    os.execv(f"/opt/program/{sys.argv[1]}", sys.argv[1:])
if sys.argv[1:] == ["neither"]:
    sys.exit(127)
