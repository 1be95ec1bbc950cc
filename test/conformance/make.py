#!/usr/bin/python3
"""Writes cases.jsonl: small stores, one feature each, and what they hold. Read by conformance.test.ts, told by docs/zarr.md.

Run by hand with Debian's python3-zarr (2.13) and python3-numcodecs (0.11); the result is committed. Version 2 is written and
read back by zarr-python. Version 3 is written by spec_writer.py, which follows the specification.

A line: section, feature, version, by (who says what the values are), files (base64), and one of
- columns: by name the type and the bytes of all values in C order, and where they are not NULL; or texts;
- damaged: true: reading all of it must be an error that names the array.
- unsupported: true: valid, but no values are known here: it may be refused.
"""
import base64
import json
import lzma
import warnings
from pathlib import Path

import numcodecs
import numpy as np
import zarr

from spec_writer import crc32c, write
from values import columns_of

warnings.simplefilter("ignore")
numcodecs.blosc.use_threads = False
rng = np.random.default_rng(11)
lines = []


def add(section, feature, version, by, files, values=None, **what):
    """A store; `values` as an array."""
    packed = {key: base64.b64encode(bytes(data)).decode() for key, data in sorted(files.items())}
    line = dict(section=section, feature=feature, version=version, by=by, files=packed, **what)
    if values is not None:
        values = np.asarray(values)
        line["shape"] = list(values.shape)
        line["columns"] = columns_of(values, "x")
    lines.append(line)


def sample(shape, dtype="<i4"):
    count = int(np.prod(shape))
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return np.cumsum(rng.normal(0, 1, count)).astype(dtype).reshape(shape)
    if dtype.kind == "b":
        return (rng.random(count) > 0.5).reshape(shape)
    return np.cumsum(rng.integers(0, 3, count)).astype(dtype).reshape(shape)


# Version 2


