"""The same sums by xarray + dask, opening included in neither."""

import json
import sys
import time

import dask
import xarray as xr

order = json.loads(sys.argv[1])
dask.config.set(scheduler="threads", num_workers=order["threads"])
x = xr.open_zarr(order["store"], consolidated=False).x
ms = []
for run in range(order["runs"] + 1):
    start = time.perf_counter()
    dask.compute(x.sum(), x.count())
    if run:
        ms.append((time.perf_counter() - start) * 1000)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps({"ms": ms, "peak": peak}))
