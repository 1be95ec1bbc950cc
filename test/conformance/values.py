"""What the columns of an array are called, and their values as JSON. For make.py and test/judge/stores."""
import base64
import re

import numpy as np


def total(lengths):
    """Months of years and months, microseconds of all else; cut off towards the past, as all readers do."""
    unit, step = np.datetime_data(lengths.dtype)
    if unit in "YM":
        return lengths.astype("i8") * step * (12 if unit == "Y" else 1)
    return np.where(np.isnat(lengths), 0, lengths.astype("m8[us]").astype("i8"))


def columns_of(values, name, is_field=False):
    """By column: its type and bytes in C order, where it is not NULL; or texts, or bytes; `list`: the shape of each cell."""
    values = np.asarray(values)
    if values.dtype.names:
        prefix = f"{name}." if is_field else ""
        found = {}
        for field in values.dtype.names:
            dtype = values.dtype.fields[field][0]
            if dtype.kind == "V" and not dtype.names and not dtype.subdtype and re.fullmatch(r"f\d+", field):
                # What lies between fields: zarr-python gives it a name.
                continue
            inner = columns_of(values[field], prefix + field, True)
            shape = list(values[field].shape[values.ndim :])
            found.update({key: {**column, "list": shape + column.get("list", [])} if shape else column for key, column in inner.items()})
        return found
    if values.dtype.kind == "c":
        return {**columns_of(values.real, f"{name}.real", True), **columns_of(values.imag, f"{name}.imag", True)}
    if values.dtype.kind == "O" and all(isinstance(v, bytes) for v in values.ravel()):
        return {name: {"bytes": [base64.b64encode(v).decode() for v in values.ravel()]}}
    if values.dtype.kind == "O" and values.size and all(v is None or isinstance(v, np.ndarray) for v in values.ravel()):
        return {name: {"lists": [None if v is None else columns_of(v, "x")["x"] for v in values.ravel()]}}
    if values.dtype.kind in "OUS":
        return {name: {"texts": [v.decode() if isinstance(v, bytes) else v if v is None else str(v) for v in values.ravel()]}}
    if values.dtype.kind == "V":
        return {name: {"type": values.dtype.str, "values": base64.b64encode(values.tobytes()).decode()}}
    more = {}
    if values.dtype.kind in "mM":
        missing = np.isnat(values)
        if values.dtype.kind == "M" or missing.any():
            more["valid"] = [int(v) for v in ~missing.ravel()]
        if values.dtype.kind == "M":
            values = np.where(missing, np.datetime64(0, "us"), values.astype("M8[us]"))
        if values.dtype.kind == "m" and np.datetime_data(values.dtype)[0] != "generic":
            more["duration"] = base64.b64encode(total(values).astype("<i8").tobytes()).decode()
        values = values.astype("i8")
    kind = values.dtype.newbyteorder("<").str
    data = np.ascontiguousarray(values).astype(kind).tobytes()
    return {name: {"type": kind, "values": base64.b64encode(data).decode(), **more}}
