# Shortcuts; what they run is all there is to them.

# Two practices of invented patients, at the address that is printed.
demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# Everything that must hold; `just test --long` for the long experiments.
test *ARGS:
    ./test {{ARGS}}

# The tests of pages alone, in Chromium; `just pages --test-name-pattern=front`. Needs `npm ci` in tests/browser, which `./test` does.
pages *ARGS:
    cargo build -p salus
    node --test --test-reporter=spec {{ARGS}} tests/browser/*.test.mjs

# A screenshot of every page, in every language, theme, size and state: target/screenshots/index.html, and many at once in its sheets/.
screenshots *ARGS:
    cargo build -p salus
    node tests/browser/screenshots.mjs {{ARGS}}

# All figures, beside the bare parts, into docs/benchmarks.md.
bench *ARGS='all --out docs/benchmarks.md':
    cargo run --release -p salus-bench -- {{ARGS}}

# libFuzzer on one target of fuzz/fuzz_targets, for so many seconds. Needs cargo-fuzz and a C++ compiler.
fuzz TARGET SECONDS='60':
    mkdir -p fuzz/corpus/{{TARGET}}
    cargo fuzz run -s none {{TARGET}} fuzz/corpus/{{TARGET}} fuzz/seeds/{{TARGET}} -- -max_total_time={{SECONDS}} -max_len=16384 -timeout=10

# Every file as rustfmt.toml says.
fmt:
    cargo fmt --all
    cargo fmt --manifest-path fuzz/Cargo.toml
