//! Lists: paging parameters in, pages out.

use crate::ApiError;
use crate::query::{pairs, parse};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use certctl_api_types::Page;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{FieldError, ServiceError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::future::{Ready, ready};

/// Most rows of one page; larger wishes get this many.
const MAX_PER_PAGE: u32 = 500;

/// The query string of a list: paging, and the filters `F`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<F> {
    /// Which part is wanted.
    pub page: ListRequest,
    /// Filters and order.
    pub filter: F,
}

/// The query string of a list whose rows carry tags: besides paging and the filters `F`, any number
/// of `tag.<key>=<value>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedList<F> {
    /// Which part is wanted.
    pub page: ListRequest,
    /// Filters and order.
    pub filter: F,
    /// Tags that a row must carry, with their values.
    pub tags: BTreeMap<String, String>,
}

/// Tags in a query string, as the API's description shows them.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Tags {
    /// Any number of `tag.<key>=<value>`: only what carries all of these tags with these values.
    #[param(rename = "tag.{key}", example = "platform")]
    pub tag: Option<String>,
}

/// For lists without filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

/// Paging parameters, as the API's description shows them.
#[derive(Debug, Clone, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Page number from 1. Ignored with a cursor.
    #[param(minimum = 1, default = 1)]
    pub page: Option<u32>,
    /// Rows per page. More than 500 gives 500.
    #[param(minimum = 1, default = 50)]
    pub per_page: Option<u32>,
    /// Another name of `per_page`, which it overrides.
    #[param(minimum = 1)]
    pub page_size: Option<u32>,
    /// `next_cursor` of the previous page, with the same filters and order. Empty means the first page.
    pub cursor: Option<String>,
}

impl<F: DeserializeOwned> FromRequest for List<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = read(pairs(request)).map(|(page, filter)| Self { page, filter });
        ready(read.map_err(|fields| ServiceError::Invalid(fields).into()))
    }
}

impl<F: DeserializeOwned> FromRequest for TaggedList<F> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = read_tagged(pairs(request)).map(|(page, filter, tags)| Self { page, filter, tags });
        ready(read.map_err(|fields| ServiceError::Invalid(fields).into()))
    }
}

type WithTags<F> = (ListRequest, F, BTreeMap<String, String>);

type Pairs = Vec<(String, String)>;

/// Tags, other parameters, and what is wrong with the tags.
pub(crate) fn split_tags(pairs: Pairs) -> (BTreeMap<String, String>, Pairs, Vec<FieldError>) {
    let (mut tags, mut others, mut refused) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (name, value) in pairs {
        let Some(key) = name.strip_prefix("tag.") else {
            others.push((name, value));
            continue;
        };
        if key.is_empty() || key.chars().chain(value.chars()).any(char::is_control) {
            let message = "name a tag, as in `tag.team=web`, without control characters";
            refused.push(FieldError::new(name, "invalid_value", message));
        } else if tags.insert(key.to_owned(), value).is_some() {
            refused.push(FieldError::new(name, "duplicate_field", "give this parameter once"));
        }
    }
    (tags, others, refused)
}

fn read_tagged<F: DeserializeOwned>(pairs: Pairs) -> Result<WithTags<F>, Vec<FieldError>> {
    let (tags, others, mut refused) = split_tags(pairs);
    match read(others) {
        Ok((page, filter)) if refused.is_empty() => Ok((page, filter, tags)),
        Ok(_) => Err(refused),
        Err(fields) => {
            refused.extend(fields);
            Err(refused)
        }
    }
}

