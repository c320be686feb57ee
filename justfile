# `just` alone lists the recipes: https://just.systems

[private]
default:
    @just --list

# Chart what runs here
run *arguments:
    cargo run --release -- {{ arguments }}

# Show the built-in demo estate
demo:
    cargo run --release -- --demo

# Everything that CI tests, with a real engine and the ECS emulator
test:
    scripts/test

# The tests that need nothing but Rust
quick *arguments:
    PORTOLAN_SKIP_REAL=1 cargo test {{ arguments }}

# Format, and lint as CI does
lint:
    cargo fmt
    cargo clippy --all-targets -- -D warnings

# Accept changed screens, after a look at `git diff`
screens:
    INSTA_UPDATE=always cargo test --test screens

# Measure layouts and frames
bench *arguments:
    cargo bench {{ arguments }}

# Record what runs here into a file that can be replayed
record file="recording.jsonl" length="60s":
    cargo run --release -- record {{ file }} --for {{ length }}
