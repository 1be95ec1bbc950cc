"""Random stores of version 3, by the writer that follows the specification (test/conformance/spec_writer.py). Called by generate.py."""
import base64
import json
from pathlib import Path

import numpy as np

from dtypes import WORDS, one_of, random_chunk, random_shape, struct_type, values_of
from spec_writer import write
from values import columns_of

NUMBERS = {"int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8", "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8", "float16": "f2", "float32": "f4", "float64": "f8", "complex64": "c8", "complex128": "c16", "bool": "?"}
NAMES = {dtype: name for name, dtype in NUMBERS.items()}
PATHS = ["x", "a b", "ha#sh", "ünï", "a.b", "0", "c", "g/x", "g/deep/y", "zarr", "select", "c0"]


def codec(name, **configuration):
    return {"name": name, "configuration": configuration} if configuration else {"name": name}


def type_name(dtype):
    """How metadata say it; struct fields in either of two forms."""
    dtype = np.dtype(dtype)
    if dtype.names:
        return codec("struct", fields=[{"name": name, "data_type": type_name(dtype[name])} for name in dtype.names])
    if dtype.kind == "U":
        return codec("fixed_length_utf32", length_bytes=dtype.itemsize)
    if dtype.kind == "S":
        return codec("null_terminated_bytes", length_bytes=dtype.itemsize)
    if dtype.kind == "V":
        return f"r{8 * dtype.itemsize}"
    if dtype.kind in "mM":
        unit, step = np.datetime_data(dtype)
        return codec("numpy.datetime64" if dtype.kind == "M" else "numpy.timedelta64", unit=unit, scale_factor=step)
    return NAMES[dtype.str.lstrip("<>|=").replace("b1", "?")]


def fill_json(rng, value):
    """One of the forms in which the specification lets a fill value be written."""
    if value.dtype.names:
        return {name: fill_json(rng, value[name]) for name in value.dtype.names}
    kind = value.dtype.kind
    if kind == "b":
        return bool(value)
    if kind in "iu":
        return int(value)
    if kind == "f":
        size = value.dtype.itemsize
        bits = "0x" + np.asarray(value, f">f{size}").tobytes().hex()
        if np.isnan(value):
            return one_of(rng, ["NaN", bits])
        if np.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return one_of(rng, [float(value), float(value), bits])
    if kind == "c":
        return [fill_json(rng, value.real), fill_json(rng, value.imag)]
    if kind in "mM":
        return int(value.astype("i8")) if not np.isnat(value) or rng.random() < 0.5 else "NaT"
    if kind == "U":
        return str(value)
    return base64.b64encode(value.tobytes()).decode() if kind == "S" else one_of(rng, [list(value.tobytes()), base64.b64encode(value.tobytes()).decode()])


def random_type(rng):
    roll = rng.random()
    if roll < 0.65:
        return np.dtype(one_of(rng, list(NUMBERS.values())))
    if roll < 0.75:
        return struct_of(rng)
    if roll < 0.85:
        return np.dtype(f"{one_of(rng, 'mM')}8[{one_of(rng, ['', '10'])}{one_of(rng, ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns'])}]")
    return np.dtype(one_of(rng, [f"U{rng.integers(1, 9)}", f"S{rng.integers(2, 9)}", f"V{rng.integers(1, 9)}"]))


def struct_of(rng):
    """In version 3 the byte order is that of the whole."""
    return native(struct_type(rng, extras=False))


def native(dtype):
    if dtype.names:
        return np.dtype([(name, native(dtype[name])) for name in dtype.names])
    if dtype.kind in "mM" and np.datetime_data(dtype)[0] == "generic":
        return np.dtype("m8[s]")
    return dtype.newbyteorder("=")


def compressors(rng, itemsize):
    chain = []
    for _ in range(int(one_of(rng, [0, 1, 1, 1, 2]))):
        chain.append(
            one_of(
                rng,
                [
                    lambda: codec("gzip", level=int(rng.integers(0, 10))),
                    lambda: codec("zstd", level=int(rng.integers(-2, 15)), checksum=bool(rng.random() < 0.5)),
                    lambda: codec("blosc", cname=one_of(rng, ["lz4", "lz4hc", "zstd", "zlib", "blosclz", "snappy"]), clevel=int(rng.integers(0, 10)), shuffle=one_of(rng, ["noshuffle", "shuffle", "bitshuffle"]), typesize=1 if chain else min(255, itemsize), blocksize=int(one_of(rng, [0, 0, 256]))),
                    lambda: codec("crc32c"),
                    lambda: codec("numcodecs.zlib", level=int(rng.integers(0, 10))),
                    lambda: codec("numcodecs.bz2", level=1),
                    lambda: codec("numcodecs.lz4", acceleration=1),
                    lambda: codec("numcodecs.adler32"),
                    lambda: codec("numcodecs.crc32"),
                    lambda: codec("numcodecs.lzma", preset=1),
                    lambda: codec("numcodecs.zstd", level=3),
                ],
            )()
        )
    return chain


def divisor(rng, size):
    return int(one_of(rng, [n for n in range(1, size + 1) if size % n == 0]))


