"""The native libraries through numcodecs, one thread, into an array that is there."""

import json
import sys
import time

import numcodecs
import numpy as np
from numcodecs import blosc

order = json.loads(sys.argv[1])
blosc.use_threads = False
with open(order["store"] + "/t2m/.zarray") as file:
    meta = json.load(file)
codec = numcodecs.get_codec(meta["compressor"]) if meta["compressor"] else None
files = []
for i in range(12):
    with open(f"{order['store']}/t2m/{i}.0.0", "rb") as file:
        files.append(file.read())
out = np.empty(int(np.prod(meta["chunks"])) * 4, "u1")
ms = []
for run in range(order["runs"] + 1):
    start = time.perf_counter()
    for file in files:
        if codec:
            codec.decode(file, out)
        else:
            out[:] = np.frombuffer(file, "u1")
    if run:
        ms.append((time.perf_counter() - start) * 1000)
print(json.dumps({"bytes": out.nbytes * len(files), "ms": ms}))
