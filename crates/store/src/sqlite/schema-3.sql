-- Words that were extracted anew, in place of those in the version's row.
CREATE TABLE words (
    key INTEGER PRIMARY KEY REFERENCES version (key),
    made INTEGER NOT NULL, -- by the parameters of this entry of the log
    extraction INTEGER NOT NULL, -- by this version of the program's own extraction
    wrap BLOB NOT NULL,
    words BLOB NOT NULL
) STRICT;
