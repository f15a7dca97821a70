-- One row: whose file this is, and how far it has come.
CREATE TABLE cell (
    id BLOB NOT NULL,
    last_entry INTEGER,
    last_mac BLOB,
    time_ms INTEGER NOT NULL DEFAULT 0,
    -- Counts how often the writer had to make sure what a failed commit had left.
    fence INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE compartment (
    number INTEGER PRIMARY KEY,
    wrap BLOB NOT NULL
) STRICT;

-- Where a record is found: kind (2, big endian), space (1), id (16).
CREATE TABLE address (
    address BLOB PRIMARY KEY,
    record INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    key INTEGER PRIMARY KEY, -- record << 24 | version
    entry INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    compartment INTEGER NOT NULL REFERENCES compartment (number),
    time_ms INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    wrap BLOB NOT NULL,
    line BLOB NOT NULL,
    words BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX version_entry ON version (entry);

-- What an import has done of a bundle: a bit per entry, 4096 entries a row.
CREATE TABLE ledger (
    bundle BLOB NOT NULL,
    chunk INTEGER NOT NULL,
    done BLOB NOT NULL,
    PRIMARY KEY (bundle, chunk)
) STRICT, WITHOUT ROWID;
