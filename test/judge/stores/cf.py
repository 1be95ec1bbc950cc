"""Random stores by xarray's to_zarr: encodings, masks, calendars, bounds, text. What xarray reads of them, decoded or as stored."""
import cftime
import numcodecs
import numpy as np
import xarray as xr
import zarr

from dtypes import INTEGERS, one_of, values_of
from v2 import compressor
from values import columns_of

CALENDARS = ["standard", "gregorian", "proleptic_gregorian", "noleap", "365_day", "all_leap", "366_day", "360_day", "julian"]


def times(rng, count):
    start = np.datetime64("1700-01-01") + np.timedelta64(int(rng.integers(0, 180000)), "D")
    step = one_of(rng, [np.timedelta64(1, "D"), np.timedelta64(6, "h"), np.timedelta64(1, "s"), np.timedelta64(1500, "ms"), np.timedelta64(7, "m")])
    return start.astype("M8[ns]") + np.arange(count) * step


def coordinate(rng, name, size):
    kind = one_of(rng, ["float", "float", "int", "time", "cftime", "text", "object", "down", "none"] if name != "time" else ["time", "time", "cftime", "number"])
    if kind == "none" or size == 0:
        return None
    if kind == "time":
        return times(rng, size)
    if kind == "number":
        units = f"{one_of(rng, ['days', 'hours', 'minutes', 'seconds', 'milliseconds', 'microseconds', 'D', 'hour', 'h', 's'])} since {one_of(rng, ['1970-01-01', '1900-1-1', '2000-01-01T12:00:00', '1850-01-01 00:00:00.5', '2000-02-28 01:30:00 +02:00', '1-1-1', '1582-10-15', '2001-1-1 6:0:0 UTC'])}"
        numbers = np.sort(rng.integers(0, 100000, size)) * one_of(rng, [1, 0.25, 0.5])
        return ("raw", numbers.astype(one_of(rng, ["i4", "i8", "f8"]) if numbers.dtype.kind == "i" else "f8"), {"units": units, "calendar": one_of(rng, CALENDARS[:3] + CALENDARS)})
    if kind == "cftime":
        calendar = one_of(rng, CALENDARS)
        return cftime.num2date(np.arange(size) * one_of(rng, [1, 0.25, 31]) + int(rng.integers(0, 50000)), "days since 1850-01-01", calendar, only_use_cftime_datetimes=True)
    if kind == "text":
        return np.array([f"{one_of(rng, ['a', 'Zürich', '東京', ''])}{i}" for i in range(size)])
    if kind == "object":
        return np.array([f"{one_of(rng, ['a', 'Zürich', '東京', ''])}{i}" for i in range(size)], object)
    if kind == "int":
        return np.arange(size) * int(rng.integers(1, 5)) + int(rng.integers(-9, 9))
    steps = np.cumsum(rng.integers(1, 5, size)) / 4
    return steps if kind == "float" else steps[::-1].astype("f4")


