-- The history of a type, newest first.
CREATE INDEX version_kind ON version (kind, entry);
