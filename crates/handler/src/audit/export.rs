//! `GET /api/v1/audit/export`.

use super::filter::ExportFilter;
use super::{convert, csv};
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use certctl_domain::audit::ExportFormat;
use certctl_http_core::{ApiError, Caller, Query};
use certctl_service_api::ServiceError;
use certctl_service_api::audit::{AuditService, RecordedEvent};
use futures_util::{StreamExt, stream};

/// Export audit events
///
/// Every event that matches and is older than the request, oldest first, while it is read: the
/// answer has no length. An answer that ends in an error is cut off, so check that the transfer was
/// complete. The export is recorded itself.
#[utoipa::path(
    get, path = "/api/v1/audit/export", tag = "audit",
    params(ExportFilter),
    responses((status = 200, description = "The events", content(
        (String = "application/x-ndjson", example = json!("{\"id\":\"audit-1\"}\n")),
        (String = "text/csv", example = json!("id,timestamp,actor\r\n")),
    ))),
)]
pub(super) async fn export_audit_events(
    who: Caller,
    input: Query<ExportFilter>,
    audit: Data<dyn AuditService>,
) -> Result<HttpResponse, ApiError> {
    let (query, format) = input.0.split();
    let query = audit.begin_export(&who, query, format).await?;
    // The first batch before the first byte, so that a refusal is an answer of its own.
    let first = Some(audit.export_batch(&who, &query, None).await?).filter(|batch| !batch.is_empty());
    let events = stream::try_unfold(first, move |batch| {
        let (audit, who, query) = (audit.clone(), who.clone(), query.clone());
        async move {
            let Some(events) = batch else { return Ok::<_, ServiceError>(None) };
            let position = events.last().map(|last| (last.event.timestamp, last.event.id.clone()));
            let text = lines(events, format)?;
            let next = audit.export_batch(&who, &query, position).await?;
            Ok(Some((Bytes::from(text), Some(next).filter(|batch| !batch.is_empty()))))
        }
    });
    let (media_type, name, begin) = match format {
        ExportFormat::Jsonl | ExportFormat::Ndjson => ("application/x-ndjson", "audit.jsonl", ""),
        ExportFormat::Csv => ("text/csv; charset=utf-8; header=present", "audit.csv", csv::HEADER),
    };
    let begin = (!begin.is_empty()).then(|| Ok(Bytes::from_static(begin.as_bytes())));
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(stream::iter(begin).chain(events)))
}

fn lines(events: Vec<RecordedEvent>, format: ExportFormat) -> Result<String, ServiceError> {
    let mut text = String::new();
    for event in events {
        let event = convert::event(event)?;
        match format {
            ExportFormat::Csv => text.push_str(&csv::line(&event)),
            ExportFormat::Jsonl | ExportFormat::Ndjson => {
                text.push_str(&serde_json::to_string(&event).map_err(ServiceError::internal)?);
                text.push('\n');
            }
        }
    }
    Ok(text)
}