def variable(rng, shape):
    """Values and how they are to be stored."""
    kind = one_of(rng, ["packed", "packed", "float", "float", "int", "masked", "unsigned", "bool", "text", "chars", "time", "timedelta", "cftime", "plain", "object"])
    encoding, attrs = {}, {}
    if kind == "packed" and shape == ():
        # NumPy computes with a single number in other types than with arrays.
        kind = "float"
    size = int(np.prod(shape))
    if kind in ("packed", "float"):
        values = np.round(rng.normal(0, 50, shape), int(rng.integers(0, 4))).astype(one_of(rng, ["f4", "f8"]))
        if rng.random() < 0.5:
            values[rng.random(shape) < 0.2] = np.nan
    if kind == "packed":
        encoding = {"dtype": one_of(rng, ["i1", "i2", "i2", "i4", "u1", "u2", "f4", ">i2", ">f4"]), "scale_factor": one_of(rng, [0.01, 0.1, 0.5, 2.0, -0.25, np.float32(0.1)])}
        if rng.random() < 0.5:
            encoding["add_offset"] = one_of(rng, [0.0, 273.15, -5, 1e3])
        if np.isnan(values).any() or rng.random() < 0.4:
            info = np.iinfo(np.dtype(encoding["dtype"])) if np.dtype(encoding["dtype"]).kind in "iu" else np.finfo("f4")
            encoding["_FillValue"] = one_of(rng, [info.min, info.max, 0]) if np.dtype(encoding["dtype"]).kind in "iu" else float(-9999)
            if rng.random() < 0.2:
                encoding["missing_value"] = encoding["_FillValue"]
    elif kind == "float":
        if rng.random() < 0.6:
            encoding["_FillValue"] = one_of(rng, [-9999.0, 1e20, np.nan, None, 0.0])
        if rng.random() < 0.2 and encoding.get("_FillValue") is not None:
            encoding["missing_value"] = encoding["_FillValue"]
        if rng.random() < 0.15:
            encoding["dtype"] = one_of(rng, ["f2", "f4", ">f8"])
    elif kind == "int":
        values = values_of(rng, one_of(rng, INTEGERS), shape)
    elif kind == "masked":
        values = values_of(rng, one_of(rng, ["i1", "i2", "i4", "u1", "u2", "i8"]), shape)
        if size:
            encoding["_FillValue"] = values.ravel()[0]
    elif kind == "unsigned":
        values = rng.integers(0, 255, shape).astype("f4")
        encoding = {"dtype": "i1", "_Unsigned": "true", "_FillValue": np.int8(-1)}
    elif kind == "bool":
        values = rng.random(shape) > 0.5
    elif kind == "text":
        values = values_of(rng, one_of(rng, ["U5", "U11"]), shape)
    elif kind == "chars":
        values = values_of(rng, one_of(rng, ["S1", "S6"]), shape)
        if rng.random() < 0.5 and values.dtype.itemsize > 1:
            encoding["char_dim_name"] = "letters"
    elif kind == "object":
        values = np.array([one_of(rng, ["", "a", "Zürich", "東京"]) for _ in range(size)] + [None], object)[:-1].reshape(shape)
        if rng.random() < 0.3:
            encoding["dtype"] = "S1" if rng.random() < 0.0 else str
    elif kind == "time":
        values = times(rng, size).reshape(shape)
        if rng.random() < 0.3 and size:
            values.ravel()[0] = np.datetime64("NaT")
        if rng.random() < 0.5:
            encoding = {"units": one_of(rng, ["days since 1900-01-01", "seconds since 1970-01-01", "hours since 2000-01-01 12:00", "microseconds since 2000-01-01", "nanoseconds since 1970-01-01"]), "dtype": one_of(rng, ["f8", "i8"])}
            if np.isnat(values).any() and "nano" not in encoding["units"]:
                # xarray of 2023 reads its own not-a-time as a wrong date.
                encoding["dtype"] = "f8"
    elif kind == "cftime":
        calendar = one_of(rng, CALENDARS[3:])
        values = np.array(cftime.num2date(rng.integers(0, 90000, max(1, size)) / 4, "days since 1800-02-03", calendar, only_use_cftime_datetimes=True)).ravel()[:size].reshape(shape)
    elif kind == "timedelta":
        values = (rng.integers(0, 10**6, shape)).astype("m8[s]").astype("m8[ns]")
        if rng.random() < 0.5:
            encoding["units"] = one_of(rng, ["days", "hours", "seconds", "milliseconds"])
    else:
        values = values_of(rng, one_of(rng, ["f4", "f8", "i2"]), shape)
        attrs = {"valid_min": -5, "flag_values": [0, 1], "flag_meanings": "a b"}
    if rng.random() < 0.4:
        encoding["compressor"] = compressor(rng, None)
    if rng.random() < 0.2 and kind in ("int", "packed") and "dtype" not in encoding:
        encoding["filters"] = [numcodecs.Delta(values.dtype.str)] if values.dtype.kind in "iu" else None
    if rng.random() < 0.4 and shape and all(shape):
        encoding["chunks"] = tuple(int(rng.integers(1, n + 2)) for n in shape)
    return values, attrs, encoding


