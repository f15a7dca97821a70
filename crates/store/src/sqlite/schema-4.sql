-- The history of a type, and of all, by what it promises: newest first by time, then by key, which an index ends with anyway.
DROP INDEX version_kind;
CREATE INDEX version_kind_time ON version (kind, time_ms);
CREATE INDEX version_time ON version (time_ms);
