# Short names for the commands of README.md and CONTRIBUTING.md. `just` lists them; `cargo install just` brings it.

set windows-shell := ["bash", "-cu"]

[private]
default:
    @{{ just_executable() }} --list

# Formatting, lints and documentation
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets
    cargo doc --workspace --no-deps

# All tests. With the Python programs: just python, then PYTHON=$PWD/.venv/bin/python just test
test *arguments:
    cargo test {{ arguments }}

# A folder .venv with the Python packages of lessons, benches and book
python:
    python3 -m venv .venv
    .venv/bin/python -m pip install -r lessons/requirements.txt -r benches/requirements.txt -r book/requirements.txt

# Serves the book and opens it
book:
    mdbook serve book --open

# The book with its PDF and ePub, in target/book/published
publish:
    bash .ci/book

# Records outputs and pictures again. Compare only: just refresh --check
refresh *arguments:
    cargo run -p book -- refresh {{ arguments }}

# The benchmarks. One group: just bench strategies
bench *arguments:
    cargo bench {{ if arguments == "" { "" } else { "-- " + arguments } }}

# The exercises, one after another
[working-directory('lessons/exercises')]
exercises:
    rustlings

# Each exercise fails for its reason, and each solution passes
check-exercises:
    bash lessons/exercises/check

# Licences, advisories, duplicates, unused dependencies, spelling
tidy:
    cargo deny check
    cargo machete
    typos

# Everything that CI runs; most of an hour
check:
    bash .ci/run
