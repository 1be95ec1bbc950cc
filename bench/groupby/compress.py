"""Compresses the raw chunks of a store in place as zarr-python would, with blosc knowing the size of the elements.

compress.py STORE CODEC: arrays of version 2 without compressor get blosc with that inner codec.
"""
import json
import pathlib
import sys

import numcodecs
import numpy

store, cname = pathlib.Path(sys.argv[1]), sys.argv[2]
codec = numcodecs.Blosc(cname=cname, clevel=5 if cname == "lz4" else 1, shuffle=numcodecs.Blosc.SHUFFLE)
consolidated = json.loads((store / ".zmetadata").read_text())
for file in store.glob("*/.zarray"):
    described = json.loads(file.read_text())
    described["compressor"] = codec.get_config()
    for chunk in file.parent.glob("[0-9]*"):
        values = numpy.fromfile(chunk, dtype=described["dtype"])
        chunk.write_bytes(codec.encode(values))
    file.write_text(json.dumps(described))
    consolidated["metadata"][f"{file.parent.name}/.zarray"] = described
(store / ".zmetadata").write_text(json.dumps(consolidated))
