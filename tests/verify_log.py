#!/usr/bin/env python3
"""Verifies an access log by its published formats alone (C2SP tlog-tiles, tlog-checkpoint, signed-note; RFC 6962, 8032).

    python3 tests/verify_log.py DIR/log [--inclusion TREE INDEX]

Needs the standard library. Says `ok` and exits 0, or says what is wrong and exits 1. It reads what is published: verifier
keys, checkpoints, tiles and entry bundles; the journal, which is the log's own, it leaves to `salus log verify`.
"""
import base64, hashlib, pathlib, sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None


def check(holds, what):
    if not holds:
        sys.exit(f"bad: {what}")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519, RFC 8032 section 5.1, for verification only: slow, and independent of every library.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_add(a, b):
    (ax, ay, az, at), (bx, by, bz, bt) = a, b
    e, f = (ay - ax) * (by - bx) % P, (ay + ax) * (by + bx) % P
    g, h = 2 * at * bt * D % P, 2 * az * bz % P
    w, x, y, z = f - e, h - g, h + g, f + e
    return (w * x % P, y * z % P, x * y % P, w * z % P)


def point_mul(n, point):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = point_add(out, point)
        point, n = point_add(point, point), n >> 1
    return out


def point_read(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def ed25519_in_python(key, signature, message):
    base = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    a, r = point_read(key), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = point_mul(s, base), point_add(r, point_mul(k, a))
    return all((left[n] * right[2] - right[n] * left[2]) % P == 0 for n in (0, 1))


def ed25519(key, signature, message):
    slow = ed25519_in_python(key, signature, message)
    if Ed25519PublicKey is not None:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            fast = True
        except (InvalidSignature, ValueError):
            fast = False
        check(fast == slow, "two implementations of Ed25519 disagree")
    return slow


def read(path):
    check(path.is_file() and not path.is_symlink(), f"{path}: no file")
    return path.read_bytes()


def text_of(path):
    try:
        return read(path).decode()
    except UnicodeDecodeError:
        sys.exit(f"bad: {path}: no text")


def unbase64(text, where):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        sys.exit(f"bad: {where}: no base64")
    check(base64.b64encode(data).decode() == text, f"{where}: base64 that can be written otherwise")
    return data


def key_id(name, key):
    return sha256(name.encode(), b"\n\x01", key)[:4]


def verifier_keys(path):
    keys = {}
    text = text_of(path)
    check(text.endswith("\n"), f"{path}: cut")
    for line in text[:-1].split("\n"):
        check(line.count("+") >= 2, f"{path}: no vkey")
        name, claimed, encoded = line.split("+", 2)
        data = unbase64(encoded, path)
        check(len(data) == 33 and data[0] == 1, f"{path}: no Ed25519 key")
        check(key_id(name, data[1:]).hex() == claimed, f"{path}: wrong key id")
        tree = name.rsplit("/", 1)[-1]
        check(tree not in keys, f"{path}: two keys of one tree")
        keys[tree] = (name, data[1:])
    check(len({key for _, key in keys.values()}) == 1, f"{path}: several keys")
    return keys


def checkpoint(path, name, key):
    text, blank, signature = text_of(path).partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    check(blank and len(lines) == 4 and lines[0] == name, f"{path}: no checkpoint of {name}")
    check(lines[1].isascii() and lines[1].isdigit() and str(int(lines[1])) == lines[1], f"{path}: no size")
    start = f"— {name} "
    check(signature.startswith(start) and signature.endswith("\n"), f"{path}: no signature")
    data = unbase64(signature[len(start):-1], path)
    check(len(data) == 68 and data[:4] == key_id(name, key), f"{path}: another key's signature")
    check(ed25519(key, data[4:], text.encode()), f"{path}: the signature is wrong")
    return int(lines[1]), unbase64(lines[2], path)


def tile_path(tree, level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return tree / "tile" / str(level) / ("/".join(groups) + (f".p/{width}" if width < 256 else ""))


def tiles(tree, level, count):
    """The tiles of one level, one after the other: (path, bytes, how many things it has to hold)."""
    for index in range((count + 255) // 256):
        width = min(256, count - 256 * index)
        path = tile_path(tree, level, index, width)
        yield path, read(path), width


def entries_of(path, data, width):
    out = []
    while data:
        size = int.from_bytes(data[:2], "big")
        check(len(data) >= 2 + size, f"{path}: an entry is cut")
        out.append(data[2:2 + size])
        data = data[2 + size:]
    check(len(out) == width, f"{path}: not {width} entries")
    return out


def merkle(hashes):
    """RFC 6962 section 2.1, over hashes of perfect subtrees of one height."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha256(b"\x01", merkle(hashes[:split]), merkle(hashes[split:]))


def leaves(tree, size):
    """The leaf hashes, from the entry bundles, compared with the tiles of every level."""
    out = []
    for path, data, width in tiles(tree, "entries", size):
        out += [sha256(b"\x00", entry) for entry in entries_of(path, data, width)]
    level, hashes = 0, out
    while hashes:
        for n, (path, data, width) in enumerate(tiles(tree, level, len(hashes))):
            check(data == b"".join(hashes[256 * n:256 * n + width]), f"{path}: not the hashes of the entries")
        hashes = [merkle(hashes[n:n + 256]) for n in range(0, len(hashes) - 255, 256)]
        level += 1
    return out


def inclusion(hashes, index):
    """RFC 6962 section 2.1.1: the audit path of a leaf."""
    if len(hashes) == 1:
        return []
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    if index < split:
        return inclusion(hashes[:split], index) + [merkle(hashes[split:])]
    return inclusion(hashes[split:], index - split) + [merkle(hashes[:split])]


def follows(leaf, index, size, proof, root):
    """RFC 9162 section 2.1.3.2."""
    position, last = index, size - 1
    for step in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            leaf = sha256(b"\x01", step, leaf)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            leaf = sha256(b"\x01", leaf, step)
        position, last = position >> 1, last >> 1
    return last == 0 and leaf == root


def main(arguments):
    if len(arguments) not in (1, 4) or (len(arguments) == 4 and arguments[1] != "--inclusion"):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    log = pathlib.Path(arguments[0])
    keys = verifier_keys(log / "verifier-keys")
    folders = {path.name for path in log.iterdir() if path.is_dir() and path.name != "journal"}
    check(folders <= set(keys), "a tree without a key")
    for tree, (name, key) in sorted(keys.items()):
        size, root = checkpoint(log / tree / "checkpoint", name, key)
        hashes = leaves(log / tree, size)
        check(merkle(hashes) == root, f"{tree}: the entries do not give the root")
        if len(arguments) == 4 and arguments[2] == tree:
            index = int(arguments[3])
            check(0 <= index < size, f"{tree}: there is no entry {index}")
            proof = inclusion(hashes, index)
            check(follows(hashes[index], index, size, proof, root), f"{tree}: entry {index} is not in the tree")
            print("leaf", hashes[index].hex())
            for step in proof:
                print("proof", step.hex())
        print(tree, size, root.hex())
    print("ok")


main(sys.argv[1:])
