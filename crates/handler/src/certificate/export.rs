//! `GET /api/v1/certificates/export`.

use super::convert;
use super::fields::Fields;
use super::list::CertificateFilter;
use crate::csv;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use certctl_domain::audit::ExportFormat;
use certctl_http_core::{ApiError, Caller, ExportForm, TaggedExport, Tags};
use certctl_service_api::ServiceError;
use certctl_service_api::certificate::{CertificateService, CertificateView};
use certctl_service_api::list::{ListRequest, Listing};
use futures_util::{StreamExt, stream};
use serde_json::Value;

/// Certificates that are read at a time.
const BATCH: u32 = 500;

/// Export certificates
///
/// Every certificate that matches, while it is read: the answer has no length. An answer that ends
/// in an error is cut off, so check that the transfer was complete. As lines of JSON, or as CSV with
/// a line of names first, in which lists are parted by spaces.
#[utoipa::path(
    get, path = "/api/v1/certificates/export", tag = "certificates",
    params(ExportForm, CertificateFilter, Tags),
    responses((status = 200, description = "The certificates", content(
        (String = "application/x-ndjson", example = json!("{\"id\":\"mc-www\"}\n")),
        (String = "text/csv", example = json!("id,name,common_name\r\n")),
    ))),
)]
pub(super) async fn export_certificates(
    who: Caller,
    input: TaggedExport<CertificateFilter>,
    certificates: Data<dyn CertificateService>,
) -> Result<HttpResponse, ApiError> {
    let fields = Fields::parse(input.filter.fields.as_deref())?;
    let query = input.filter.into_query(input.tags);
    let form = Form::new(input.format, &fields);
    let first = ListRequest { per_page: BATCH, ..ListRequest::default() };
    // The first batch before the first byte, so that a refusal is an answer of its own.
    let listing = certificates.list(&who, query.clone(), first.clone()).await?;
    let header = (form.media_type, form.file, form.header());
    let lines = stream::try_unfold(Some(listing), move |listing| {
        let (certificates, who, query) = (certificates.clone(), who.clone(), query.clone());
        let text = listing.as_ref().map(|listing| form.lines(&listing.items, &fields)).transpose();
        let request = listing.map(|Listing { next_cursor, .. }| next_cursor);
        let next = request.flatten().map(|cursor| ListRequest { cursor: Some(cursor), ..first.clone() });
        async move {
            let Some(text) = text? else { return Ok::<_, ApiError>(None) };
            let next = match next {
                Some(page) => Some(certificates.list(&who, query, page).await?),
                None => None,
            };
            Ok(Some((Bytes::from(text), next)))
        }
    });
    let (media_type, file, begin) = header;
    let begin = begin.map(|line| Ok(Bytes::from(line)));
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")))
        .streaming(stream::iter(begin).chain(lines)))
}

/// How the certificates are written.
struct Form {
    media_type: &'static str,
    file: &'static str,
    /// Of CSV.
    columns: Option<Vec<&'static str>>,
}

impl Form {
    fn new(format: ExportFormat, fields: &Fields) -> Self {
        match format {
            ExportFormat::Jsonl | ExportFormat::Ndjson => {
                Self { media_type: "application/x-ndjson", file: "certificates.jsonl", columns: None }
            }
            ExportFormat::Csv => Self {
                media_type: "text/csv; charset=utf-8; header=present",
                file: "certificates.csv",
                columns: Some(COLUMNS.iter().copied().filter(|name| fields.has(name)).collect()),
            },
        }
    }

    fn header(&self) -> Option<String> {
        self.columns.as_ref().map(csv::line)
    }

    fn lines(&self, views: &[CertificateView], fields: &Fields) -> Result<String, ApiError> {
        let mut text = String::new();
        for view in views {
            let value = fields.apply(&convert::certificate(view.clone()))?;
            if let Some(columns) = &self.columns {
                text.push_str(&csv::line(columns.iter().map(|name| cell(value.get(name)))));
            } else {
                text.push_str(&serde_json::to_string(&value).map_err(ServiceError::internal)?);
                text.push('\n');
            }
        }
        Ok(text)
    }
}

/// Every field of a certificate, what people look for first in front.
const COLUMNS: &[&str] = &[
    "id",
    "name",
    "common_name",
    "sans",
    "status",
    "expires_at",
    "next_renewal_at",
    "environment",
    "owner_id",
    "team_id",
    "issuer_id",
    "renewal_policy_id",
    "certificate_profile_id",
    "target_ids",
    "tags",
    "paused_at",
    "pause_reason",
    "last_renewal_at",
    "last_deployment_at",
    "revoked_at",
    "revocation_reason",
    "source",
    "created_at",
    "updated_at",
];

/// A value as one cell: lists parted by spaces, tags as `key=value`.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(Some(item))).collect::<Vec<_>>().join(" "),
        Some(Value::Object(members)) => {
            let pairs = members.iter().map(|(key, value)| format!("{key}={}", cell(Some(value))));
            pairs.collect::<Vec<_>>().join(" ")
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_of_a_certificate_has_a_column() {
        let columns: BTreeSet<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(columns, super::super::fields::known());
    }
}
