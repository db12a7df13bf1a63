# Short names for the repository's commands. Nothing here knows more than `cargo xtask` does.

# List the recipes
default:
    @just --list

# Install the Debian packages that building and testing need
setup:
    cargo xtask setup

# Formatting, lints, layers, tidy
check:
    cargo xtask check

# Everything, on SQLite and PostgreSQL; or one crate: `just test pki`
test *ARGS:
    cargo xtask test {{ARGS}}

# Everything that needs no PostgreSQL and no second process
quick *ARGS:
    cargo xtask test --quick {{ARGS}}

# Format all code
fmt:
    cargo fmt --all

# Accept changed snapshots after looking at each
snap:
    cargo insta review

# Check the edges between crates against layers.toml
layers:
    cargo xtask layers

# Check the rules of the house
tidy:
    cargo xtask tidy

# Write docs/reference/openapi.json
openapi *ARGS:
    cargo xtask openapi {{ARGS}}

# Write docs/reference/api.md
api-docs *ARGS:
    cargo xtask api-docs {{ARGS}}

# Write docs/reference/configuration.md
config-docs *ARGS:
    cargo xtask config-docs {{ARGS}}

# Create a migration for both databases: `just migrate-new add_target_labels`
migrate-new NAME:
    cargo xtask migrate-new {{NAME}}

# Build the web console, which the server serves
web:
    cargo xtask web

# Take the pictures of the console in docs/images anew
screenshots:
    cargo xtask screenshots

# Show a certificate being issued, deployed and renewed
demo *ARGS:
    cargo xtask demo {{ARGS}}

# Measure release builds
bench *ARGS:
    cargo xtask bench {{ARGS}}

# Licences, bans and sources of dependencies; `just deny advisories` needs the network
deny *CHECKS="bans licenses sources":
    cargo deny check {{CHECKS}}