def dataset(rng):
    dims = {name: int(rng.integers(1, most)) for name, most in [("time", 20), ("lat", 8), ("lon", 9), ("member", 4)] if rng.random() < 0.7}
    coords, encoding = {}, {}
    for name, size in dims.items():
        found = coordinate(rng, name, size)
        if isinstance(found, tuple):
            coords[name] = (name, found[1], found[2])
        elif found is not None:
            coords[name] = (name, found)
    variables = {}
    for i in range(int(rng.integers(1, 6))):
        own = [d for d in rng.permutation(list(dims)) if rng.random() < 0.7] if dims else []
        own = [str(d) for d in own]
        values, attrs, coded = variable(rng, tuple(dims[d] for d in own))
        name = f"v{i}"
        if rng.random() < 0.15 and own:
            coords[name] = (own, values, attrs)
        else:
            variables[name] = (own, values, attrs)
        if coded:
            encoding[name] = coded
    if "lat" in dims and rng.random() < 0.2:
        variables["lat_bnds"] = (("lat", "bnds"), rng.random((dims["lat"], 2)))
        if "lat" in coords:
            coords["lat"] = (coords["lat"][0], coords["lat"][1], {"bounds": "lat_bnds"})
    found = xr.Dataset(variables, coords, {"title": "random", "n": 1})
    return found, encoding, dims


def make(rng, directory):
    found, encoding, dims = dataset(rng)
    group = one_of(rng, [None, None, None, "a/b"])
    options = dict(consolidated=bool(rng.random() < 0.6), group=group)
    raw = {name for name, var in found.variables.items() if "units" in var.attrs}
    found.to_zarr(directory, mode="w", encoding=encoding, **options)
    if "time" in dims and rng.random() < 0.25 and "time" not in raw:
        more = found
        if "time" in found.coords and found["time"].dtype.kind == "M":
            more = found.assign_coords(time=found["time"] + np.timedelta64(3650, "D"))
        more.to_zarr(directory, append_dim="time", **options)
    if group is None and rng.random() < 0.15:
        dataset(rng)[0].to_zarr(directory, mode="a", group="other", consolidated=False)
        if options["consolidated"]:
            zarr.consolidate_metadata(directory)
    stored = bool(rng.random() < 0.3)
    prefix = f"{group}/" if group else ""
    expected, about = {}, []
    if stored:
        root = zarr.open_group(directory, mode="r", path=group or "")
        for name, array in root.arrays():
            expected[prefix + name] = columns_of(array[...], name)
            about.append(f"{name}: {array.dtype.str} {array.shape} in {array.chunks} fill {array.fill_value!r} {array.filters} {array.compressor} {dict(array.attrs)}")
        return {"arrays": expected, "about": about, "stored": True}
    read = xr.open_zarr(directory, group=group, decode_timedelta=False, consolidated=options["consolidated"])
    for name, var in read.variables.items():
        with zarr_array(directory, prefix + name) as array:
            about.append(f"{name}: {var.dtype} {var.dims} {var.shape} in {array.chunks} stored {array.dtype.str} fill {array.fill_value!r} {array.filters} {array.compressor} {dict(array.attrs)}")
            counts = array.dtype.kind == "f"
        expected[prefix + name] = decoded_columns(var.values, name, counts)
    return {"arrays": expected, "about": about, "stored": False, "decoded": True}


class zarr_array:
    def __init__(self, directory, path):
        self.array = zarr.open_array(directory, mode="r", path=path)

    def __enter__(self):
        return self.array

    def __exit__(self, *_):
        pass


def decoded_columns(values, name, counts):
    """`within`: floats count the times, and xarray multiplies them to more nanoseconds than a float holds."""
    found = columns_of(values, name)
    if counts and values.dtype.kind in "MO":
        found[name]["within"] = 2
    if values.dtype.kind == "O" and any(isinstance(v, cftime.datetime) for v in values.ravel()):
        # Missing dates are NaN there.
        found[name]["dates"] = [str(v) if isinstance(v, cftime.datetime) else None for v in values.ravel()]
        del found[name]["texts"]
    return found
