//! Prints the OpenAPI document; `cargo xtask openapi` writes it to `docs/reference/openapi.json`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

fn main() -> Result<(), serde_json::Error> {
    print!("{}", certctl_handler::openapi_json()?);
    Ok(())
}
