#!/usr/bin/env python3
"""Checks the proof of a scope by docs/formats/scope.md alone, and counts again what it claims.

    python3 verify_scope.py FILE [--verifier-keys DIR/log/verifier-keys] [--json]

Needs Python's `cryptography`. Says what is proven and exits 0, or says what is wrong and exits 1. Every entry is checked to be in the
tree of the signed checkpoint; who, why and whom is opened with the months' keys; every version's header is checked to be what an entry
admitted. By the keyholder's word are only which patient a compartment belongs to. Give the verifier key from another place than the
file (--verifier-keys: from the log, or from whoever kept it): without it, the file's own is taken, and printed.
"""
import base64, datetime, hashlib, json, pathlib, sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

OPENED, REFUSED, WRITTEN, DELIVERED, SESSION_BEGUN, SEARCHED, SEARCHED_WITHIN = 0, 1, 2, 5, 10, 16, 18
DELIVERY_MS = 60_000
# What was done with a version.
BODY, LINE, FOUND, WROTE, SENT, LINE_SENT = 1, 2, 4, 8, 16, 32


class Bad(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Bad(what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Reader:
    """Postcard, as far as entries need it."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        part = self.data[self.at:self.at + count]
        check(len(part) == count, "an entry is cut short")
        self.at += count
        return part

    def number(self):
        out, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            out |= (byte & 127) << shift
            if byte < 128:
                return out
            shift += 7
            check(shift < 70, "a number is too long")

    def option(self, read):
        flag = self.take(1)[0]
        check(flag < 2, "an option is neither")
        return read() if flag else None

    def list(self, read):
        return [read() for _ in range(self.number())]

    def id(self):
        return self.take(16).hex()

    def ranges(self):
        return self.list(lambda: (self.number(), self.number(), self.number()))

    def end(self):
        check(self.at == len(self.data), "an entry holds more than it should")


def lasting_of(data):
    """Time and event of an entry's lasting part, and where that part ends."""
    length = int.from_bytes(data[16:20], "little")
    check(len(data) >= 20 + length, "an entry is cut short")
    read = Reader(data[20:20 + length])
    out = {"time_ms": read.number(), "event": read.number(), "end": 20 + length}
    if out["event"] == WRITTEN:
        out["first"], out["ranges"], out["root"] = read.number(), read.ranges(), read.take(32)
        read.end()
    elif out["event"] == DELIVERED:
        out["entries"] = read.list(read.number)
        read.end()
    elif out["event"] == SESSION_BEGUN:
        out["session"], out["principal"], out["client"] = read.id(), read.id(), read.id()
        read.take(32), read.number(), read.number()
        out["device"] = read.option(read.id)
        read.option(lambda: read.take(32))
        read.end()
    return out


def fleeting_of(cell, data, end, key):
    try:
        plain = AESGCM(key).decrypt(data[:12], data[end:], b"salus entry v1" + cell + data[:end])
    except InvalidTag:
        raise Bad("an entry does not open with its month's key") from None
    read = Reader(plain)
    out = {"session": read.id()}
    read.number(), read.number()
    out["address"] = read.take(16)

    def refusal():
        if read.number() == 4:
            read.number()

    read.option(refusal)
    out["part"] = read.number()
    out["patients"] = read.list(read.id)
    read.number()
    out["versions"] = read.ranges()
    read.end()
    return out


def month_of(time_ms):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=time_ms)
    return (moment.year - 1970) * 12 + moment.month - 1


def follows(leaf, index, size, proof, root):
    """RFC 9162 section 2.1.3.2."""
    position, last = index, size - 1
    if not 0 <= index < size:
        return False
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


def merkle(hashes):
    """RFC 6962 section 2.1."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return sha256(b"\x01", merkle(hashes[:split]), merkle(hashes[split:]))


def checkpoint(note, vkey):
    """Size and root of a signed checkpoint."""
    name, claimed, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    check(len(raw) == 33 and raw[0] == 1, "no Ed25519 key")
    key = raw[1:]
    key_id = sha256(name.encode(), b"\n\x01", key)[:4]
    check(key_id.hex() == claimed, "a wrong key id")
    text, blank, signature = note.partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    check(blank and len(lines) == 4 and lines[0] == name, "no checkpoint of this log")
    start = f"— {name} "
    check(signature.startswith(start) and signature.endswith("\n"), "no signature")
    signed = base64.b64decode(signature[len(start):-1], validate=True)
    check(len(signed) == 68 and signed[:4] == key_id, "another key's signature")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed[4:], text.encode())
    except InvalidSignature:
        raise Bad("the checkpoint's signature is wrong") from None
    return name, int(lines[1]), base64.b64decode(lines[2], validate=True)


def lines_of(path):
    data = pathlib.Path(path).read_bytes()
    check(data.endswith(b"\n"), "the last line has no end")
    lines = data[:-1].split(b"\n")
    last = json.loads(lines[-1])
    body = data[:len(data) - len(lines[-1]) - 1]
    check(last == {"sha256": hashlib.sha256(body).hexdigest()} and len(lines) > 3, "the file was changed or cut")
    check(lines[-1] == json.dumps(last, separators=(",", ":")).encode(), "the file was changed")
    return [json.loads(line) for line in lines[:-1]]


class Proof:
    def __init__(self, lines, keys_file):
        self.head = lines[0]
        check(self.head.get("salus-scope-proof") == 1, "no proof of a scope")
        self.cell = bytes.fromhex(self.head["cell"])
        vkey, note = lines[1]["verifier_key"], lines[1]["checkpoint"]
        if keys_file is not None:
            known = pathlib.Path(keys_file).read_text().splitlines()
            check(vkey in known, "signed by another key than the one that was given")
        self.vkey = vkey
        name, self.size, self.root = checkpoint(note, vkey)
        check(name.rsplit("/", 1)[-1] == self.head["cell"], "the checkpoint is of another cell")
        self.keys, self.entries, self.writes, self.owners = {}, {}, {}, {}
        self.kinds = self.claim = None
        for line in lines[2:]:
            self.take(line)
        check(self.claim is not None and self.kinds is not None, "nothing is claimed")
        told = {name for kind in self.kinds.values() for how in ("body", "line") for name in kind[how]}
        check(told <= set(self.claim["categories"]), "a kind tells of a category that is not known")

    def take(self, line):
        if "month" in line:
            self.keys[line["month"]] = bytes.fromhex(line["key"])
        elif "entry" in line:
            number, data = line["entry"], bytes.fromhex(line["bytes"])
            check(number not in self.entries, f"entry {number} is there twice")
            check(line["role"] in ("admitted", "refused", "report", "session", "write"), "a role that is not known")
            proof = [bytes.fromhex(step) for step in line["proof"]]
            leaf = sha256(b"\x00", data)
            check(follows(leaf, number, self.size, proof, self.root), f"entry {number} is not in the log")
            self.entries[number] = (line["role"], data, lasting_of(data))
        elif "write" in line:
            check(line["write"] not in self.writes, "a write is there twice")
            self.writes[line["write"]] = line
        elif "compartment" in line:
            check(line["compartment"] not in self.owners, "a compartment is there twice")
            self.owners[line["compartment"]] = line["patients"]
        elif "kinds" in line:
            self.kinds = line["kinds"]
        elif "claim" in line:
            check(self.claim is None, "two claims")
            self.claim = line["claim"]
        else:
            raise Bad("a line that is not known")

    def sessions(self):
        begun = [event for role, _, event in self.entries.values() if role == "session"]
        check(all(event["event"] == SESSION_BEGUN for event in begun), "a session's begin is none")
        return {event["session"]: event for event in begun}

    def fits(self, fleeting, whose):
        head = self.head
        if any(head[key] is not None and head[key] != value for key, value in (
                ("session", fleeting["session"]), ("principal", whose["principal"]),
                ("client", whose["client"]), ("device", whose["device"]))):
            return False
        if head["network"] is None:
            return True
        shift = 128 - head["network"]["prefix_bits"]
        wanted = int(head["network"]["address"], 16)
        return int.from_bytes(fleeting["address"], "big") >> shift == wanted >> shift

    def headers(self):
        """(record, version) to (compartment, kind), each shown to be what an entry admitted."""
        out = {}
        for number, line in self.writes.items():
            check(number in self.entries, f"write {number} is not there")
            event = self.entries[number][2]
            check(event["event"] == WRITTEN, f"entry {number} is no write")
            covered = [(record + at, version) for record, count, version in event["ranges"] for at in range(count)]
            leaves = [bytes.fromhex(leaf) for leaf in line["leaves"]]
            check(len(leaves) == len(covered), f"write {number} covers other versions")
            check(merkle(leaves) == event["root"], f"write {number} admitted other versions")
            places = {version: at for at, version in enumerate(covered)}
            for own in line["versions"]:
                header, hashed = bytes.fromhex(own["header"]), bytes.fromhex(own["hash"])
                check(len(header) == 49 and header[:2] == b"S1" and header[2:18] == self.cell, "no header")
                read = lambda at, count: int.from_bytes(header[at:at + count], "little")
                version = (read(28, 8), read(36, 4))
                check(version in places, f"write {number} did not admit version {version}")
                leaf = sha256(b"\x00", header, hashed)
                check(leaf == leaves[places[version]], f"the header of version {version} was changed")
                out[version] = (read(18, 8), read(26, 2))
        return out

    def recount(self):
        sessions, headers = self.sessions(), self.headers()
        writes = {number for number, (role, _, _) in self.entries.items() if role == "write"}
        check(writes <= set(self.writes), "a write without its versions")
        check(set(self.owners) <= {compartment for compartment, _ in headers.values()}, "a compartment that no version is of")
        admitted, refused, delivered = {}, 0, set()
        for number, (role, data, event) in sorted(self.entries.items()):
            if role == "report":
                check(event["event"] == DELIVERED, f"entry {number} is no report")
                check(self.head["from_ms"] <= event["time_ms"] < self.head["to_ms"] + DELIVERY_MS, f"report {number} is out of time")
                delivered.update(event["entries"])
            if role not in ("admitted", "refused"):
                continue
            check(self.head["from_ms"] <= event["time_ms"] < self.head["to_ms"], f"entry {number} is out of time")
            key = self.keys.get(month_of(event["time_ms"]))
            check(key is not None, f"the key of entry {number} is not there")
            fleeting = fleeting_of(self.cell, data, event["end"], key)
            whose = sessions.get(fleeting["session"])
            check(whose is not None, f"whose session entry {number} is, is not there")
            check(self.fits(fleeting, whose), f"entry {number} is somebody else's")
            if role == "refused":
                check(event["event"] == REFUSED, f"entry {number} refused nothing")
                refused += 1
            else:
                check(event["event"] in (OPENED, WRITTEN, SEARCHED, SEARCHED_WITHIN), f"entry {number} admitted nothing")
                admitted[number] = (event, fleeting)
        return self.count(admitted, refused, delivered, headers)

    def count(self, admitted, refused, delivered, headers):
        done, items, patients, chains = {}, {}, set(), 0
        house, unattributed = set(), set()
        for number, (event, fleeting) in admitted.items():
            is_rest = event["event"] == WRITTEN and event["first"] != number and event["first"] in admitted
            chains += not is_rest
            patients.update(fleeting["patients"])
            sent = number in delivered
            if event["event"] in (SEARCHED, SEARCHED_WITHIN):
                how = FOUND
            elif event["event"] == WRITTEN:
                how = WROTE | SENT
            elif fleeting["part"] == 1:
                how = LINE | (LINE_SENT if sent else 0)
            else:
                how = BODY | (SENT if sent else 0)
            for record, count, version in fleeting["versions"]:
                for key in ((record + at, version) for at in range(count)):
                    done[key] = done.get(key, 0) | how
                    compartment, kind = headers.get(key, (None, None))
                    if compartment == 0:
                        house.add(key)
                        continue
                    owners = self.owners.get(compartment)
                    if owners is not None:
                        named = set(fleeting["patients"])
                        check(set(owners) <= named, f"entry {number} does not name whose version {key} is")
                    elif len(fleeting["patients"]) == 1:
                        owners = fleeting["patients"]
                    else:
                        unattributed.add(key)
                        continue
                    for owner in owners:
                        items[owner, key] = items.get((owner, key), 0) | how
        return self.numbers(done, items, patients, chains, refused, house, unattributed, headers)

    def numbers(self, done, items, patients, chains, refused, house, unattributed, headers):
        told_of, versions = {}, {}
        for (owner, key), how in items.items():
            kind = self.kinds.get(str(headers[key][1])) if key in headers else None
            kind = kind or {"body": ["documents"], "line": ["identity"]}
            told = set(kind["body"] if how & (BODY | WROTE) else []) | set(kind["line"] if how & LINE else [])
            told_of.setdefault(owner, set()).update(told)
            versions.setdefault(key, told)
        counts = {name: {"patients": sum(name in told for told in told_of.values()),
                         "versions": sum(name in told for told in versions.values())} for name in self.claim["categories"]}

        def undelivered(how):
            body = how & BODY and not how & (SENT | WROTE)
            line = how & LINE and not how & (SENT | LINE_SENT | WROTE)
            return bool(body or line)

        return {"patients_total": len(patients), "admissions": chains, "refusals": refused, "versions": len(done),
                "versions_found_only": sum(how == FOUND for how in done.values()),
                "versions_undelivered": sum(undelivered(how) for how in done.values()),
                "versions_unattributed": len(unattributed), "house_versions": len(house), "categories": counts}


def verify(path, keys_file=None):
    proof = Proof(lines_of(path), keys_file)
    found = proof.recount()
    for key, value in found.items():
        check(proof.claim.get(key) == value, f"{key}: claimed {proof.claim.get(key)}, proven {value}")
    return proof, found


def main(arguments):
    keys_file = None
    if "--verifier-keys" in arguments:
        at = arguments.index("--verifier-keys")
        keys_file = arguments[at + 1]
        del arguments[at:at + 2]
    as_json = "--json" in arguments
    files = [argument for argument in arguments if argument != "--json"]
    if len(files) != 1:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        proof, found = verify(files[0], keys_file)
    except (Bad, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as why:
        sys.exit(f"bad: {why}")
    if as_json:
        print(json.dumps(found))
        return
    print(f"{len(proof.entries)} entries are in the log of {proof.head['name']} at size {proof.size}")
    for key, value in found.items():
        print(key, value)
    if keys_file is None:
        print("signed by the key that the file names; compare it with one from another place:", proof.vkey)
    print("ok")


if __name__ == "__main__":
    main(sys.argv[1:])
