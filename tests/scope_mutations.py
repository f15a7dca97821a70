#!/usr/bin/env python3
"""Changes the proof of a scope in every way that a test can think of, and says which changes verify_scope.py did not find.

    python3 tests/scope_mutations.py FILE VERIFIER_KEYS [MOST]

At most MOST changes (default 150), others in each proof: the file's hash says which. First single bytes of the file, spread over all of it. Then whoever can write the last line's hash anew: each value of each line another
one, each line gone or there twice. Exits 1 when a change was not found.
"""
import hashlib, json, pathlib, random, sys

import verify_scope

# What is said and not proven: names, what was asked beyond what was found, and the span that was looked through.
UNPROVEN = {"name", "cell", "from_ms", "to_ms", "unreadable_entries", "entries_looked_at", "first", "end"}


def is_good(data, keys):
    path = pathlib.Path(sys.argv[1] + ".changed")
    path.write_bytes(data)
    try:
        verify_scope.verify(path, keys)
        return True
    except (verify_scope.Bad, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
        return False
    finally:
        path.unlink()


def sealed(lines):
    body = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines).encode()
    return body + json.dumps({"sha256": hashlib.sha256(body).hexdigest()}, separators=(",", ":")).encode() + b"\n"


def other(value):
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value:
        at = len(value) // 2
        return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1:]
    return None


def values(node, path=()):
    """Every place of a value, and what to put there."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key in UNPROVEN and key != "cell" or path == ("claim",) and key in UNPROVEN:
            continue
        if other(value) is not None:
            yield path + (key,), other(value)
        yield from values(value, path + (key,))


def changed(line, path, value):
    line = json.loads(json.dumps(line))
    node = line
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return line


def main():
    file, keys = sys.argv[1:3]
    data = pathlib.Path(file).read_bytes()
    lines = [json.loads(line) for line in data.splitlines()[:-1]]
    if not is_good(data, keys) or not is_good(sealed(lines), keys):
        sys.exit("the proof itself is bad")
    changes = [("byte", at, None, None) for at in range(0, len(data), max(1, len(data) // 400))]
    for at, line in enumerate(lines):
        changes += [("value", at, path, value) for path, value in values(line)]
        if "entry" in line and line["role"] != "report" or "write" in line or "month" in line:
            changes.append(("gone", at, line.get("role"), None))
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 150
    changes = random.Random(data[-40:]).sample(changes, min(most, len(changes)))
    missed = []
    for kind, at, path, value in changes:
        if kind == "byte":
            made = data[:at] + bytes([data[at] ^ 4]) + data[at + 1:]
        elif kind == "value":
            made = sealed(lines[:at] + [changed(lines[at], path, value)] + lines[at + 1:])
        else:
            made = sealed(lines[:at] + lines[at + 1:])
        if is_good(made, keys):
            missed.append(f"{kind} {at}: {path}")
    print(f"{len(changes)} changes, {len(missed)} not found")
    if missed:
        sys.exit("\n".join(missed[:20]))


main()
