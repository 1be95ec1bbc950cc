"""Random stores of version 2, written and read back by zarr-python. Called by generate.py."""
import lzma

import numcodecs
import numpy as np
import zarr

from dtypes import INTEGERS, WORDS, one_of, plain_type, random_chunk, random_shape, struct_type, values_of
from values import columns_of

PATHS = ["x", "a b", "ha#sh", "q?x", "per%20cent", "ünï", "a.b", "it's", 'say "x"', "0", "c", "[x]", "g/x", "g/y", "g/deep/x", "G/x2", "select", "X1", "x1", "100%", "a+b&c=d", "l" * 60, "deep/er/and/deeper"]


def compressor(rng, dtype):
    kinds = [
        lambda: None,
        lambda: None,
        lambda: numcodecs.Zlib(int(rng.integers(0, 10))),
        lambda: numcodecs.GZip(int(rng.integers(0, 10))),
        lambda: numcodecs.BZ2(int(rng.integers(1, 10))),
        lambda: numcodecs.LZMA(preset=int(rng.integers(0, 7))),
        lambda: numcodecs.LZMA(format=lzma.FORMAT_ALONE, check=-1, preset=1),
        lambda: numcodecs.LZMA(format=lzma.FORMAT_XZ, check=one_of(rng, [lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256]), preset=1),
        lambda: numcodecs.LZMA(format=lzma.FORMAT_RAW, check=-1, filters=[dict(id=lzma.FILTER_DELTA, dist=int(rng.integers(1, 9))), dict(id=lzma.FILTER_LZMA2, preset=1)]),
        lambda: numcodecs.LZ4(int(rng.integers(1, 12))),
        lambda: numcodecs.Zstd(int(rng.integers(-3, 20))),
        lambda: blosc(rng),
        lambda: blosc(rng),
        lambda: blosc(rng),
    ]
    return one_of(rng, kinds)()


def blosc(rng):
    return numcodecs.Blosc(
        one_of(rng, ["blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"]),
        int(rng.integers(0, 10)),
        int(one_of(rng, [-1, 0, 1, 2])),
        int(one_of(rng, [0, 0, 128, 256, 1024])),
    )


def byte_filters(rng, size):
    chain = []
    for _ in range(int(one_of(rng, [0, 0, 0, 1, 1, 2]))):
        chain.append(
            one_of(
                rng,
                [
                    lambda: numcodecs.Shuffle(int(one_of(rng, [1, 2, 4, 8]))),
                    lambda: numcodecs.Shuffle(int(size)),
                    numcodecs.CRC32,
                    numcodecs.Adler32,
                    lambda: numcodecs.Zlib(1),
                    lambda: numcodecs.LZ4(),
                    lambda: numcodecs.Base64(),
                ],
            )()
        )
    # A shuffle takes whole elements: what a checksum or a compressor leaves has none.
    return [each for i, each in enumerate(chain) if i == 0 or each.codec_id != "shuffle"]


def filters(rng, dtype, values):
    """Filters that zarr-python can undo; what is lost on the way is lost there too."""
    chain = []
    kind = dtype.kind
    native = dtype.str
    if kind in "iu" and rng.random() < 0.35:
        # NumPy sums u8 and signed integers as floats: what comes of it is nobody's data.
        wide = dtype.str[1:] == "u8"
        encoded = [each for each in INTEGERS if (each[0] == "u" if wide else each != "u8" or dtype.kind == "u")]
        chain.append(numcodecs.Delta(native, one_of(rng, [None, native, one_of(rng, "<>") + one_of(rng, encoded)])))
    elif kind == "f" and rng.random() < 0.35 and np.isfinite(values.astype("f8")).all() and np.abs(values.astype("f8")).max(initial=0) < 1e6:
        chain.append(
            one_of(
                rng,
                [
                    lambda: numcodecs.FixedScaleOffset(float(rng.integers(-5, 5)), float(one_of(rng, [1, 10, 100, 0.5])), native, one_of(rng, "<>") + one_of(rng, ["i4", "i8", "f8"])),
                    lambda: numcodecs.Quantize(int(rng.integers(1, 6)), native, native),
                    lambda: numcodecs.Delta(native),
                    lambda: numcodecs.AsType(one_of(rng, "<>") + one_of(rng, ["f4", "f8"]), native),
                ],
            )()
        )
    elif kind == "f" and rng.random() < 0.2 and dtype.isnative:
        chain.append(numcodecs.BitRound(int(rng.integers(1, 10))))
    elif kind == "b" and rng.random() < 0.5:
        chain.append(numcodecs.PackBits())
    elif kind == "U" and rng.random() < 0.4:
        labels = sorted(set(values.ravel().tolist()) - {""})
        return [numcodecs.Categorize(labels or ["a"], native, one_of(rng, ["u1", "<i2"]))]
    elif kind in "iu" and rng.random() < 0.2:
        chain.append(numcodecs.AsType(one_of(rng, "<>") + one_of(rng, INTEGERS), native))
    return chain + (byte_filters(rng, dtype.itemsize) if not chain or kind == "b" else [])


def fill_of(rng, dtype, values):
    if rng.random() < 0.3 or values.size == 0:
        return one_of(rng, [0, None]) if dtype.kind not in "SUVc" and not dtype.names else None
    fill = values.ravel()[int(rng.integers(values.size))]
    # zarr-python adds the parts of complex numbers up: that loses infinities and the sign of zero.
    if dtype.kind == "c":
        return fill + 0 if np.isfinite(fill) else dtype.type(1.5 - 2j)
    return fill


