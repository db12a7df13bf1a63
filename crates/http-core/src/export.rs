//! Exports: everything that a list's filters let pass, in one of two forms.

use crate::ApiError;
use crate::list::split_tags;
use crate::query::{pairs, parse};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use certctl_domain::audit::ExportFormat;
use certctl_service_api::{FieldError, ServiceError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::future::{Ready, ready};

/// The query string of an export of what carries tags: the form, the filters `F`, any number of
/// `tag.<key>=<value>`, and no paging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedExport<F> {
    /// Form of the answer.
    pub format: ExportFormat,
    /// Filters and order.
    pub filter: F,
    /// Tags that a row must carry, with their values.
    pub tags: BTreeMap<String, String>,
}

/// The form of an export, as the API's description shows it.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportForm {
    /// Form of the answer.
    #[param(inline, default = "jsonl")]
    pub format: Option<ExportFormat>,
}

impl<F: DeserializeOwned> FromRequest for TaggedExport<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(pairs(request)).map_err(|fields| ServiceError::Invalid(fields).into()))
    }
}

fn read<F: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<TaggedExport<F>, Vec<FieldError>> {
    let (tags, others, mut refused) = split_tags(pairs);
    let (form, others) = others.into_iter().partition(|(name, _)| name == "format");
    match (parse::<ExportForm>(form), parse(others)) {
        (Ok(form), Ok(filter)) if refused.is_empty() => {
            let format = form.format.unwrap_or(ExportFormat::Jsonl);
            Ok(TaggedExport { format, filter, tags })
        }
        (form, filter) => {
            refused.extend(form.err().into_iter().chain(filter.err()));
            Err(refused)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoFilter;

    fn read_query(query: &[(&str, &str)]) -> Result<(ExportFormat, usize), Vec<String>> {
        let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let shown = |field: FieldError| format!("{} {}", field.field, field.code);
        read::<NoFilter>(pairs)
            .map(|export| (export.format, export.tags.len()))
            .map_err(|fields| fields.into_iter().map(shown).collect())
    }

    #[test]
    fn the_form_is_told_from_filters_and_there_are_no_pages() {
        assert_eq!(read_query(&[]), Ok((ExportFormat::Jsonl, 0)));
        assert_eq!(read_query(&[("format", "csv"), ("tag.a", "x")]), Ok((ExportFormat::Csv, 1)));
        let refused = |names: &[&str]| Err(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(
            read_query(&[("format", "xml"), ("page", "2")]),
            refused(&["format invalid_value", "page unknown_field"])
        );
        assert_eq!(
            read_query(&[("format", "csv"), ("format", "csv"), ("tag.", "x")]),
            refused(&["tag. invalid_value", "format duplicate_field"])
        );
    }
}
