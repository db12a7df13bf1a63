//! The documents that are made from code, or checked against it.

use certctl_domain::access::Permission;
use certctl_domain::id::AgentId;
use certctl_handler::{openapi_json, route_table};
use certctl_http_core::{ApiError, FIELD_CODES, Refusal};
use certctl_service_api::{ConflictCode, ServiceError};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

fn document(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_checked_in_description_is_what_the_code_says() {
    assert!(
        document("reference/openapi.json") == openapi_json().unwrap(),
        "docs/reference/openapi.json is not what the code says; run `cargo xtask openapi`"
    );
}

#[test]
fn the_checked_in_reference_page_is_what_the_code_says() {
    let description = serde_json::from_str(&openapi_json().unwrap()).unwrap();
    assert!(
        document("reference/api.md") == certctl_handler::api_reference(&description),
        "docs/reference/api.md is not what the code says; run `cargo xtask api-docs`"
    );
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get("$ref") {
                found.insert(reference.clone());
            }
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_in_the_description_resolves() {
    let description: Value = serde_json::from_str(&openapi_json().unwrap()).unwrap();
    let mut found = BTreeSet::new();
    references(&description, &mut found);
    assert!(found.contains("#/components/schemas/ErrorBody"));
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// Where clients choose ids, a path beside `{id}` would hide the object of that name.
#[test]
fn no_object_can_be_hidden_behind_a_path_of_its_name() {
    let description: Value = serde_json::from_str(&openapi_json().unwrap()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    for (path, methods) in paths {
        let (collection, name) = path.rsplit_once('/').unwrap();
        let mut found = BTreeSet::new();
        references(&paths.get(collection).unwrap_or(&Value::Null)["post"]["requestBody"], &mut found);
        let chosen = found.iter().any(|body| {
            let schema = description.pointer(body.strip_prefix('#').unwrap()).unwrap();
            schema["properties"].get("id").is_some()
        });
        if name.starts_with('{') || !chosen {
            continue;
        }
        let reserved = match collection {
            "/api/v1/certificates" => certctl_service_api::certificate::RESERVED_IDS,
            "/api/v1/policies" => certctl_service_api::policy::RESERVED_IDS,
            _ => &[],
        };
        assert!(reserved.contains(&name), "{path} {methods} hides the object {name}: reserve its id");
    }
}

/// Schemas of bodies that only programs make up: their examples would teach nobody anything.
const WITHOUT_EXAMPLE: [&str; 5] = ["MergePatch", "CsrRequest", "EnrolRequest", "JobReport", "VerifyRequest"];

#[test]
fn every_body_that_clients_send_has_an_example_that_fits_its_schema() {
    let description: Value = serde_json::from_str(&openapi_json().unwrap()).unwrap();
    for operation in
        description["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        let mut found = BTreeSet::new();
        references(&operation["requestBody"], &mut found);
        for reference in found {
            let name = reference.rsplit('/').next().unwrap();
            if WITHOUT_EXAMPLE.contains(&name) {
                continue;
            }
            let schema = description.pointer(reference.strip_prefix('#').unwrap()).unwrap();
            let example =
                schema["examples"][0].as_object().unwrap_or_else(|| panic!("{name} has no example"));
            for field in example.keys() {
                assert!(
                    schema["properties"].get(field).is_some(),
                    "the example of {name} has the unknown field {field}"
                );
            }
            for field in schema["required"].as_array().into_iter().flatten() {
                assert!(example.contains_key(field.as_str().unwrap()), "the example of {name} lacks {field}");
            }
        }
    }
}

#[test]
fn every_operation_is_described_and_named_once() {
    let table = route_table();
    let mut names = BTreeSet::new();
    for route in table.routes() {
        let operation = &route.operation;
        assert!(names.insert(operation.operation_id.clone().unwrap()), "{route:?} has the name of another");
        assert!(operation.summary.as_ref().is_some_and(|text| !text.is_empty()), "{route:?} has no summary");
        assert_eq!(operation.tags.as_ref().map(Vec::len), Some(1), "{route:?} has no tag");
    }
}

#[test]
fn every_operation_lists_its_errors_with_the_one_body() {
    let description: Value = serde_json::from_str(&openapi_json().unwrap()).unwrap();
    let body = "#/components/schemas/ErrorBody";
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("500"), "{method} {path}");
            for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
                // A probe that says what is late.
                if (path.as_str(), status.as_str()) == ("/health/scheduler", "503") {
                    continue;
                }
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, body, "{method} {path} {status}");
            }
            let secured = operation["security"].as_array().is_some_and(|list| !list.is_empty());
            assert_eq!(secured, responses.contains_key("403"), "{method} {path}");
        }
    }
}

/// One error of each kind, with every code it can have.
fn service_errors() -> Vec<ServiceError> {
    let unauthenticated = |code| ServiceError::Unauthenticated { code, message: "" };
    let mut all = vec![
        ServiceError::not_found("", ""),
        ServiceError::Invalid(Vec::new()),
        ServiceError::Unprocessable(Vec::new()),
        ServiceError::PolicyViolation(Vec::new()),
        unauthenticated("missing_credential"),
        unauthenticated("invalid_credential"),
        unauthenticated("invalid_enrolment_token"),
        unauthenticated("session_ended"),
        ServiceError::Forbidden { permission: Permission::AgentSelf },
        ServiceError::Refused { code: "same_person", message: String::new() },
        ServiceError::NotConfigured { code: "digest_off", message: String::new() },
        ServiceError::NotConfigured { code: "no_email_channel", message: String::new() },
        ServiceError::NotConfigured { code: "no_digest_recipients", message: String::new() },
        ServiceError::Retired { id: AgentId::parse("agent-1").unwrap() },
        ServiceError::Throttled { retry_after: Duration::ZERO },
        ServiceError::Upstream { message: String::new() },
        ServiceError::Unavailable("".into()),
        ServiceError::internal(""),
    ];
    all.extend(ConflictCode::ALL.iter().map(|code| ServiceError::conflict(*code, "")));
    all
}

/// Rows of a table in `docs/ERRORS.md`: the first cell without its backticks, and the second.
fn rows(heading: &str) -> BTreeMap<String, String> {
    let text = document("ERRORS.md");
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows = cells.map(|(code, rest)| (code.to_owned(), rest.split(" |").next().unwrap().to_owned()));
    rows.collect()
}

#[test]
fn the_reference_of_errors_has_every_code_with_its_status() {
    let mut expected: BTreeMap<String, String> =
        Refusal::CODES.iter().map(|(code, status)| ((*code).to_owned(), status.to_string())).collect();
    for error in service_errors() {
        let error = ApiError::from(error);
        expected.insert(error.code().to_owned(), error.status().as_u16().to_string());
    }
    assert_eq!(rows("Codes"), expected);
}

#[test]
fn the_reference_of_errors_has_every_field_code_of_the_input_layer() {
    let documented: BTreeSet<_> = rows("Codes of fields").into_keys().collect();
    for code in FIELD_CODES {
        assert!(documented.contains(*code), "{code} is missing");
    }
}
