#!/usr/bin/env python3
"""Makes the test vectors beside it, from the written formats alone: an implementation that shares nothing with ours.

    python3 crates/seal/vectors/make.py      (needs the package `cryptography`)

Every file is {"good": [...], "hostile": [...]}; bytes are hex. A hostile case says in `why` what was done to it, and must
not open. Running it again gives the same files.
"""
import base64, hashlib, hmac, json, pathlib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
KEY = {name: hashlib.sha256(name.encode()).digest()
       for name in ("version", "cell", "compartment", "log", "file", "above", "secret", "seed")}
CELL, OTHER_CELL = bytes(range(16)), bytes(range(1, 17))


def u(size, number):
    return number.to_bytes(size, "little")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def seal(key, nonce, associated, plain):
    return AESGCM(key).encrypt(nonce, plain, associated)


def nonce(number):
    return hashlib.sha256(b"nonce %d" % number).digest()[:12]


def flip(data, at):
    data = bytearray(data)
    data[at] ^= 1
    return bytes(data)


def save(name, good, hostile):
    def text(value):
        if isinstance(value, bytes):
            return value.hex()
        if isinstance(value, dict):
            return {key: text(item) for key, item in value.items()}
        return [text(item) for item in value] if isinstance(value, list) else value
    content = {"good": text(good), "hostile": text(hostile)}
    (HERE / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def header(record=12, version=1, deleted=0, cell=CELL, compartment=4, kind=3, time_ms=1_795_000_000_000):
    return b"S1" + cell + u(8, compartment) + u(2, kind) + u(8, record) + u(4, version) + u(8, time_ms) + u(1, deleted)


LABELS = {"body": b"salus part v1: body", "line": b"salus part v1: line", "words": b"salus part v1: words"}


def part_key(version_key, part):
    # RFC 5869, HKDF-Expand to one block.
    return hmac.new(version_key, LABELS[part] + b"\x01", hashlib.sha256).digest()


def seal_part(part, head, packed):
    return seal(part_key(KEY["version"], part), bytes(12), LABELS[part] + head, packed)


def hash_of(parts):
    return sha256(*(u(4, len(parts[name])) + parts[name] for name in ("body", "line", "words")))


def envelope():
    body, line = b'{"resourceType":"Patient","id":"x","name":[{"family":"M\xc3\xbcller"}]}', b"M\xc3\xbcller 1970-01-01"

    def case(head, plain, **more):
        parts = {name: seal_part(name, head, b"\x00" + plain[name]) if plain[name] else b"" for name in LABELS}
        return {"key": KEY["version"], "header": head, **parts, "plain": plain, "hash": hash_of(parts), **more}

    nothing = {"body": b"", "line": b"", "words": b""}
    good = [case(header(), {"body": body, "line": line, "words": b"w" * 40}),
            case(header(record=2**63, version=2**32 - 1, deleted=1), {**nothing, "body": b"{}"})]
    base = good[0]
    hostile = []

    def bad(why, **changes):
        hostile.append({**base, **changes, "why": why})

    bad("a byte of the body", body=flip(base["body"], 5))
    bad("the tag", body=flip(base["body"], -1))
    bad("cut by one byte", body=base["body"][:-1])
    bad("shorter than a tag", body=base["body"][:9])
    bad("nothing", body=b"")
    bad("the line in the body's place", body=base["line"])
    for what, other in {"record": header(record=13), "version": header(version=2), "cell": header(cell=OTHER_CELL),
                        "compartment": header(compartment=5), "type": header(kind=4), "time": header(time_ms=1),
                        "deletion": header(deleted=1)}.items():
        bad(f"another {what} in the header", header=other)
    bad("another key", key=KEY["cell"])
    bad("a method that there is not", body=seal_part("body", header(), b"\x07" + body))
    bad("no method", body=seal_part("body", header(), b""))
    bad("zstd that is none", body=seal_part("body", header(), b"\x01no zstd frame"))
    bomb = bytes.fromhex("28b52ffd") + b"\xe0" + u(8, 2**40) + b"\x03\x00\x00"
    bad("zstd that claims a terabyte", body=seal_part("body", header(), b"\x01" + bomb))
    save("envelope", good, hostile)


def wraps():
    good, hostile = [], []

    def compartment(plain, cell=CELL, generation=7, number=9, n=1, claimed=None):
        associated = b"salus compartment wrap v1" + cell + u(4, generation) + u(8, number)
        return u(4, claimed or generation) + nonce(n) + seal(KEY["cell"], nonce(n), associated, plain)

    def compartment_case(plain, **more):
        return {"kind": "compartment", "above": KEY["cell"], "cell": CELL, "generation": 7, "number": 9,
                "wrap": compartment(plain), "key": KEY["compartment"], **more}

    one, two = bytes([0xA1] * 16), bytes([0xB2] * 16)
    good += [compartment_case(b"\x00" + KEY["compartment"], pseudonyms=[], canary=False),
             compartment_case(b"\x01" + KEY["compartment"] + one + two, pseudonyms=[one, two], canary=True)]
    for why, wrap in {
        "another compartment's": compartment(b"\x00" + KEY["compartment"], number=10),
        "another cell's": compartment(b"\x00" + KEY["compartment"], cell=OTHER_CELL),
        "another generation's": compartment(b"\x00" + KEY["compartment"], generation=8),
        "another generation's, renamed": compartment(b"\x00" + KEY["compartment"], generation=8, claimed=7),
        "a byte of the pseudonym": flip(compartment(b"\x00" + KEY["compartment"] + one), -20),
        "the nonce": flip(compartment(b"\x00" + KEY["compartment"]), 6),
        "cut": compartment(b"\x00" + KEY["compartment"])[:-1],
        "a flag that there is not": compartment(b"\x02" + KEY["compartment"]),
        "half a pseudonym": compartment(b"\x00" + KEY["compartment"] + one[:8]),
        "no key": compartment(b"\x00" + KEY["compartment"][:31]),
        "more pseudonyms than there may be": compartment(b"\x00" + KEY["compartment"] + one * 257),
        "nothing": b"",
        "only a generation": u(4, 7),
    }.items():
        hostile.append({**good[0], "wrap": wrap, "why": why})

    digest = sha256(b"ciphertexts")

    def version(head, digest, n=2):
        associated = b"salus version wrap v1\0" + head + digest
        return nonce(n) + seal(KEY["compartment"], nonce(n), associated, KEY["version"])

    case = {"kind": "version", "above": KEY["compartment"], "header": header(), "hash": digest,
            "wrap": version(header(), digest), "key": KEY["version"]}
    good.append(case)
    for why, wrap in {
        "another record's": version(header(record=13), digest),
        "another version's": version(header(version=2), digest),
        "another compartment's": version(header(compartment=5), digest),
        "bound to other ciphertexts": version(header(), sha256(b"others")),
        "a byte of the key": flip(case["wrap"], 20),
        "the tag": flip(case["wrap"], -1),
        "the nonce": flip(case["wrap"], 0),
    }.items():
        hostile.append({**case, "wrap": wrap, "why": why})

    def secret(label, plain, n=3):
        return nonce(n) + seal(KEY["above"], nonce(n), label, plain)

    case = {"kind": "secret", "above": KEY["above"], "label": b"cell key 1", "wrap": secret(b"cell key 1", KEY["secret"]),
            "key": KEY["secret"]}
    good.append(case)
    for why, wrap in {
        "another label's": secret(b"cell key 2", KEY["secret"]),
        "too short a secret": secret(b"cell key 1", KEY["secret"][:31]),
        "too long a secret": secret(b"cell key 1", KEY["secret"] + b"\0"),
        "a changed byte": flip(case["wrap"], 30),
        "cut": case["wrap"][:-1],
        "less than a nonce": case["wrap"][:11],
    }.items():
        hostile.append({**case, "wrap": wrap, "why": why})
    save("wraps", good, hostile)


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def entries():
    salt, time_ms = sha256(b"salt")[:16], 1_795_000_000_000
    session, patients = bytes([1] * 16), [bytes([2] * 16), bytes([3] * 16)]
    # postcard: fields in order, integers and variants as varints, byte arrays as they are.
    opened = varint(time_ms) + varint(0)
    ranges = [(5, 2, 1), (900, 1, 3)]
    fleeting = (session + varint(0) + varint(0) + bytes(16) + b"\x00" + varint(1) + varint(len(patients)) + b"".join(patients)
                + varint(1) + varint(len(ranges)) + b"".join(varint(n) for run in ranges for n in run))

    def entry(lasting, fleeting=None, cell=CELL, length=None):
        clear = salt + u(4, len(lasting) if length is None else length) + lasting
        if fleeting is None:
            return clear
        return clear + seal(KEY["log"], salt[:12], b"salus entry v1" + cell + clear, fleeting)

    landed = varint(time_ms) + varint(3) + varint(3) + varint(0) + varint(127) + varint(2**64 - 1)
    good = [
        {"cell": CELL, "entry": entry(opened, fleeting), "key": KEY["log"], "time_ms": time_ms, "event": "Opened",
         "session": session, "patients": patients, "charged": 1, "ranges": [list(run) for run in ranges],
         "leaf": sha256(b"\0", entry(opened, fleeting))},
        {"cell": CELL, "entry": entry(landed), "time_ms": time_ms, "event": "Landed", "entries": ["0", "127", str(2**64 - 1)],
         "leaf": sha256(b"\0", entry(landed))},
    ]
    hostile = [{**good[0], "why": why, **changes} for why, changes in {
        "another cell's": {"entry": entry(opened, fleeting, cell=OTHER_CELL)},
        "another key's": {"key": KEY["cell"]},
        "the salt": {"entry": flip(good[0]["entry"], 0)},
        "the time": {"entry": flip(good[0]["entry"], 21)},
        "the session": {"entry": flip(good[0]["entry"], 30)},
        "the tag": {"entry": flip(good[0]["entry"], -1)},
        "cut": {"entry": good[0]["entry"][:-1]},
        "no fleeting part": {"entry": entry(opened)},
        "no more than a salt": {"entry": salt},
        "a lasting part that ends behind the entry": {"entry": entry(opened, length=2**32 - 1)},
        "a lasting part with more behind it": {"entry": entry(opened + b"\0", fleeting)},
        "an event that there is not": {"entry": entry(varint(time_ms) + varint(1000), fleeting)},
        "a list that claims 2^62 entries": {"entry": entry(varint(time_ms) + varint(3) + varint(2**62), fleeting)},
        "a number that does not end": {"entry": entry(b"\xff" * 12, fleeting)},
        "nothing": {"entry": b""},
    }.items()]
    save("entries", good, hostile)


def pages():
    file, other = bytes([6] * 16), bytes([7] * 16)

    def page(number, last, plain, file=file):
        associated = b"salus page v1\0" + file + u(8, number) + u(1, last)
        return seal(KEY["file"], u(8, number) + u(1, last) + bytes(3), associated, plain)

    def plain(size):
        return (sha256(b"plain") * (size // 32 + 1))[:size]

    def cut(data):
        return [data[at:at + 4096] for at in range(0, len(data), 4096)] or [b""]

    def sealed(data):
        parts = cut(data)
        return [page(n, n == len(parts) - 1, part) for n, part in enumerate(parts)]

    def case(size):
        # The plaintext is SHA-256("plain"), again and again.
        return {"key": KEY["file"], "file": file, "plain_bytes": size, "plain_sha256": sha256(plain(size)),
                "sealed": b"".join(sealed(plain(size)))}

    good = [case(size) for size in (0, 1, 4096, 4097)]
    one, two, three = sealed(plain(3 * 4096))
    hostile = [{"key": KEY["file"], "file": file, "sealed": data, "why": why} for why, data in {
        "nothing": b"",
        "less than a tag": good[0]["sealed"][:15],
        "cut behind a page": one,
        "cut in a page": one + two[:100],
        "the first page is missing": two + three,
        "pages swapped": two + one + three,
        "a page doubled": one + one + three,
        "the last page doubled": one + two + three + three,
        "an empty last page behind a full one": one + page(1, 1, b""),
        "a last page in the middle": page(0, 1, plain(4096)) + page(1, 1, b"x"),
        "no last page": page(0, 0, b"x"),
        "a page of another file": page(0, 1, b"x", other),
        "a changed byte": flip(case(1)["sealed"], 0),
        "a byte more": case(1)["sealed"] + b"\0",
    }.items()] + [{**case(1), "key": KEY["cell"], "why": "another key"}]
    save("pages", good, hostile)


def notes():
    private = Ed25519PrivateKey.from_private_bytes(KEY["seed"])
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    name = "salus.example/1/platform"

    def key_id(name):
        return sha256(name.encode(), b"\n\x01", public)[:4]

    def vkey(name):
        return f"{name}+{key_id(name).hex()}+{base64.b64encode(bytes([1]) + public).decode()}"

    def sign(text, name=name, signed=None, ident=None):
        data = (ident or key_id(name)) + private.sign((signed or text).encode())
        return f"{text}\n— {name} {base64.b64encode(data).decode()}\n"

    root = sha256(b"root")
    text = f"{name}\n1234\n{base64.b64encode(root).decode()}\n"
    other = "witness.example 1"
    foreign = f"— witness.example {base64.b64encode(bytes(68)).decode()}\n"
    base = {"seed": KEY["seed"], "vkey": vkey(name), "note": sign(text), "origin": name, "size": "1234", "root": root}
    good = [base, {**base, "note": sign(text) + foreign}, {**base, "note": sign(text + "extension 1\n")}]
    malleable = bytearray(base64.b64decode(sign(text).rsplit(" ", 1)[1]))
    order = 2**252 + 27742317777372353535851937790883648493
    malleable[36:] = u(32, int.from_bytes(malleable[36:], "little") + order)
    hostile = [{**base, "why": why, **changes} for why, changes in {
        "another size than was signed": {"note": sign(text.replace("1234", "1235"), signed=text)},
        "another log's": {"note": sign(text.replace("/1/", "/2/"))},
        "signed under another name": {"note": sign(text, name="salus.example/2/platform")},
        "another key id": {"note": sign(text, ident=b"\0\0\0\0")},
        "no signature": {"note": text},
        "only a foreign signature": {"note": f"{text}\n{foreign}"},
        "a signature that can be written in a second way": {
            "note": f"{text}\n— {name} {base64.b64encode(bytes(malleable)).decode()}\n"},
        "no newline at the end": {"note": sign(text)[:-1]},
        "a size with a zero before it": {"note": sign(text.replace("1234", "01234"))},
        "a size with a sign": {"note": sign(text.replace("1234", "+1234"))},
        "a size over 64 bits": {"note": sign(text.replace("1234", str(2**64)))},
        "a root that is too short": {"note": sign(f"{name}\n1234\n{base64.b64encode(root[:31]).decode()}\n")},
        "no root": {"note": sign(f"{name}\n1234\n")},
        "a vkey with another id": {"vkey": vkey(name).replace(key_id(name).hex(), "00000000")},
        "a vkey of another algorithm": {"vkey": f"{name}+{key_id(name).hex()}+" +
                                        base64.b64encode(bytes([2]) + public).decode()},
        "a vkey whose name has a space": {"vkey": vkey(other)},
        "a vkey in upper case": {"vkey": vkey(name).replace(key_id(name).hex(), key_id(name).hex().upper())},
    }.items()]
    save("note", good, hostile)


def merkle():
    def mth(leaves):
        if len(leaves) < 2:
            return leaves[0] if leaves else sha256()
        split = 1 << ((len(leaves) - 1).bit_length() - 1)
        return sha256(b"\x01", mth(leaves[:split]), mth(leaves[split:]))

    def path(index, leaves):
        if len(leaves) == 1:
            return []
        split = 1 << ((len(leaves) - 1).bit_length() - 1)
        if index < split:
            return path(index, leaves[:split]) + [mth(leaves[split:])]
        return path(index - split, leaves[split:]) + [mth(leaves[:split])]

    def subproof(old, leaves, whole=True):
        if old == len(leaves):
            return [] if whole else [mth(leaves)]
        split = 1 << ((len(leaves) - 1).bit_length() - 1)
        if old <= split:
            return subproof(old, leaves[:split], whole) + [mth(leaves[split:])]
        return subproof(old - split, leaves[split:], False) + [mth(leaves[:split])]

    entries = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno", b"x", b"y", b"z"]
    leaves = [sha256(b"\0", entry) for entry in entries]
    good = [{"kind": "root", "entries": entries[:size], "root": mth(leaves[:size])} for size in range(12)]
    for size, index in ((1, 0), (2, 1), (7, 0), (7, 6), (8, 5), (11, 8), (11, 10)):
        good.append({"kind": "inclusion", "entry": entries[index], "index": index, "size": size,
                     "proof": path(index, leaves[:size]), "root": mth(leaves[:size])})
    for old, new in ((1, 1), (1, 8), (3, 7), (4, 7), (6, 7), (6, 8), (7, 11), (8, 11), (11, 11)):
        good.append({"kind": "consistency", "old": old, "new": new, "old_root": mth(leaves[:old]),
                     "new_root": mth(leaves[:new]), "proof": subproof(old, leaves[:new])})
    hostile = []
    for case in good[12:]:
        proof = case["proof"]
        changes = {"a hash more": proof + [sha256(b"more")]}
        if proof:
            changes |= {"a hash less": proof[:-1], "the first hash is missing": proof[1:],
                        "another hash": [flip(proof[0], 3)] + proof[1:]}
        if len(proof) > 1:
            changes["in the other order"] = proof[::-1]
        hostile += [{**case, "proof": wrong, "why": why} for why, wrong in changes.items() if wrong != proof]
        if case["kind"] == "inclusion":
            hostile.append({**case, "index": case["size"], "why": "behind the tree"})
            hostile.append({**case, "entry": case["entry"] + b"!", "why": "another entry"})
            hostile.append({**case, "size": 0, "why": "an empty tree"})
        else:
            hostile.append({**case, "new_root": sha256(b"new"), "why": "another new root"})
            hostile.append({**case, "old_root": sha256(b"old"), "why": "another old root"})
            if case["old"] < case["new"]:
                hostile.append({**case, "old": case["new"], "new": case["old"], "why": "shrinking"})
    save("merkle", good, hostile)


for make in (envelope, wraps, entries, pages, notes, merkle):
    make()


# Shares of a secret: the field by logarithms to the base 3, which ours does not use.
EXP = [1]
for _ in range(254):
    last = EXP[-1]
    doubled = last << 1 ^ (0x11B if last & 0x80 else 0)
    EXP.append(doubled ^ last)
LOG = {power: at for at, power in enumerate(EXP)}
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def times(one, other):
    return EXP[(LOG[one] + LOG[other]) % 255] if one and other else 0


def power(number, exponent):
    result = 1
    for _ in range(exponent):
        result = times(result, number)
    return result


def share_text(payload, installation, threshold, shares, number):
    lines = []
    for at in range(4):
        check = sha256(b"salus share v1\0", installation.encode(), b"\0", payload[:(at + 1) * 11])[:4]
        bits = int.from_bytes(payload[at * 11:(at + 1) * 11] + check, "big")
        letters = "".join(CROCKFORD[bits >> shift & 31] for shift in range(115, -1, -5))
        lines.append(f"{at + 1}: " + "-".join(letters[i:i + 4] for i in range(0, 24, 4)))
    head = ["Salus recovery share", f"installation: {installation}", f"kit: {payload[1:9].hex()}",
            f"share: {number} of {shares}, any {threshold} of them recover"]
    return "\n".join(head + lines) + "\n"


def split_secret(secret, kit, threshold, shares, seed):
    others = [sha256(b"coefficient %d %d" % (seed, degree)) for degree in range(1, threshold)]
    texts = []
    for number in range(1, shares + 1):
        values = bytearray(secret)
        for degree, coefficient in enumerate(others, 1):
            for at in range(32):
                values[at] ^= times(coefficient[at], power(number, degree))
        payload = bytes([1]) + kit + bytes([threshold, shares, number]) + bytes(values)
        texts.append(share_text(payload, "0123456789abcdef", threshold, shares, number))
    return texts


def other_letter(text, line):
    before, after = text.split(f"\n{line}: ")
    return f"{before}\n{line}: {'0' if after[0] != '0' else '8'}{after[1:]}"


save("shares",
     [{"secret": KEY["secret"], "scheme": f"{m}of{n}", "shares": split_secret(KEY["secret"], nonce(1)[:8], m, n, m * n)}
      for m, n in ((2, 2), (2, 3), (3, 5), (9, 9))],
     [{"why": f"the first letter of line {line} is another", "line": line, "share": other_letter(text, line)}
      for text in split_secret(KEY["secret"], nonce(1)[:8], 2, 3, 6) for line in (1, 2, 3, 4)])
