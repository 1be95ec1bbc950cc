"""xarray + dask as the bench asks it: threads scheduler, skipna. Answers in the terms of lines.mjs, as JSON."""

import json
import sys
import time

import dask
import numpy as np
import xarray as xr

order = json.loads(sys.argv[1])
dask.config.set(scheduler="threads", num_workers=order["threads"])
t = xr.open_zarr(order["store"], consolidated=False).t2m


def scalar(*arrays):
    return [[float(a) for a in dask.compute(*arrays)]]


def grouped(array, *dims):
    """Computes; gives what makes rows of the answer, for the comparison, outside of the time."""
    array = array.compute().transpose(*dims)

    def rows():
        axes = np.meshgrid(*[array[d].values for d in dims], indexing="ij")
        return np.column_stack([*(a.ravel() for a in axes), array.values.ravel()]).tolist()

    return rows


def by_value_and_belt():
    """No flox here: counts per block by numpy.bincount, which is faster than xarray's own groupby over values."""
    width, low = 1000, -200

    def count(block, belts):
        floors = np.floor(block)
        codes = np.where(np.isnan(floors), width - 1, floors - low).astype(np.intp)
        codes += (belts * width)[None, :, None]
        return np.bincount(codes.ravel(), minlength=width * 20)

    belts = np.floor(t.lat.values / 10).astype(np.intp) + 9
    blocks = t.data.to_delayed()
    starts = np.concatenate([[0], np.cumsum(t.data.chunks[1])])
    parts = [
        dask.delayed(count)(blocks[index], belts[starts[index[1]] : starts[index[1] + 1]])
        for index in np.ndindex(blocks.shape)
    ]
    total = np.sum(dask.compute(*parts), axis=0).reshape(20, width)
    return [
        [None if k == width - 1 else int(k) + low, int(belt) - 9, int(total[belt, k])]
        for belt, k in np.argwhere(total)
    ]


span = slice(np.datetime64(order["from"]), np.datetime64(order["to"]) - np.timedelta64(1, "ns"))
questions = {
    "mean": lambda: scalar(t.mean()),
    "mean, min, max, stddev": lambda: scalar(t.mean(), t.min(), t.max(), t.std(ddof=1)),
    "by lat": lambda: grouped(t.mean(("time", "lon")), "lat"),
    "by lat, lon": lambda: grouped(t.mean("time"), "lat", "lon"),
    "by month": lambda: grouped(t.groupby("time.month").mean(("time", "lat", "lon")), "month"),
    "by month, lat, lon": lambda: grouped(t.groupby("time.month").mean("time"), "month", "lat", "lon"),
    "mean, lat >= 60": lambda: scalar(t.isel(lat=np.flatnonzero(t.lat.values >= 60)).mean()),
    "count, t2m > 290": lambda: scalar((t > 290).sum()),
    "mean, a tenth of time": lambda: scalar(t.sel(time=span).mean()),
    "mean of an expression": lambda: scalar((t * 9 / 5 - 459.67).mean()),
    "by floor(t2m), floor(lat / 10)": by_value_and_belt,
}

measured = {}
for line in order["lines"]:
    ask = questions[line["name"]]
    rows = ask()
    ms = []
    for _ in range(order["runs"]):
        start = time.perf_counter()
        rows = ask()
        ms.append((time.perf_counter() - start) * 1000)
    measured[line["name"]] = ms, rows

with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
results = {name: {"ms": ms, "rows": rows() if callable(rows) else rows} for name, (ms, rows) in measured.items()}
version = f"xarray {xr.__version__}, dask {dask.__version__}"
# Not json.dump, which writes number by number: minutes for a million rows.
print(json.dumps({"results": results, "peak": peak, "version": version}))