def chain_for(rng, dtype, shape, depth, is_text):
    """Codecs of a chunk of this shape (in the order of its axes there)."""
    chain = []
    rank = len(shape)
    if rank > 0 and rng.random() < 0.3:
        order = [int(axis) for axis in rng.permutation(rank)]
        chain.append(codec("transpose", order=order))
        shape = [shape[axis] for axis in order]
    if depth < 2 and rng.random() < 0.35:
        inner = [divisor(rng, n) for n in shape]
        endian = one_of(rng, ["little", "little", "big"])
        index = [codec("bytes", endian=endian)] + ([codec("crc32c")] if rng.random() < 0.7 else [])
        options = {"index_location": one_of(rng, ["start", "end"])} if rng.random() < 0.6 else {}
        sharding = codec("sharding_indexed", chunk_shape=inner, codecs=chain_for(rng, dtype, inner, depth + 1, is_text), index_codecs=index, **options)
        return [*chain, sharding, *(compressors(rng, 1) if rng.random() < 0.2 else [])]
    if is_text:
        return [*chain, is_text, *compressors(rng, 1)]
    if dtype.kind in "iu" and not chain and rng.random() < 0.15:
        chain.append(codec("numcodecs.delta", dtype=dtype.str, astype=dtype.str))
    endian = {} if dtype.itemsize == 1 and rng.random() < 0.5 else {"endian": one_of(rng, ["little", "little", "big"])}
    return [*chain, codec("bytes", **endian), *compressors(rng, dtype.itemsize)]


def grid_for(rng, shape):
    """The grid, and the shape that shards have to divide: None where chunks differ."""
    if shape and all(shape) and rng.random() < 0.15:
        lengths = []
        for size in shape:
            edges = []
            while sum(edges) < size:
                edges.append(int(rng.integers(1, size + 2)))
            runs = [[n, 1] if rng.random() < 0.3 else n for n in edges]
            lengths.append(one_of(rng, [runs, int(rng.integers(1, size + 1))]))
        return codec("rectilinear", kind="inline", chunk_shapes=lengths), None
    chunk = random_chunk(rng, shape)
    return {"name": "regular", "configuration": {"chunk_shape": list(chunk)}}, chunk


def array(rng):
    shape = random_shape(rng)
    grid, chunk = grid_for(rng, shape)
    size = int(np.prod(shape))
    skip_share = one_of(rng, [0, 0, 0.2])
    extra = {}
    if rng.random() < 0.5:
        names = [f"d{axis}{rng.integers(10**9)}" for axis in range(len(shape))]
        extra["dimension_names"] = [None if rng.random() < 0.2 else name for name in names]
    if rng.random() < 0.1:
        extra["attributes"] = {"a": [1, {"b": "ü"}], "n": 12345678901234567890}
    if rng.random() < 0.1:
        extra["storage_transformers"] = []
    keys = one_of(rng, [None, None, codec("default", separator="."), codec("v2", separator="/"), codec("v2", separator="."), {"name": "v2"}, {"name": "default"}])
    if rng.random() < 0.15 and chunk is not None:
        is_bytes = rng.random() < 0.4
        words = [w.encode() for w in WORDS] if is_bytes else WORDS
        values = np.array([one_of(rng, words) for _ in range(size)] + [None], object)[:-1].reshape(shape)
        fill = one_of(rng, words[:3])
        serializer = one_of(rng, [{"name": "vlen-bytes"}] if is_bytes else [{"name": "vlen-utf8"}, "vlen-utf8"])
        codecs = chain_for(rng, values.dtype, chunk, 0, serializer)
        extra["fill_value"] = base64.b64encode(fill).decode() if is_bytes else fill
        name = one_of(rng, ["bytes", "variable_length_bytes"]) if is_bytes else "string"
    else:
        dtype = random_type(rng)
        values = values_of(rng, dtype, shape)
        fill = values.ravel()[0] if size and rng.random() < 0.7 else np.zeros((), dtype)[()]
        if dtype.names:
            fill = np.asarray(fill, dtype)
        extra["fill_value"] = fill_json(rng, np.asarray(fill, dtype)[()] if not dtype.names else fill)
        codecs = chain_for(rng, dtype, chunk, 0, None) if chunk is not None else plain_chain(rng, dtype)
        name = type_name(dtype)
    left_out = []

    def skip(corner):
        if rng.random() < skip_share:
            left_out.append(corner)
        return left_out[-1:] == [corner]

    files = write(values, name, codecs, grid=grid, keys=keys, skip=skip, **{"fill_value": fill, **extra, "fill": fill})
    for corner in left_out:
        values[corner] = fill
    return files, values, f"{json.dumps(name)} {values.shape} {json.dumps(grid)} {json.dumps(codecs)} {json.dumps(keys)} {extra}"


def plain_chain(rng, dtype):
    return [codec("bytes", endian=one_of(rng, ["little", "big"])), *compressors(rng, dtype.itemsize)]


def make(rng, directory):
    single = rng.random() < 0.2
    paths = [""] if single else [str(path) for path in rng.permutation(PATHS)[: int(rng.integers(1, 5))]]
    arrays, about, nodes = {}, [], {}
    for path in paths:
        files, values, told = array(rng)
        about.append(f"{path}: {told}")
        for key, data in files.items():
            put(directory, f"{path}/{key}".lstrip("/"), data)
        nodes[path] = json.loads(files["zarr.json"])
        arrays[path] = columns_of(values, path.split("/")[-1] or "x")
    if not single:
        group = {"zarr_format": 3, "node_type": "group", "attributes": {}}
        for parent in {"/".join(path.split("/")[:i]) for path in paths for i in range(1, len(path.split("/")))}:
            put(directory, f"{parent}/zarr.json", json.dumps(group).encode())
            nodes[parent] = group
        if rng.random() < 0.5:
            group = {**group, "consolidated_metadata": {"kind": "inline", "must_understand": False, "metadata": nodes}}
        put(directory, "zarr.json", json.dumps(group).encode())
    return {"arrays": arrays, "about": about, "stored": bool(rng.random() < 0.3)}


def put(directory, key, data):
    path = Path(directory) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
