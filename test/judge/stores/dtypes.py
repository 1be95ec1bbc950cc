"""Random NumPy types and random values of them, with the values at the edges of each type among them."""
import numpy as np

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"]
INTEGERS = [kind + size for kind in "iu" for size in "1248"]
NUMBERS = INTEGERS + ["f2", "f4", "f8"]
WORDS = ["", "a", "sun", "Zürich", "東京", "🙂 x", "trailing ", "b" * 9, "\ttab", "NaN", "null", "x\0y"]
NAMES = ["time", "dt", "area", "n hits", "ünï", "a.b", "x", "y", "select", "Data", "id"]


def one_of(rng, items):
    return items[int(rng.integers(len(items)))]


def number_type(rng):
    return one_of(rng, "<>") + one_of(rng, NUMBERS)


def plain_type(rng):
    """A type without fields."""
    roll = rng.random()
    if roll < 0.5:
        return np.dtype(number_type(rng))
    if roll < 0.58:
        return np.dtype("?")
    if roll < 0.66:
        return np.dtype(one_of(rng, "<>") + one_of(rng, ["c8", "c16"]))
    if roll < 0.78:
        count = one_of(rng, ["", "", "", "7", "15"])
        return np.dtype(f"{one_of(rng, '<>')}{one_of(rng, 'mM')}8[{count}{one_of(rng, UNITS)}]")
    if roll < 0.8:
        return np.dtype("m8")
    if roll < 0.86:
        return np.dtype(f"{one_of(rng, '<>')}U{rng.integers(1, 12)}")
    if roll < 0.92:
        return np.dtype(f"S{rng.integers(1, 14)}")
    return np.dtype(f"V{rng.integers(1, 20)}")


def struct_type(rng, depth=0, extras=True):
    """Fields of any type: nested, padded, with values of several dimensions."""
    names = list(rng.permutation(NAMES))[: int(rng.integers(1, 6))]
    fields = []
    for name in names:
        dtype = struct_type(rng, depth + 1, extras) if depth < 2 and rng.random() < 0.15 else plain_type(rng)
        if dtype.kind == "V" and not dtype.names and extras and rng.random() < 0.5:
            dtype = np.dtype("<f4")
        if extras and rng.random() < 0.25:
            fields.append((str(name), dtype, tuple(int(n) for n in rng.integers(1, 4, int(rng.integers(1, 3))))))
        else:
            fields.append((str(name), dtype))
    return np.dtype(fields, align=bool(extras and rng.random() < 0.3))


def values_of(rng, dtype, shape):
    """Random values; a fifth of them are special ones."""
    dtype = np.dtype(dtype)
    found = np.zeros(shape, dtype)
    if dtype.names:
        for name in dtype.names:
            found[name] = values_of(rng, dtype[name].base, found[name].shape)
        return found
    count = found.size
    if dtype.kind == "b":
        flat = rng.random(count) > 0.5
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        low, high = (info.min, info.max) if rng.random() < 0.5 else (max(info.min, -50), 50)
        flat = rng.integers(low, high, count, dtype=dtype.newbyteorder("="), endpoint=True)
        special(rng, flat, [info.min, info.max, 0, 1])
    elif dtype.kind == "f":
        flat = (rng.normal(0, 100, count) * 10.0 ** rng.integers(-3, 3)).astype(dtype)
        if rng.random() < 0.3:
            flat = np.round(flat)
        special(rng, flat, [np.nan, np.inf, -np.inf, -0.0, np.finfo(dtype).max, np.finfo(dtype).tiny / 4])
    elif dtype.kind == "c":
        flat = values_of(rng, f"f{dtype.itemsize // 2}", count) + 0j
        flat.imag = values_of(rng, f"f{dtype.itemsize // 2}", count)
    elif dtype.kind in "mM":
        unit, step = np.datetime_data(dtype)
        # As far as a count of microseconds reaches for every unit.
        reach = {"Y": 200, "M": 2000, "W": 10**4, "D": 10**5}.get(unit, 10**6 if unit in "hms" else 10**12)
        whole = rng.integers(-reach, reach, count) // (step if dtype.kind == "M" else 1)
        special(rng, whole, [np.iinfo("i8").min, 0, -1])
        flat = whole
        found = whole.astype("i8").view(dtype.newbyteorder("=")).astype(dtype) if unit != "generic" else whole.astype(dtype)
        return found.reshape(shape)
    elif dtype.kind in "SU":
        room = dtype.itemsize // (4 if dtype.kind == "U" else 1)
        words = [w.rstrip("\0") for w in WORDS]
        if dtype.kind == "S":
            words = [w.encode() for w in words if len(w.encode()) <= room]
        flat = np.array([one_of(rng, words) for _ in range(count)], dtype)
    else:
        flat = np.frombuffer(rng.bytes(count * dtype.itemsize), dtype)
    found[...] = np.asarray(flat, dtype).reshape(shape)
    return found


def special(rng, flat, extremes):
    for i in range(0, len(flat)):
        if rng.random() < 0.15:
            with np.errstate(all="ignore"):
                flat[i] = one_of(rng, extremes)


def random_shape(rng, most=4):
    rank = int(one_of(rng, [0, 1, 1, 1, 2, 2, 3, most]))
    longest = {0: 1, 1: 60, 2: 12, 3: 7}.get(rank, 4)
    return tuple(0 if rng.random() < 0.02 else int(n) for n in rng.integers(1, longest + 1, rank))


def random_chunk(rng, shape):
    return tuple(int(rng.integers(1, size + 3)) for size in shape)