fn read<F: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<(ListRequest, F), Vec<FieldError>> {
    let mut paging: [Option<String>; NAMES.len()] = Default::default();
    let (mut others, mut refused) = (Vec::new(), Vec::new());
    for (name, value) in pairs {
        match NAMES.iter().position(|paging| *paging == name).and_then(|at| paging.get_mut(at)) {
            None => others.push((name, value)),
            Some(slot) if slot.is_none() => *slot = Some(value),
            Some(_) => refused.push(FieldError::new(name, "duplicate_field", "give this parameter once")),
        }
    }
    let [page, per_page, page_size, cursor] = paging;
    let mut number = |name: &str, text: Option<String>| {
        let wanted = text?;
        let number = wanted.parse().ok().filter(|number: &u64| *number > 0);
        if number.is_none() {
            let message =
                format!("`{}` is not a whole number from 1", wanted.chars().take(64).collect::<String>());
            refused.push(FieldError::new(name, "invalid_value", message));
        }
        number
    };
    let (page, per_page, page_size) =
        (number("page", page), number("per_page", per_page), number("page_size", page_size));
    let standard = ListRequest::default();
    let request = ListRequest {
        page: page.map_or(standard.page, |page| u32::try_from(page).unwrap_or(u32::MAX)),
        per_page: page_size
            .or(per_page)
            .map_or(standard.per_page, |rows| u32::try_from(rows).unwrap_or(MAX_PER_PAGE).min(MAX_PER_PAGE)),
        cursor: cursor.filter(|cursor| !cursor.is_empty()),
    };
    match parse(others) {
        Ok(filter) if refused.is_empty() => Ok((request, filter)),
        Ok(_) => Err(refused),
        Err(field) => {
            refused.push(field);
            Err(refused)
        }
    }
}

const NAMES: [&str; 4] = ["page", "per_page", "page_size", "cursor"];

/// The body of a list: `listing` with its rows converted.
pub fn page<T, U, E>(listing: Listing<T>, convert: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
    Ok(Page {
        data: listing.items.into_iter().map(convert).collect::<Result<_, _>>()?,
        total: listing.total,
        page: listing.page,
        per_page: listing.per_page,
        next_cursor: listing.next_cursor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(query: &[(&str, &str)]) -> Result<ListRequest, Vec<String>> {
        let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        read::<NoFilter>(pairs).map(|(page, _)| page).map_err(|fields| {
            fields.into_iter().map(|field| format!("{} {}", field.field, field.code)).collect()
        })
    }

    #[test]
    fn sound_paging_is_read_and_large_pages_are_clamped() {
        assert_eq!(paging(&[]), Ok(ListRequest { page: 1, per_page: 50, cursor: None }));
        assert_eq!(
            paging(&[("page", "3"), ("per_page", "501"), ("cursor", "")]),
            Ok(ListRequest { page: 3, per_page: 500, cursor: None })
        );
        assert_eq!(
            paging(&[("per_page", "7"), ("page_size", "9"), ("cursor", "abc")]),
            Ok(ListRequest { page: 1, per_page: 9, cursor: Some("abc".to_owned()) })
        );
        assert_eq!(paging(&[("per_page", "4294967296")]).map(|page| page.per_page), Ok(500));
    }

    #[test]
    fn tags_are_told_from_filters() {
        let read = |query: &[(&str, &str)]| {
            let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            read_tagged::<NoFilter>(pairs)
                .map(|(_, _, tags)| tags.into_iter().map(|(key, value)| format!("{key}={value}")).collect())
                .map_err(|fields| {
                    fields.into_iter().map(|field| format!("{} {}", field.field, field.code)).collect()
                })
        };
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(read(&[("tag.a.b", "x"), ("page", "2"), ("tag.c", "")]), Ok(list(&["a.b=x", "c="])));
        assert_eq!(
            read(&[("tag.", "x"), ("tag.a", "1"), ("tag.a", "2"), ("tags", "x")]),
            Err(list(&["tag. invalid_value", "tag.a duplicate_field", "tags unknown_field"]))
        );
    }

    #[test]
    fn every_malformed_parameter_is_named() {
        assert_eq!(
            paging(&[("page", "0"), ("per_page", "ten"), ("page_size", "-1"), ("colour", "red")]),
            Err([
                "page invalid_value",
                "per_page invalid_value",
                "page_size invalid_value",
                "colour unknown_field"
            ]
            .map(str::to_owned)
            .to_vec())
        );
        assert_eq!(paging(&[("page", "1"), ("page", "2")]), Err(vec!["page duplicate_field".to_owned()]));
    }
}