def object_array(rng, store, path, shape, chunks):
    words = [w.replace("\0", "") for w in WORDS]
    values = np.array([one_of(rng, words) for _ in range(int(np.prod(shape)))] + [None], object)[:-1].reshape(shape)
    if rng.random() < 0.3 and values.size:
        values.ravel()[rng.random(values.size) < 0.2] = None
    codec = one_of(rng, ["vlen-utf8", "vlen-utf8", "vlen-bytes", "json2", "msgpack2", "categorize"])
    fill = one_of(rng, ["", None, "none"])
    if codec == "vlen-bytes":
        values = np.array([(v or "").encode() + bytes([0, 255]) for v in values.ravel()] + [None], object)[:-1].reshape(shape)
        fill = None
    if codec not in ("json2", "msgpack2"):
        values = np.array([v or "" for v in values.ravel()] + [None], object)[:-1].reshape(shape)
    if codec == "msgpack2" and shape == ():
        codec = "vlen-utf8"
    made = {
        "vlen-utf8": numcodecs.VLenUTF8,
        "vlen-bytes": numcodecs.VLenBytes,
        "json2": lambda: numcodecs.JSON(**one_of(rng, [{}, {"indent": 2}, {"ensure_ascii": False}])),
        "msgpack2": numcodecs.MsgPack,
        "categorize": lambda: numcodecs.Categorize(words, object, one_of(rng, ["u1", "<i2"])),
    }[codec]()
    extra = byte_filters(rng, 1) if codec != "categorize" else []
    array = zarr.create(shape, chunks=chunks, dtype=object, object_codec=made, filters=extra or None, fill_value=fill, store=store, path=path, compressor=compressor(rng, None), overwrite=True)
    if shape == ():
        array[...] = values[()]
    else:
        array[...] = values
    return array


def number_array(rng, store, path, shape, chunks):
    dtype = struct_type(rng) if rng.random() < 0.25 else plain_type(rng)
    dtype = np.dtype("<m8[s]") if dtype == np.dtype("m8") else dtype
    values = values_of(rng, dtype, shape)
    array = zarr.create(
        shape,
        chunks=chunks,
        dtype=dtype,
        store=store,
        path=path,
        order=one_of(rng, "CF"),
        fill_value=fill_of(rng, dtype, values),
        filters=filters(rng, dtype, values) or None,
        compressor=compressor(rng, dtype),
        dimension_separator=one_of(rng, [".", "/"]),
        write_empty_chunks=bool(rng.random() < 0.5),
        overwrite=True,
    )
    # What lies between fields has become a field.
    values = values_of(rng, array.dtype, shape) if dtype.names else values
    if rng.random() < 0.15 and len(shape) > 0 and shape[0] > 1 and array.fill_value is not None:
        array[: shape[0] // 2] = values[: shape[0] // 2]
    elif values.size:
        array[...] = values
    return array


def attributes(rng):
    every = {
        "title": "x", "scale_factor": 0.5, "add_offset": 3, "missing_value": 1, "units": "days since 2000-01-01", "valid_range": [0, 9.5], "n": 12345678901234567890123, "nothing": None, "float": float("nan"),
        "inf": float("-inf"), "nested": {"a": [1, {"b": "ü\u2028\"\\"}]}, "_FillValue": -1, "calendar": "noleap", "flag_values": [0, 1], "flag_meanings": "no yes", "dtype": "bool", "_Unsigned": "true", "coordinates": "x y", "bounds": "g",
    }
    names = [name for name in every if rng.random() < 0.3]
    return {name: every[name] for name in names}


def reads(path_of, array):
    return columns_of(array[...], path_of.split("/")[-1] or "x")


def make(rng, directory):
    """Writes a store to `directory`; what its arrays hold, by path."""
    store = zarr.DirectoryStore(directory)
    single = rng.random() < 0.15
    count = 1 if single else int(rng.integers(1, 6))
    paths = [""] if single else [str(path) for path in rng.permutation(PATHS)[:count]]
    if not single:
        zarr.open_group(store, mode="w").attrs.update(attributes(rng) if rng.random() < 0.3 else {})
    stored = rng.random() < 0.4
    found, about = {}, []
    for path in paths:
        shape = random_shape(rng)
        chunks = random_chunk(rng, shape)
        build = object_array if rng.random() < 0.2 else number_array
        array = build(rng, store, path, shape, chunks)
        if stored:
            array.attrs.update({**attributes(rng), **({"_ARRAY_DIMENSIONS": [f"{path}{i}" for i in range(len(shape))]} if rng.random() < 0.5 else {})})
        keys = [key for key in store.keys() if key.startswith(f"{path}/" if path else "") and "/." not in f"/{key}" and array.fill_value is not None]
        for key in keys:
            if rng.random() < 0.05 and not any(other != path and key.startswith(other + "/") for other in paths):
                del store[key]
        if rng.random() < 0.1 and len(shape) > 0 and all(shape) and array.fill_value is not None:
            array.resize(tuple(int(max(1, n + rng.integers(-3, 6))) for n in shape))
        about.append(f"{path}: {array.dtype.descr if array.dtype.names else array.dtype.str} {array.shape} in {array.chunks} {array.order} {array.filters} {array.compressor} fill {array.fill_value!r}")
    for path in paths:
        found[path] = columns_of(zarr.open_array(store, mode="r", path=path)[...], path.split("/")[-1] or "x")
    if not single and rng.random() < 0.5:
        zarr.consolidate_metadata(store)
    return {"arrays": found, "about": about, "stored": bool(stored or rng.random() < 0.3)}
