//! Prints the reference page of the API; `cargo xtask api-docs` writes it to `docs/reference/api.md`.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

fn main() -> Result<(), serde_json::Error> {
    let document = serde_json::from_str(&certctl_handler::openapi_json()?)?;
    print!("{}", certctl_handler::api_reference(&document));
    Ok(())
}
