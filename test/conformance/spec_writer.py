"""Writes arrays of Zarr version 3 from the text of the specification: chunks, shards, codecs, grids. For make.py.

Nothing here knows any implementation of Zarr; compressors come from numcodecs, zlib and libzstd.
"""
import gzip
import itertools
import json
import struct

import numcodecs
import numpy as np

ABSENT = 2**64 - 1


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return (crc ^ 0xFFFFFFFF).to_bytes(4, "little")


def name_of(codec):
    return codec if isinstance(codec, str) else codec["name"]


def options_of(codec):
    return {} if isinstance(codec, str) else codec.get("configuration", {})


def blosc(options, data):
    shuffle = {"noshuffle": 0, "shuffle": 1, "bitshuffle": 2}[options["shuffle"]]
    size = options.get("typesize", 1)
    numcodecs.blosc.use_threads = False
    array = np.frombuffer(data, f"V{size}") if data else np.empty(0, f"V{size}")
    return bytes(numcodecs.blosc.compress(array, options["cname"].encode(), options["clevel"], shuffle, options["blocksize"]))


BYTES_TO_BYTES = {
    "gzip": lambda options, data: gzip.compress(data, options["level"], mtime=0),
    "zstd": lambda options, data: bytes(numcodecs.Zstd(options["level"]).encode(data)),
    "blosc": blosc,
    "crc32c": lambda options, data: data + crc32c(data),
}


def permutation(order, rank):
    return {"C": list(range(rank)), "F": list(range(rank))[::-1]}.get(order) if isinstance(order, str) else order


def is_all(value, fill):
    """Whether every cell has the fill value: bit for bit, -0 is no 0."""
    whole = np.empty_like(value)
    whole[...] = fill
    if value.dtype == object:
        return bool(np.array_equal(value, whole))
    return np.ascontiguousarray(value).tobytes() == np.ascontiguousarray(whole).tobytes()


def encode(value, codecs, fill):
    """A chunk (an array of the full shape of a chunk) to bytes, or None where all of it is the fill value."""
    if is_all(value, fill):
        return None
    for codec in codecs:
        name, options = name_of(codec), options_of(codec)
        if name == "transpose":
            value = value.transpose(permutation(options["order"], value.ndim))
        elif name == "bytes":
            order = {"little": "<", "big": ">", None: "="}[options.get("endian")]
            value = np.ascontiguousarray(value).astype(value.dtype.newbyteorder(order)).tobytes()
        elif name == "vlen-utf8":
            value = bytes(numcodecs.VLenUTF8().encode(np.ascontiguousarray(value).ravel()))
        elif name == "vlen-bytes":
            value = bytes(numcodecs.VLenBytes().encode(np.ascontiguousarray(value).ravel()))
        elif name == "sharding_indexed":
            value = shard(value, options, fill)
        elif name in BYTES_TO_BYTES:
            value = BYTES_TO_BYTES[name](options, value)
        else:
            codec = numcodecs.get_codec({"id": name.removeprefix("https://zarr.dev/numcodecs/").removeprefix("numcodecs."), **options})
            encoded = codec.encode(np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value)
            value = np.asarray(encoded).reshape(-1) if isinstance(value, np.ndarray) else bytes(encoded)
    return value


def shard(value, options, fill):
    inner = options["chunk_shape"]
    counts = [size // step for size, step in zip(value.shape, inner)]
    at_start = options.get("index_location", "end") == "start"
    index_bytes = 16 * int(np.prod(counts)) + (4 if "crc32c" in map(name_of, options["index_codecs"]) else 0)
    body, entries = b"", []
    for place in itertools.product(*map(range, counts)):
        # The dots keep an array without dimensions an array.
        cells = value[(..., *(slice(i * step, (i + 1) * step) for i, step in zip(place, inner)))]
        chunk = encode(cells, options["codecs"], fill)
        entries.append((ABSENT, ABSENT) if chunk is None else (len(body) + at_start * index_bytes, len(chunk)))
        body += chunk or b""
    index = np.array(entries, "u8").reshape(*counts, 2)
    order = {"little": "<", "big": ">"}[options["index_codecs"][0]["configuration"]["endian"]]
    index = index.astype(order + "u8").tobytes()
    if index_bytes % 16:
        index += crc32c(index)
    return index + body if at_start else body + index


def edges_of(grid, shape):
    """The chunk lengths along each axis: of regular grids as many as are needed."""
    options = grid["configuration"]
    if grid["name"] == "regular":
        return [[step] * -(-size // step) for size, step in zip(shape, options["chunk_shape"])]
    edges = []
    for size, spec in zip(shape, options["chunk_shapes"]):
        if isinstance(spec, int):
            edges.append([spec] * -(-size // spec))
        else:
            edges.append([edge for item in spec for edge in ([item] if isinstance(item, int) else [item[0]] * item[1])])
    return edges


def key_of(encoding, place):
    separator = encoding.get("configuration", {}).get("separator", "/" if encoding["name"] == "default" else ".")
    parts = (["c"] if encoding["name"] == "default" else []) + [str(i) for i in place]
    return separator.join(parts) or "0"


def leaves_out(skip, place, corner):
    return skip(corner) if callable(skip) else place in skip


def write(data, data_type, codecs, fill=0, grid=None, chunk=None, keys=None, skip=(), **metadata):
    """The files of one array; `skip` are places of chunks that are not written, or tells by slices. `metadata` replaces what zarr.json has."""
    grid = grid or {"name": "regular", "configuration": {"chunk_shape": list(chunk or data.shape)}}
    keys = keys or {"name": "default", "configuration": {"separator": "/"}}
    node = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(data.shape),
        "data_type": data_type,
        "chunk_grid": grid,
        "chunk_key_encoding": keys,
        "fill_value": fill,
        "codecs": codecs,
        "attributes": {},
        **metadata,
    }
    files = {}
    edges = edges_of(grid, data.shape)
    value = fill if isinstance(fill, (int, float, bool, np.generic, np.ndarray)) or data.dtype == object else 0
    for place in itertools.product(*[range(len(each)) for each in edges]):
        starts = [sum(each[:i]) for each, i in zip(edges, place)]
        full = [each[i] for each, i in zip(edges, place)]
        cells = np.empty(full, data.dtype)
        cells[...] = value
        corner = tuple(slice(start, start + size) for start, size in zip(starts, full))
        part = data[corner]
        cells[tuple(slice(0, size) for size in part.shape)] = part
        chunk_bytes = None if leaves_out(skip, place, corner) else encode(cells, codecs, value)
        if chunk_bytes is not None:
            files[key_of(keys, place)] = chunk_bytes
    files["zarr.json"] = json.dumps(node).encode()
    return files
