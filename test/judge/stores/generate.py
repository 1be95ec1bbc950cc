#!/usr/bin/python3
"""Writes random stores and what their reference reads of them: generate.py DIRECTORY SEED COUNT [KIND].

For test/judge/stores.ts. Needs Debian's python3-zarr (2.13), python3-xarray and python3-numcodecs. Each store follows from
its seed alone: kinds take turns. expected.jsonl has a line for each store: `seed`, `kind`, `store` (its path), `about` (text
for people), `options`, and by path the columns of each array as values.py describes them.
"""
import json
import shutil
import sys
import traceback
import warnings
from pathlib import Path

import numcodecs
import numpy as np

here = Path(__file__).parent
sys.path[:0] = [str(here), str(here.parent.parent / "conformance")]

import cf  # noqa: E402
import forms  # noqa: E402
import v2  # noqa: E402
import v3  # noqa: E402

warnings.simplefilter("ignore")
np.seterr(all="ignore")
numcodecs.blosc.use_threads = False
KINDS = {"v2": v2.make, "cf": cf.make, "v3": v3.make}


def write(directory, seed, kind):
    rng = np.random.default_rng([seed, 1972])
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    store = directory / "x.zarr"
    store.mkdir()
    made = KINDS[kind](rng, str(store))
    if made is None:
        return None
    location = forms.pack(rng, store)
    return {"seed": seed, "kind": kind, "store": str(location), **made}


def main(root, first, count, only=None):
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    failed = 0
    with open(root / "expected.jsonl", "w") as file:
        for seed in range(first, first + count):
            kind = only or list(KINDS)[seed % len(KINDS)]
            try:
                line = write(root / str(seed), seed, kind)
            except Exception as error:  # The writer's own limits: nothing to compare.
                failed += 1
                if "-v" in sys.argv:
                    print(seed, kind, traceback.format_exc(limit=-3), file=sys.stderr)
                continue
            if line:
                file.write(json.dumps(line) + "\n")
    print(json.dumps({"asked": count, "failed": failed}))


arguments = [each for each in sys.argv[1:] if each != "-v"]
main(arguments[0], int(arguments[1]), int(arguments[2]), *arguments[3:])
