//! `certctl crl inspect`: what a CRL says, from the server or from a file.

use crate::noun::{Column, text, time};
use crate::output::{self, Format, Printer};
use crate::session::{self, Session};
use anyhow::Context as _;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_pki::Certificate;
use certctl_pki::crl::{Crl, EntryReason};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};
use std::path::Path;

const COLUMNS: &[Column] = &[
    text("SERIAL", "/serial_number"),
    text("REASON", "/reason"),
    time("REVOKED", "/revoked_at"),
    time("INVALID SINCE", "/invalidity_date"),
];

pub(super) fn command() -> Command {
    Command::new("inspect")
        .about("Say what a CRL holds; that of an issuer is also compared with its CA certificate")
        .arg(Arg::new("id").value_name("ISSUER").required_unless_present("file"))
        .arg(
            Arg::new("file")
                .long("file")
                .short('f')
                .value_name("FILE")
                .conflicts_with("id")
                .help("A CRL in a file, DER or PEM, instead of the server's"),
        )
        .arg(
            Arg::new("ca")
                .long("ca")
                .value_name("FILE")
                .help("Certificate of the CA that must have signed it, PEM"),
        )
        .arg(Arg::new("serial").long("serial").value_name("HEX").help("Look for one serial number"))
        .args(super::which())
}

pub(super) async fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let file = matches.get_one::<String>("file");
    let ca = matches.get_one::<String>("ca").map(|name| certificate(name)).transpose()?;
    let (crl, ca, printer) = if let Some(name) = file {
        (read(name)?, ca, session::printer(matches))
    } else {
        let session = Session::open(matches)?;
        let crl = Crl::parse(&super::crl::fetch(&session, matches).await?)?;
        let issuer: IssuerId = matches.get_one::<String>("id").context("no issuer")?.parse()?;
        let ca = match ca {
            Some(ca) => ca,
            None => Certificate::parse_der(&session.client.relying_party().ca(&issuer).await?)?,
        };
        (crl, Some(ca), session.printer)
    };
    if let Some(ca) = &ca {
        crl.verify_signed_by(ca).context("the CA has not signed this CRL")?;
    }
    if let Some(wanted) = matches.get_one::<String>("serial") {
        return one(&crl, wanted, printer);
    }
    show(&crl, ca.is_some(), printer)
}

fn certificate(name: &str) -> anyhow::Result<Certificate> {
    Certificate::parse_pem(&crate::input::read(name)?)
        .with_context(|| format!("{name} holds no certificate that can be read"))
}

fn read(name: &str) -> anyhow::Result<Crl> {
    let bytes = std::fs::read(Path::new(name)).with_context(|| format!("cannot read {name}"))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => Ok(Crl::parse_pem(text)?),
        _ => Ok(Crl::parse(&bytes)?),
    }
}

fn one(crl: &Crl, wanted: &str, printer: Printer) -> anyhow::Result<()> {
    let serial = wanted.parse().with_context(|| format!("{wanted} is no serial number"))?;
    match crl.find(&serial) {
        Some(found) => printer.object_value(&entry(&found)),
        None => printer.object_value(&json!({ "serial_number": serial.to_string(), "reason": null })),
    }
}

fn show(crl: &Crl, verified: bool, printer: Printer) -> anyhow::Result<()> {
    let entries: Vec<_> = crl.entries().map(|found| entry(&found)).collect();
    let head = json!({
        "issuer": crl.issuer(), "number": crl.number(), "base_number": crl.base_number(),
        "this_update": crl.this_update().to_rfc3339(),
        "next_update": crl.next_update().map(Timestamp::to_rfc3339),
        "distribution_points": crl.issuing_urls(), "freshest_crl": crl.freshest_crl_urls(),
        "signature": if verified { "made by the CA" } else { "not checked; name the CA with --ca" },
        "entries": entries.len(),
    });
    match printer.format {
        Format::Table => {
            printer.object_value(&head)?;
            output::write("\n")?;
            printer.row_values(&json!({ "data": entries }), "/data", COLUMNS)
        }
        Format::Csv => printer.row_values(&json!({ "data": entries }), "/data", COLUMNS),
        Format::Json | Format::Yaml => {
            let mut whole = head;
            if let Value::Object(fields) = &mut whole {
                fields.insert("entries".to_owned(), entries.into());
            }
            printer.object_value(&whole)
        }
    }
}

fn entry(found: &certctl_pki::crl::CrlEntry) -> Value {
    let reason = match found.reason {
        EntryReason::Revoked(reason) => reason.as_str(),
        EntryReason::RemoveFromCrl => "removeFromCRL",
    };
    json!({
        "serial_number": found.serial.to_string(), "reason": reason,
        "revoked_at": found.revoked_at.to_rfc3339(),
        "invalidity_date": found.invalidity_date.map(Timestamp::to_rfc3339),
    })
}
