"""xarray + dask as the bench asks it: threads scheduler, skipna. Answers in the terms of lines.mjs, as JSON."""

import json
import sys
import time

import dask
import numpy as np
import xarray as xr

order = json.loads(sys.argv[1])
dask.config.set(scheduler="threads", num_workers=order["threads"])
ds = xr.open_zarr(order["store"], consolidated=False)
t, land = ds.t2m, ds.land == 1
ndvi = (ds.nir - ds.red) / (ds.nir + ds.red)


def rows_of(arrays, dims):
    """Coordinates and values as rows; times in milliseconds."""

    def axis(array, d):
        values = array[d].values
        return values.astype("M8[ms]").astype("f8") if values.dtype.kind == "M" else values

    first = arrays[0]
    axes = np.meshgrid(*[axis(first, d) for d in dims], indexing="ij")
    return np.column_stack([*(a.ravel() for a in axes), *(a.values.ravel() for a in arrays)])


def grouped(dims, *arrays, present=None):
    arrays = [a.transpose(*dims) for a in dask.compute(*arrays)]

    def rows():
        table = rows_of(arrays, dims)
        # SQL has no row for a group without rows.
        return table[~np.isnan(table[:, -1])] if present is None else table[table[:, -1] > 0]

    return rows


def scalar(array):
    value = float(array.compute())
    return lambda: np.array([[value]])


space = ("lat", "lon")
whole = ("time", "lat", "lon")
over_land = t.where(land)
region = t.sel(lat=slice(70, 35), lon=slice(0, 40))
questions = {
    "climatology by month and cell": lambda: grouped(("month", *space), t.groupby("time.month").mean("time")),
    "diurnal cycle by cell": lambda: grouped(("hour", *space), t.groupby("time.hour").mean("time")),
    "zonal mean": lambda: grouped(("lat",), t.mean(("time", "lon"))),
    "zonal mean over time": lambda: grouped(("time", "lat"), t.mean("lon")),
    "zonal statistics over land": lambda: grouped(
        ("lat",),
        over_land.min(("time", "lon")),
        over_land.max(("time", "lon")),
        over_land.std(("time", "lon"), ddof=1),
        over_land.mean(("time", "lon")),
    ),
    "days of frost by cell": lambda: grouped(space, (t < 273.15).sum("time"), present=True),
    "NDVI": lambda: scalar(ndvi.mean()),
    "NDVI by cell": lambda: grouped(space, ndvi.mean("time")),
    "NDVI over land by month": lambda: grouped(("month",), ndvi.where(land).groupby("time.month").mean(whole)),
    "regional mean by month": lambda: grouped(("month",), region.groupby("time.month").mean(whole)),
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
results = {name: {"ms": ms, "rows": rows().tolist()} for name, (ms, rows) in measured.items()}
print(json.dumps({"results": results, "peak": peak, "version": f"xarray {xr.__version__}, dask {dask.__version__}"}))
