#!/usr/bin/env python3
"""Checks an opened package for investigators by docs/formats/evidence.md, without any code of Salus.

    python3 verify_evidence.py FOLDER [--verifier-keys DIR/log/verifier-keys] [--json]

Needs Python's `cryptography`, and verify_scope.py beside it. Every file must be there as the manifest says, and none beside; the manifest must be
signed by the key of the cell's tree; the proof must prove what the scope claims; the checkpoints, and those of witnesses, must be signed by that key and
fit each other. Says what holds and exits 0, or says what is wrong and exits 1. Give the verifier keys from another place than the package.
"""
import base64, hashlib, json, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import verify_scope
from verify_scope import Bad, check, checkpoint

MANIFEST, NOTE = "manifest.json", "manifest.note"


def files_of(folder):
    root = pathlib.Path(folder)
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def check_manifest(files):
    manifest = json.loads(files[MANIFEST])
    check(manifest["salus-evidence"] == 1, "another kind of manifest")
    listed = manifest["files"]
    check(set(listed) == set(files) - {MANIFEST, NOTE}, "files are missing, or beside what the manifest lists")
    for path, said in listed.items():
        check(said == {"sha256": hashlib.sha256(files[path]).hexdigest(), "bytes": len(files[path])}, f"{path} was changed")
    return manifest


def check_note(note, vkey, manifest):
    """The note's lines: what it is, key's name, manifest's hash, recipient, entry, time."""
    name, claimed, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded, validate=True)[1:]
    text, blank, signature = note.partition("\n\n")
    text += "\n"
    start = f"— {name} "
    check(blank and signature.startswith(start) and signature.endswith("\n"), "the manifest is not signed by this key")
    signed = base64.b64decode(signature[len(start):-1], validate=True)
    check(len(signed) == 68 and signed[:4].hex() == claimed, "another key's signature")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed[4:], text.encode())
    except InvalidSignature:
        raise Bad("the manifest's signature is wrong") from None
    lines = text.splitlines()
    check(len(lines) == 6 and lines[0] == "salus evidence v1" and lines[1] == name, "another kind of note")
    check(lines[2] == hashlib.sha256(manifest).hexdigest(), "the manifest was changed")
    return {"recipient": lines[3], "entry": int(lines[4]), "time_ms": int(lines[5])}


def verify(folder, keys_file=None):
    files = files_of(folder)
    check(MANIFEST in files and NOTE in files, "no package")
    manifest = check_manifest(files)
    keys = files["verifier-keys"].decode().splitlines()
    if keys_file is not None:
        known = pathlib.Path(keys_file).read_text().splitlines()
        check(set(keys) <= set(known), "signed by other keys than those that were given")
    by_tree = {key.split("+", 1)[0].rsplit("/", 1)[-1]: key for key in keys}
    vkey = by_tree[manifest["id"]]
    note = check_note(files[NOTE].decode(), vkey, files[MANIFEST])
    sizes = {}
    for path, content in files.items():
        parts = path.split("/")
        if parts[0] == "checkpoints":
            _, size, root = checkpoint(content.decode(), by_tree[parts[1]])
            sizes.setdefault((parts[1], size), set()).add(root)
        elif parts[0] == "witnesses":
            _, size, root = checkpoint(content.decode(), vkey)
            check(parts[2] in ("latest", str(size)), f"{path} is of another size")
            sizes.setdefault((manifest["id"], size), set()).add(root)
    with_proof = pathlib.Path(folder) / "proof.ndjson"
    proof, found = verify_scope.verify(with_proof, pathlib.Path(folder) / "verifier-keys")
    check(proof.head["cell"] == manifest["id"], "the proof is of another cell")
    sizes.setdefault((manifest["id"], proof.size), set()).add(proof.root)
    check(all(len(roots) == 1 for roots in sizes.values()), "two checkpoints of one size differ: the log has two histories")
    scope = json.loads(files["scope.json"])
    for key, value in found.items():
        check(scope.get(key) == value, f"scope.json, {key}: says {scope.get(key)}, proven {value}")
    patients = {json.loads(line)["pseudonym"] for line in files["patients.ndjson"].splitlines()}
    check(len(patients) == found["patients_total"], "patients.ndjson lists others than were proven")
    summaries = [path for path in files if path.startswith("summary.")]
    check(len(summaries) == 3, "summaries are missing")
    for path in summaries:
        text = files[path].decode().lower()
        check("<script" not in text and "http" not in text and "src=" not in text, f"{path} runs or loads something")
    return manifest, note, found, len(files)


def main(arguments):
    keys_file = None
    if "--verifier-keys" in arguments:
        at = arguments.index("--verifier-keys")
        keys_file = arguments[at + 1]
        del arguments[at:at + 2]
    as_json = "--json" in arguments
    folders = [argument for argument in arguments if argument != "--json"]
    if len(folders) != 1:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        manifest, note, found, count = verify(folders[0], keys_file)
    except (Bad, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as why:
        sys.exit(f"bad: {why}")
    if as_json:
        print(json.dumps({"cell": manifest["cell"], "files": count, **note, **found}))
        return
    print(f"{count} files of {manifest['cell']}, made {manifest['made']}, entry {note['entry']} of the log")
    for key, value in found.items():
        print(key, value)
    if keys_file is None:
        print("signed by the keys that the package names; compare them with some from another place")
    print("ok")


if __name__ == "__main__":
    main(sys.argv[1:])