def v2(section, feature, data, broken=None, skip=(), values=None, **options):
    store = {}
    chunks = options.pop("chunks", tuple(max(1, -(-size // 2)) for size in data.shape))
    array = zarr.create(shape=data.shape, dtype=data.dtype, chunks=chunks, store=store, **options)
    if data.size:
        array[...] = data
    for key in skip:
        del store[key]
    expected = array[...] if values is None else values
    if broken:
        broken(store)
        add(section, feature, 2, "by hand", store, damaged=True)
    else:
        add(section, feature, 2, "zarr-python", store, expected)
    return store


def v3(section, feature, data, data_type, codecs, values=None, broken=None, **options):
    files = write(data, data_type, codecs, **options)
    if broken:
        broken(files)
        add(section, feature, 3, "by hand", files, damaged=True)
    else:
        add(section, feature, 3, "specification", files, data if values is None else values)


little = {"name": "bytes", "configuration": {"endian": "little"}}
big = {"name": "bytes", "configuration": {"endian": "big"}}
checksum = {"name": "crc32c"}
gzip5 = {"name": "gzip", "configuration": {"level": 5}}


def codec(name, **configuration):
    return {"name": name, "configuration": configuration}


def transpose(*order):
    return codec("transpose", order=list(order))


def compressors():
    section = "Compressors"
    data = sample((24, 20), "<f4").round(1)
    v2(section, "none", data, compressor=None)
    for name, compressor in {
        "zlib": numcodecs.Zlib(5),
        "gzip": numcodecs.GZip(5),
        "bz2": numcodecs.BZ2(5),
        "lzma, as xz": numcodecs.LZMA(preset=1),
        "lzma, as .lzma": numcodecs.LZMA(format=lzma.FORMAT_ALONE, check=-1, preset=1),
        "lzma, raw with a delta": numcodecs.LZMA(
            format=lzma.FORMAT_RAW, check=-1, filters=[dict(id=lzma.FILTER_DELTA, dist=4), dict(id=lzma.FILTER_LZMA2, preset=1)]
        ),
        "lzma, raw, LZMA1": numcodecs.LZMA(format=lzma.FORMAT_RAW, check=-1, filters=[dict(id=lzma.FILTER_LZMA1, preset=1)]),
        "lz4": numcodecs.LZ4(),
        "zstd": numcodecs.Zstd(3),
        "base64": numcodecs.Base64(),
    }.items():
        v2(section, name, data, compressor=compressor)
    for cname in ["blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"]:
        for shuffle, label in enumerate(["no shuffle", "byte shuffle", "bit shuffle"]):
            v2(section, f"blosc {cname}, {label}", data, compressor=numcodecs.Blosc(cname, 5, shuffle, 512))
    v2(section, "blosc, stored", rng.random((9, 9)), compressor=numcodecs.Blosc("lz4", 0))
    for name, codecs in {
        "none": [],
        "gzip": [gzip5],
        "zstd": [codec("zstd", level=3, checksum=False)],
        "gzip, then crc32c": [gzip5, checksum],
        "numcodecs.zlib": [codec("numcodecs.zlib", level=3)],
        "numcodecs.bz2": [codec("numcodecs.bz2", level=3)],
        "numcodecs.lzma": [codec("numcodecs.lzma", format=1, check=-1, preset=None, filters=None)],
        "numcodecs.lz4": [codec("numcodecs.lz4", acceleration=1)],
        "https://zarr.dev/numcodecs/zlib": [codec("https://zarr.dev/numcodecs/zlib", level=3)],
        "numcodecs.shuffle, numcodecs.zlib": [codec("numcodecs.shuffle", elementsize=4), codec("numcodecs.zlib", level=3)],
    }.items():
        v3(section, name, data, "float32", [little, *codecs], chunk=(24, 10))
    for cname in ["blosclz", "lz4", "lz4hc", "zlib", "zstd", "snappy"]:
        for shuffle in ["noshuffle", "shuffle", "bitshuffle"]:
            options = dict(cname=cname, clevel=5, shuffle=shuffle, typesize=4, blocksize=512)
            v3(section, f"blosc {cname}, {shuffle}", data, "float32", [little, codec("blosc", **options)], chunk=(24, 10))


def filters():
    section = "Filters"
    whole = sample((12, 9))
    real = sample((12, 9), "<f8").round(2)
    for name, data, chain in [
        ("delta", whole, [numcodecs.Delta("<i4")]),
        ("delta to i1", whole, [numcodecs.Delta("<i4", "<i1")]),
        ("delta, big-endian", whole.astype(">i4"), [numcodecs.Delta(">i4", ">i2")]),
        ("fixedscaleoffset", real, [numcodecs.FixedScaleOffset(10, 100, "<f8", "<i4")]),
        ("fixedscaleoffset, big-endian", real.astype(">f8"), [numcodecs.FixedScaleOffset(10, 100, ">f8", ">i4")]),
        ("shuffle", real, [numcodecs.Shuffle(8)]),
        ("shuffle of another size", real, [numcodecs.Shuffle(4)]),
        ("bitround", real, [numcodecs.BitRound(9)]),
        ("quantize", real, [numcodecs.Quantize(1, "<f8", "<f4")]),
        ("astype", whole.astype("<i8"), [numcodecs.AsType("<i2", "<i8")]),
        ("packbits", sample((7, 9), "?"), [numcodecs.PackBits()]),
        ("crc32", whole, [numcodecs.CRC32()]),
        ("adler32", whole, [numcodecs.Adler32()]),
        ("categorize", np.array(["a", "bb", "", "a", "ccc"], "<U3"), [numcodecs.Categorize(["a", "bb", "ccc"], "<U3")]),
        ("delta, shuffle, crc32", whole, [numcodecs.Delta("<i4"), numcodecs.Shuffle(4), numcodecs.CRC32()]),
    ]:
        v2(section, name, data, filters=chain, compressor=numcodecs.Zlib(1))
    words = np.array(["sun", "", "Zürich", "東京", "rain", "sun", "x"], object)
    for name, by in [("json2", numcodecs.JSON()), ("msgpack2", numcodecs.MsgPack()), ("categorize of objects", numcodecs.Categorize(["sun", "Zürich", "東京", "rain", "x"], object)), ("vlen-utf8", numcodecs.VLenUTF8())]:
        v2(section, f"{name}, texts", words, object_codec=by, compressor=None, chunks=(4,))
    numbers = np.empty(3, object)
    numbers[:] = [1.5, {"a": 1}, None]
    things = [1.5, {"a": [1, None, "é"]}, None, True, "text", 2**53 + 1, -(2**63), 0, [1, [2, 3]], -0.0, 1e300, ""]
    cells = np.empty(len(things), object)
    for i, thing in enumerate(things):
        cells[i] = thing
    # Texts are what they are, all else is its JSON.
    said = np.array([v if v is None or isinstance(v, str) else json.dumps(v, separators=(",", ":")) for v in things], object)
    for name, by in [("json2", numcodecs.JSON()), ("json2, indented", numcodecs.JSON(indent=2))]:
        v2(section, f"{name}, objects", cells, values=said, object_codec=by, compressor=None, chunks=(5,), fill_value=None)
    said = np.array([v if v is None or isinstance(v, str) else json.dumps(v, separators=(",", ":"), ensure_ascii=False) for v in things], object)
    said[things.index(1e300)] = "1e+300"
    v2(section, "msgpack2, objects", cells, values=said, object_codec=numcodecs.MsgPack(), compressor=None, chunks=(5,), fill_value=None)
    pairs = np.array([[1, 2.5], [None, "x"], [0, False]], object)
    said = np.array([["1", "2.5"], [None, "x"], ["0", "false"]], object)
    for name, by in [("json2", numcodecs.JSON()), ("msgpack2", numcodecs.MsgPack())]:
        v2(section, f"{name}, objects, two dimensions", pairs, values=said, object_codec=by, compressor=None, chunks=(2, 2), fill_value=None)
    missing = np.array([7, 8, 5, 5], object)
    v2(section, "json2, objects, chunks that are missing", missing, values=np.array(["7", "8", "5", "5"], object), object_codec=numcodecs.JSON(), compressor=None, chunks=(2,), fill_value=5, skip=["1"])
    store = {}
    zarr.create(shape=3, dtype=object, chunks=3, store=store, object_codec=numcodecs.Pickle(), compressor=None)[...] = numbers
    add(section, "pickle", 2, "by hand", store, unsupported=True)
    plain = v2(section, "fletcher32 (by hand)", whole, compressor=None, filters=None)
    lines.pop()
    meta = json.loads(plain[".zarray"])
    meta["filters"] = [{"id": "fletcher32"}]
    files = {".zarray": json.dumps(meta).encode(), **{key: data + fletcher32(data) for key, data in plain.items() if key[0] != "."}}
    add(section, "fletcher32", 2, "definition", files, whole)
    meta["filters"] = [{"id": "crc32c"}]
    files = {".zarray": json.dumps(meta).encode(), **{key: data + crc32c(data) for key, data in plain.items() if key[0] != "."}}
    add(section, "crc32c", 2, "definition", files, whole)
    for name in ("zfpy", "pcodec"):
        meta["filters"] = [{"id": name}]
        add(section, name, 2, "by hand", {**plain, ".zarray": json.dumps(meta).encode()}, unsupported=True)
    hundredths = np.arange(108, dtype="f8").reshape(12, 9) / 100 + 10
    for name, data, kind, chain in [
        ("numcodecs.delta", whole, "int32", [codec("numcodecs.delta", dtype="<i4", astype="<i2")]),
        ("numcodecs.fixedscaleoffset", hundredths, "float64", [codec("numcodecs.fixedscaleoffset", offset=10, scale=100, dtype="float64", astype="int32")]),
        ("numcodecs.quantize", real.astype("f4").astype("f8"), "float64", [codec("numcodecs.quantize", digits=9, dtype="<f8", astype="<f4")]),
        ("numcodecs.astype", whole.astype("<i8"), "int64", [codec("numcodecs.astype", encode_dtype="<i2", decode_dtype="<i8")]),
        ("numcodecs.bitround", real.astype("f4").astype("f8"), "float64", [codec("numcodecs.bitround", keepbits=40)]),
        ("numcodecs.packbits", sample((8, 8), "?"), "bool", [codec("numcodecs.packbits")]),
    ]:
        for order in (little, big):
            after = [codec("numcodecs.crc32"), codec("numcodecs.adler32")]
            v3(section, f"{name}, {order['configuration']['endian']}-endian", data, kind, [*chain, order, *after], chunk=tuple(-(-size // 2) for size in data.shape))


def fletcher32(data):
    a = b = 0
    for word in np.frombuffer(data, ">u2").tolist():
        a = (a + word) % 65535
        b = (b + a) % 65535
    return (b << 16 | a).to_bytes(4, "little")


def layouts():
    section = "Layouts"
    for order in "CF":
        for separator in "./":
            data = sample((7, 5, 3))
            v2(section, f"order {order}, separator {separator}", data, order=order, dimension_separator=separator, chunks=(3, 2, 2), compressor=None)
    v2(section, "no dimensions", np.array(42, "<i4"), chunks=(), compressor=None)
    v2(section, "length 0", np.zeros((0, 3)), compressor=None)
    v2(section, "chunks longer than the array", sample((3, 4)), chunks=(10, 5))
    v2(section, "five dimensions, one cell a chunk", sample((2, 3, 1, 2, 2)), chunks=(1, 1, 1, 1, 1), compressor=None)
    v2(section, "missing chunks", sample((6, 6)), chunks=(3, 3), skip=("0.1", "1.0"), fill_value=-7, compressor=None)
    v2(section, "missing chunks, fill_value null", sample((3,)), chunks=(3,), fill_value=None, compressor=None)
    for verb, size in (("grown", 9), ("shrunk", 4)):
        store = {}
        array = zarr.create(shape=7, chunks=3, dtype="<i2", fill_value=-1, store=store, compressor=None)
        array[...] = np.arange(7)
        array.resize(size)
        add(section, f"an array that has {verb}", 2, "zarr-python", store, array[...])
    data = sample((6, 4, 5))
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 2, 1], [1, 0, 2]):
        v3(section, f"transpose {order}", data, "int32", [transpose(*order), little], chunk=(2, 3, 4))
    for order in "CF":
        v3(section, f'transpose "{order}" (drafts)', data, "int32", [codec("transpose", order=order), little], chunk=(2, 3, 4))
    v3(section, "two transposes, big-endian", data, "int32", [transpose(1, 2, 0), transpose(1, 0, 2), big, gzip5], chunk=(2, 3, 4))
    for name in ("default", "v2"):
        for separator in "./":
            keys = codec(name, separator=separator)
            v3(section, f"chunk keys {name}, separator {separator}", data, "int32", [little], chunk=(4, 4, 4), keys=keys)
        v3(section, f"chunk keys {name}, separator not told", data, "int32", [little], chunk=(4, 4, 4), keys={"name": name})
    v3(section, "no dimensions", np.array(42, "<i4"), "int32", [little])
    v3(section, "length 0", np.zeros((0, 3)), "float64", [little], chunk=(1, 3))
    v3(section, "chunks longer than the array", sample((3, 4)), "int32", [little], chunk=(10, 5))
    data = sample((6, 6))
    v3(section, "missing chunks", data, "int32", [little], chunk=(3, 3), fill=-7, skip=[(0, 1), (1, 0)], values=np.where(np.kron([[0, 1], [1, 0]], np.ones((3, 3))), -7, data))


def sharded(chunk_shape, codecs, index=(little, checksum), **options):
    return codec("sharding_indexed", chunk_shape=list(chunk_shape), codecs=codecs, index_codecs=list(index), **options)


def shards():
    section = "Shards"
    data = sample((10, 12), "<i4")
    data[4:6] = 0
    outer = dict(chunk=(4, 6))
    for place in ("end", "start"):
        v3(section, f"index at the {place}", data, "int32", [sharded((2, 3), [little, gzip5], index_location=place)], **outer)
    v3(section, "index without its checksum", data, "int32", [sharded((2, 3), [little], index=[little])], **outer)
    v3(section, "index big-endian", data, "int32", [sharded((2, 3), [big], index=[big, checksum])], **outer)
    v3(section, "inner chunks with crc32c", data, "int32", [sharded((2, 3), [little, gzip5, checksum])], **outer)
    v3(section, "inner chunks with blosc", data, "int32", [sharded((2, 3), [little, codec("blosc", cname="lz4", clevel=5, shuffle="shuffle", typesize=4, blocksize=0)])], **outer)
    v3(section, "inner chunks transposed", data, "int32", [sharded((2, 3), [transpose(1, 0), little])], **outer)
    v3(section, "shards transposed", data, "int32", [transpose(1, 0), sharded((3, 2), [little])], **outer)
    v3(section, "transposed, in shards transposed", data, "int32", [transpose(1, 0), sharded((3, 2), [transpose(1, 0), little])], **outer)
    cube = sample((4, 6, 8))
    v3(section, "shards turned in three dimensions", cube, "int32", [transpose(2, 0, 1), sharded((4, 1, 3), [transpose(1, 2, 0), little])], chunk=(2, 6, 8))
    v3(section, "one inner chunk", data, "int32", [sharded((4, 6), [little])], **outer)
    v3(section, "no dimensions", np.array(7, "<i4"), "int32", [sharded((), [little])])
    v3(section, "shards that are missing", data, "int32", [sharded((2, 3), [little])], skip=[(0, 0), (2, 1)], values=np.where(np.kron([[1, 0], [0, 0], [0, 1]], np.ones((4, 6)))[:10], 0, data), **outer)
    v3(section, "fill value -1, inner chunks that are missing", np.where(data < 30, -1, data), "int32", [sharded((1, 2), [little])], fill=-1, **outer)
    nested = [sharded((4, 6), [sharded((2, 3), [little, gzip5], index_location="start")], index_location="end")]
    v3(section, "shards in shards", data, "int32", nested, chunk=(8, 12))
    nested = [transpose(1, 0), sharded((6, 4), [transpose(1, 0), sharded((2, 3), [big, checksum])], index_location="start")]
    v3(section, "shards in shards, turned", data, "int32", nested, chunk=(8, 12))
    for name, around in {"gzip": [gzip5], "crc32c": [checksum], "gzip, crc32c": [gzip5, checksum]}.items():
        v3(section, f"{name} around shards", data, "int32", [sharded((2, 3), [little]), *around], **outer)
    nested = [sharded((4, 6), [sharded((2, 3), [little]), gzip5]), checksum]
    v3(section, "shards in shards, both wrapped", data, "int32", nested, chunk=(8, 12))
    v3(section, "numcodecs.delta in inner chunks", data, "int32", [sharded((2, 3), [codec("numcodecs.delta", dtype="<i4", astype="<i4"), little])], **outer)
    v3(section, "numcodecs.fixedscaleoffset around shards", sample((10, 12), "f8").round(1), "float64", [sharded((2, 3), [codec("numcodecs.fixedscaleoffset", offset=0, scale=10, dtype="<f8", astype="<i4"), little])], **outer)
    words = np.array(["sun", "", "Zürich", "東京", "rain", "sun", "x"], object)
    v3(section, "texts in shards", words, "string", [sharded((2,), ["vlen-utf8"])], chunk=(4,), fill="")

    def index_bit(files):
        files["c/0/0"] = files["c/0/0"][:-6] + bytes([files["c/0/0"][-6] ^ 1]) + files["c/0/0"][-5:]

    v3(section, "index with a flipped bit", data, "int32", [sharded((2, 3), [little])], broken=index_bit, **outer)
    for name, index in (("", [little, checksum]), (", no checksum", [little])):
        v3(section, f"a shard that is cut{name}", data, "int32", [sharded((2, 3), [little], index=index)], broken=lambda files: files.update({"c/0/0": files["c/0/0"][:-9]}), **outer)
        v3(section, f"a shard that is cut, index at the start{name}", data, "int32", [sharded((2, 3), [little], index=index, index_location="start")], broken=lambda files: files.update({"c/0/0": files["c/0/0"][:-9]}), **outer)
    for name, index in (("", [little, checksum]), (", no checksum", [little])):
        v3(section, f"a shard without its first bytes{name}", data, "int32", [sharded((2, 3), [little], index=index)], broken=lambda files: files.update({"c/0/0": files["c/0/0"][9:]}), **outer)
    v3(section, "a shard of a few bytes", data, "int32", [sharded((2, 3), [little])], broken=lambda files: files.update({"c/0/0": b"abc"}), **outer)

    def beyond(files):
        index = np.frombuffer(files["c/0/0"][-64:], "<u8").copy()
        index[2] = 10**6
        files["c/0/0"] = files["c/0/0"][:-64] + index.tobytes()

    v3(section, "an index that leads out of the shard", data, "int32", [sharded((2, 3), [little], index=[little])], broken=beyond, **outer)

    def overlapping(files):
        index = np.frombuffer(files["c/0/0"][-64:], "<u8").copy()
        index[2] -= 12
        files["c/0/0"] = files["c/0/0"][:-64] + index.tobytes()

    v3(section, "chunks that lie in each other", data, "int32", [sharded((2, 3), [little], index=[little])], broken=overlapping, **outer)
    v3(section, "inner chunks that do not divide shards", data, "int32", [little], chunk=(4, 6), broken=lambda files: recode(files, [sharded((3, 3), [little])]))


def recode(files, codecs):
    node = json.loads(files["zarr.json"])
    node["codecs"] = codecs
    files["zarr.json"] = json.dumps(node).encode()


def rectilinear(*shapes):
    return codec("rectilinear", kind="inline", chunk_shapes=list(shapes))


def grids():
    section = "Rectilinear grids"
    line, plane = sample((17,)), sample((10, 12))
    for name, data, shapes in [
        ("lengths told one by one", line, [[5, 2, 7, 3]]),
        ("run lengths", line, [[[3, 4], 5]]),
        ("run lengths of equal chunks", line, [[[5, 4]]]),
        ("one number for an axis", plane, [4, [5, 4, 3]]),
        ("numbers for all axes", plane, [4, 5]),
        ("longer than the array", plane, [[6, 6, 6], [5, [5, 3]]]),
        ("two axes", plane, [[1, 2, 3, 4], [[1, 3], 2, 7]]),
    ]:
        v3(section, name, data, "int32", [little, gzip5], grid=rectilinear(*shapes), fill=-1)
    v3(section, "transposed", plane, "int32", [transpose(1, 0), little], grid=rectilinear([1, 2, 3, 4], [[1, 3], 2, 7]))
    v3(section, "chunks that are missing", plane, "int32", [little], grid=rectilinear([3, 7], [4, 8]), fill=-1, skip=[(0, 1)], values=np.where(np.arange(120).reshape(10, 12) // 12 < 3, np.where(np.arange(12) < 4, plane, -1), plane))
    v3(section, "too short for the array", plane, "int32", [little], grid=rectilinear([6, 6], [5, 5, 2]), broken=lambda files: regrid(files, rectilinear([6, 3], [5, 5, 2])))
    v3(section, "shards of unequal lengths", plane, "int32", [sharded((2, 3), [little])], grid=rectilinear([4, 6], [6, 3, 3]))
    nested = [transpose(1, 0), sharded((6, 4), [sharded((2, 2), [transpose(1, 0), little], index_location="start")])]
    v3(section, "shards in shards of unequal lengths, turned", sample((16, 18)), "int32", nested, grid=rectilinear([4, 12], [12, 6]))
    v3(section, "inner chunks that do not divide a shard", plane, "int32", [little], grid=rectilinear([4, 6], [6, 3, 3]), broken=lambda files: recode(files, [sharded((2, 2), [little])]))


def regrid(files, grid):
    node = json.loads(files["zarr.json"])
    node["chunk_grid"] = grid
    files["zarr.json"] = json.dumps(node).encode()


def metadata():
    section = "Metadata"
    data = sample((6,))
    v3(section, "codecs and types as bare names", sample((6,), "u1"), "uint8", ["bytes", "crc32c"], chunk=(4,))
    v3(section, "an unknown field that need not be understood", data, "int32", [little], extra={"must_understand": False, "name": "x"})
    for name, more in {
        "an unknown field": dict(extra={"name": "x"}),
        "an unknown field that must be understood": dict(extra={"must_understand": True}),
        "storage transformers": dict(storage_transformers=[{"name": "x"}]),
        "an unknown codec": dict(codecs=[little, {"name": "x.y"}]),
        "an unknown data type": dict(data_type="x.y"),
        "an unknown chunk grid": dict(chunk_grid={"name": "x.y", "configuration": {}}),
        "an unknown chunk key encoding": dict(chunk_key_encoding={"name": "x.y"}),
    }.items():
        files = write(data, "int32", [little])
        node = {**json.loads(files["zarr.json"]), **more}
        add(section, name, 3, "by hand", {**files, "zarr.json": json.dumps(node).encode()}, unsupported=True)
    v3(section, "storage_transformers: []", data, "int32", [little], storage_transformers=[])
    v3(section, "bytes as they lie in the chunk, no endian for one byte", sample((6,), "i1"), "int8", [{"name": "bytes"}])
    v2(section, "NaN as a literal in attributes and metadata", np.array([1.5, 2, 3]), chunks=(3,))
    lines[-1]["files"][".zattrs"] = base64.b64encode(b'{"a": NaN, "b": [Infinity, -Infinity, 123456789012345678901]}').decode()
    for fill in ("NaN", "Infinity", "-Infinity"):
        v2(section, f"fill_value {fill}", np.arange(6.0), chunks=(2,), skip=("1",), fill_value=float(fill), compressor=None)
        v3(section, f"fill_value {fill}", np.arange(6.0), "float64", [little], chunk=(2,), skip=[(1,)], fill=float(fill), fill_value=fill, values=[0, 1, float(fill), float(fill), 4, 5])
    v3(section, "fill_value in hexadecimal", np.arange(6, dtype="f4"), "float32", [little], chunk=(2,), skip=[(1,)], fill_value="0x3fc00000", values=np.array([0, 1, 1.5, 1.5, 4, 5], "f4"))
    for dtype, kind, fill in (("<i8", "int64", -(2**63)), ("<i8", "int64", 2**63 - 1), ("<u8", "uint64", 2**64 - 1), ("<u8", "uint64", 2**53 + 1)):
        values = np.array([1, 2, 3, 4], dtype)
        v2(section, f"fill_value {fill}", values, chunks=(2,), skip=("1",), fill_value=fill, compressor=None)
        v3(section, f"fill_value {fill}", values, kind, [little], chunk=(2,), skip=[(1,)], fill=fill, values=np.array([1, 2, fill, fill], dtype))


def types():
    section = "Data types"
    for dtype in ["|b1", "|i1", "|u1"] + [o + t for t in ("i2", "i4", "i8", "u2", "u4", "u8", "f4", "f8") for o in "<>"]:
        v2(section, dtype, extremes(dtype), chunks=(5,), compressor=None)
    for name, dtype in dict(bool="?", int8="i1", int16="i2", int32="i4", int64="i8", uint8="u1", uint16="u2", uint32="u4", uint64="u8", float32="f4", float64="f8").items():
        for order in (little, big):
            v3(section, f"{name}, {order['configuration']['endian']}-endian", extremes(dtype), name, [order], chunk=(5,), fill=False if dtype == "?" else 0)
    halves = np.array([0, -0.0, 1.5, np.nan, np.inf, 65504, 6e-8, 1e-5, -2], "f2")
    complexes = (np.arange(9) - 4 + 1j * np.arange(9) / 8).astype("c16")
    for order in "<>":
        v2(section, f"{order}f2", halves.astype(f"{order}f2"), chunks=(5,), compressor=None)
        for size in (8, 16):
            v2(section, f"{order}c{size}", complexes.astype(f"{order}c{size}"), chunks=(5,), compressor=None)
        v2(section, f"{order}m8[s]", np.arange(-4, 5).astype(f"{order}m8[s]"), chunks=(5,), compressor=None)
    for unit in ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"):
        moments = np.array(["1969-12-31T23:59:59.5", "1970-01-01", "NaT", "2020-02-29T12:34:56.789", "1850-06-01"], f"M8[{unit}]")
        for order in "<>":
            v2(section, f"{order}M8[{unit}]", moments.astype(f"{order}M8[{unit}]"), chunks=(3,), compressor=None)
    count = np.arange(5)
    packed = np.zeros(5, [("a", "<i4"), ("b", ">f8"), ("c", "|u1")])
    packed["a"], packed["b"], packed["c"] = count * 7, count / 3, count
    v2(section, "structured", packed, chunks=(3,))
    nested = np.zeros(5, [("a", "|i1"), ("b", "<f8"), ("c", [("d", "<i2"), ("e", ">u4")])])
    nested["a"], nested["b"], nested["c"]["d"], nested["c"]["e"] = count, count / 7, -count, count * 10**8
    v2(section, "structured, nested", nested, chunks=(3,), compressor=None)
    several = np.zeros(5, [("a", "|u1"), ("b", [("c", ">i2"), ("d", "<c8", (2,))], (3, 2))])
    several["b"]["c"], several["b"]["d"] = np.arange(30).reshape(5, 3, 2), np.arange(60).reshape(5, 3, 2, 2) * (1 - 2j)
    v2(section, "structured, lists of structs", several, chunks=(3,))
    parts = np.zeros(5, [("a", "<u2"), ("z", "<c16"), ("b", [("c", "<f4")])])
    parts["a"], parts["z"], parts["b"]["c"] = count, count * (2 - 1j), count / 7
    left_out = {"a": 258, "z": [1.5, "-Infinity"], "b": {"c": 3}}
    seen = parts.copy()
    seen[3:] = (258, complex(1.5, -np.inf), (3,))
    fields = [dict(name="a", data_type="uint16"), dict(name="z", data_type="complex128"), dict(name="b", data_type=codec("struct", fields=[dict(name="c", data_type="float32")]))]
    for order in (little, big):
        v3(section, f"struct, chunks that are missing, {order['configuration']['endian']}-endian", parts, codec("struct", fields=fields), [order], chunk=(3,), skip=[(1,)], fill_value=left_out, values=seen)
    v2(section, "|V6", np.frombuffer(bytes(range(30)), "V6"), chunks=(3,), compressor=None)
    words = np.array(["a", "Zürich", "", "東京", "🙂 x", "b"], object)
    v2(section, "<U6", words.astype("<U6"), chunks=(4,), compressor=None)
    v2(section, ">U6", words.astype(">U6"), chunks=(4,), compressor=None)
    table = np.array([["a", "Zürich", ""], ["東京", "🙂 x", "b"], ["", "c", "dd"]], object)
    for order in "CF":
        v2(section, f"<U6, two dimensions, order {order}", table.astype("<U6"), chunks=(2, 2), order=order, compressor=None)
        v2(section, f"|S4, two dimensions, order {order}", np.array([[b"a", b"bcd"], [b"", b"efgh"]]), chunks=(1, 2), order=order, compressor=None)
    v2(section, "vlen-utf8, two dimensions", table, chunks=(2, 2), object_codec=numcodecs.VLenUTF8(), fill_value="")
    v2(section, "json2, two dimensions", table, chunks=(2, 2), object_codec=numcodecs.JSON(), fill_value="")
    raw = np.array([b"a", b"", bytes(range(256)), b"\0\0", b"xyz"], object)
    gaps = np.array(["a", None, "", "Zürich", None], object)
    for name, by in (("json2", numcodecs.JSON()), ("msgpack2", numcodecs.MsgPack())):
        v2(section, f"{name}, with null among texts", gaps, chunks=(3,), object_codec=by, fill_value=None)
    v2(section, "vlen-bytes", raw, chunks=(5,), object_codec=numcodecs.VLenBytes())
    for dtype in ["|b1", "|i1", "<u2", ">i4", "<u4", "<i8", ">u8", "<f2", "<f4", ">f8"]:
        lists = np.empty(5, object)
        lists[:] = [sample(size, dtype) for size in (3, 0, 1, 40, 2)]
        v2(section, f"vlen-array of {dtype}", lists, chunks=(2,), skip=["1"], object_codec=numcodecs.VLenArray(dtype), fill_value=None)
    square = np.empty((3, 2), object)
    for i in range(6):
        square.flat[i] = sample(i % 4, "<f8")
    v2(section, "vlen-array, two dimensions, order F", square, chunks=(2, 2), order="F", compressor=None, object_codec=numcodecs.VLenArray("<f8"), fill_value=None)
    moments = np.empty(2, object)
    moments[:] = [np.arange(2).astype("<M8[ns]"), np.arange(1).astype("<M8[ns]")]
    for dtype in ["<M8[ns]", ">M8[s]", "<M8[D]"]:
        moments = np.empty(3, object)
        moments[:] = [np.array(["2000-01-01", "NaT"], dtype), np.array([], dtype), np.array(["1969-12-31"], dtype)]
        v2(section, f"vlen-array of {dtype}", moments, chunks=(2,), object_codec=numcodecs.VLenArray(dtype), compressor=None, fill_value=None)
    texts = np.empty(1, object)
    texts[0] = np.array(["a", "bc"], "<U2")
    store = {}
    zarr.create(shape=1, dtype=object, chunks=1, store=store, object_codec=numcodecs.VLenArray("<U2"), compressor=None)[...] = texts
    add(section, "vlen-array of texts", 2, "by hand", store, unsupported=True)
    v2(section, "|S4", np.array([b"a", b"bcd", b"", b"efgh"]), chunks=(3,), compressor=None)
    for order in (little, big):
        end = order["configuration"]["endian"]
        v3(section, f"float16, {end}-endian", halves, "float16", [order], chunk=(5,))
        v3(section, f"complex64, {end}-endian", complexes.astype("c8"), "complex64", [order], chunk=(5,), fill_value=[0, 0])
        v3(section, f"complex128, {end}-endian", complexes, "complex128", [order], chunk=(5,), fill_value=[0, 0])
        moments = np.array(["1969-12-31T23:59:59.5", "1970-01-01", "NaT", "2020-02-29T12:34:56.789"], "M8[ms]")
        for scale in (1, 10):
            stored = (moments.astype("i8") // scale) if scale > 1 else moments.astype("i8")
            stored = np.where(np.isnat(moments), np.iinfo("i8").min, stored)
            shown = stored.astype(f"M8[{scale}ms]").astype("M8[us]")
            kind = codec("numpy.datetime64", unit="ms", scale_factor=scale)
            v3(section, f"numpy.datetime64, unit {scale} ms, {end}-endian", stored, kind, [order], chunk=(3,), values=shown)
        v3(section, f"numpy.timedelta64, {end}-endian", np.arange(-4, 5), codec("numpy.timedelta64", unit="s", scale_factor=1), [order], chunk=(5,))
    v3(section, "string", words, "string", ["vlen-utf8"], chunk=(4,), fill="")
    v3(section, "string, compressed", words, "string", [codec("vlen-utf8"), codec("zstd", level=1, checksum=False)], chunk=(4,), fill="")


def extremes(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return np.arange(9) % 3 == 0
    if dtype.kind == "f":
        info = np.finfo(dtype)
        return np.array([0, -0.0, 1.5, np.nan, np.inf, -np.inf, info.max, info.tiny, info.tiny / 8], dtype)
    info = np.iinfo(dtype)
    return np.array([0, 1, 2, 3, info.max // 3, info.min, info.max, info.min + 1, info.max - 1], dtype)


def damage():
    section = "Damage"
    data = sample((300,), "<i4")

    def cut(store):
        store["0"] = bytes(store["0"])[:-3]

    def longer(store):
        store["0"] = bytes(store["0"]) + b"abc"

    def empty(store):
        store["0"] = b""

    def zeros(store):
        store["0"] = bytes(len(store["0"]))

    def flipped(store):
        half = len(store["0"]) // 2
        store["0"] = bytes(store["0"])[:half] + bytes([store["0"][half] ^ 32]) + bytes(store["0"])[half + 1 :]

    kinds = {
        "none": (None, [cut, longer, empty]),
        "zlib": (numcodecs.Zlib(1), [cut, longer, empty, zeros, flipped]),
        "gzip": (numcodecs.GZip(1), [cut, longer, empty, zeros, flipped]),
        "bz2": (numcodecs.BZ2(1), [cut, longer, empty, zeros, flipped]),
        "lzma": (numcodecs.LZMA(preset=1), [cut, longer, empty, zeros, flipped]),
        "lz4": (numcodecs.LZ4(), [cut, longer, empty, zeros]),
        "zstd": (numcodecs.Zstd(1), [cut, longer, empty, zeros]),
        "blosc": (numcodecs.Blosc("zstd"), [cut, longer, empty, zeros]),
        "blosc lz4": (numcodecs.Blosc("lz4"), [cut, longer, empty, zeros]),
    }
    for name, (compressor, ways) in kinds.items():
        for way in ways:
            v2(section, f"{name}, {way.__name__}", data, chunks=(300,), compressor=compressor, broken=way)
    lists = np.empty(3, object)
    lists[:] = [sample(size) for size in (3, 0, 20)]

    def halved(store):
        store["0"] = store["0"][:4] + bytes([11]) + store["0"][5:]

    for way in [cut, longer, empty, zeros, halved]:
        v2(section, f"vlen-array, {way.__name__}", lists, chunks=(3,), compressor=None, object_codec=numcodecs.VLenArray("<i4"), fill_value=None, broken=way)
    for name, chain in {"crc32": [numcodecs.CRC32()], "adler32": [numcodecs.Adler32()]}.items():
        v2(section, f"{name}, flipped", data, chunks=(300,), compressor=None, filters=chain, broken=flipped)

    def flip3(files):
        files["c/0"] = files["c/0"][:99] + bytes([files["c/0"][99] ^ 4]) + files["c/0"][100:]

    v3(section, "crc32c, flipped", data, "int32", [little, checksum], broken=flip3)
    v3(section, "crc32c, cut", data, "int32", [little, checksum], broken=lambda files: files.update({"c/0": files["c/0"][:-1]}))


for make in (compressors, filters, layouts, shards, grids, metadata, types, damage):
    make()
with open(Path(__file__).parent / "cases.jsonl", "w") as file:
    for line in lines:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
print(len(lines), "cases")
