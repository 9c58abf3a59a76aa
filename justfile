# Short names for the commands in README.md and CONTRIBUTING.md. `cargo install just` installs `just`, which lists them.

set windows-shell := ["bash", "-cu"]

[private]
default:
    @{{ just_executable() }} --list

# Checks formatting, lints and documentation
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets
    cargo doc --workspace --no-deps

# Runs all tests. With the Python programs: just python, then PYTHON=$PWD/.venv/bin/python just test
test *arguments:
    cargo test {{ arguments }}

# Makes .venv, with the Python packages of lessons, benches and book
python:
    python3 -m venv .venv
    .venv/bin/python -m pip install -r lessons/requirements.txt -r benches/requirements.txt -r book/requirements.txt

# Serves the book and opens it
book:
    mdbook serve book --open

# Builds the book with its PDF and ePub, in target/book/published
publish:
    bash .ci/book

# Records outputs and pictures again. To compare only: just refresh --check
refresh *arguments:
    cargo run -p book -- refresh {{ arguments }}

# Builds the WebAssembly of the book's labs
lab:
    cargo run -p book -- lab

# Takes the answers to the book's predictions from its outputs
predictions:
    cargo run -p book -- predictions

# Runs the benchmarks. Only one group: just bench strategies
bench *arguments:
    cargo bench {{ if arguments == "" { "" } else { "-- " + arguments } }}

# Takes you through the exercises, one after another
[working-directory('lessons/exercises')]
exercises:
    rustlings

# Checks that each exercise fails for the reason it teaches, and each solution passes
check-exercises:
    bash lessons/exercises/check

# Checks licences, advisories, duplicate and unused dependencies, spelling
tidy:
    cargo deny check
    cargo machete
    typos

# Runs .ci/run, which takes most of an hour
check:
    bash .ci/run
