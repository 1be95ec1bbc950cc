"""The same store in other forms: a zip archive, references of kerchunk. Called by generate.py."""
import base64
import json
import zipfile
from pathlib import Path

from dtypes import one_of


def files_of(store):
    return {str(path.relative_to(store)): path.read_bytes() for path in sorted(Path(store).rglob("*")) if path.is_file()}


def pack(rng, store):
    """Where the store is now: mostly where it was."""
    roll = rng.random()
    if roll < 0.7:
        return store
    return zipped(rng, store) if roll < 0.85 else referenced(rng, store)


def zipped(rng, store):
    path = store.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for key, data in files_of(store).items():
            archive.writestr(key, data, one_of(rng, [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
        if rng.random() < 0.2:
            archive.comment = b"a comment"
    return path


def referenced(rng, store):
    """Chunks lie one after another in a file, or are kept in the references themselves."""
    packed = bytearray(rng.bytes(int(rng.integers(0, 9))))
    refs = {}
    target = one_of(rng, ["packed.bin", "{{u}}", str(store.parent / "packed.bin")])
    for key, data in files_of(store).items():
        is_metadata = key.split("/")[-1] in (".zarray", ".zattrs", ".zgroup", ".zmetadata", "zarr.json")
        if is_metadata:
            refs[key] = data.decode() if rng.random() < 0.8 else "base64:" + base64.b64encode(data).decode()
        elif rng.random() < 0.2:
            refs[key] = "base64:" + base64.b64encode(data).decode()
        elif rng.random() < 0.1:
            alone = f"{len(refs)}.part"
            (store.parent / alone).write_bytes(data)
            refs[key] = [alone]
        else:
            refs[key] = [target if "{{" not in target or rng.random() < 0.5 else "{{ u }}", len(packed), len(data)]
            packed += data + bytes(int(rng.integers(0, 3)))
    (store.parent / "packed.bin").write_bytes(packed)
    path = store.with_suffix(".json")
    plain = not any("{{" in str(value[0]) for value in refs.values() if isinstance(value, list))
    form = refs if plain and rng.random() < 0.3 else {"version": 1, "templates": {"u": "packed.bin"}, "refs": refs}
    path.write_text(json.dumps(form))
    return path
