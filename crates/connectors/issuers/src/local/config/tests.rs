use super::*;
use serde_json::json;

fn parse(value: &serde_json::Value) -> Result<LocalCaConfig, Vec<ConfigError>> {
    let raw = RawConfig::from_json(&value.to_string()).unwrap();
    SCHEMA.check(&raw)?;
    LocalCaConfig::parse(&raw)
}

fn refused_fields(value: &serde_json::Value) -> Vec<String> {
    parse(value).unwrap_err().into_iter().map(|error| error.field).collect()
}

#[test]
fn an_empty_configuration_is_a_generated_p256_root_with_ninety_days() {
    let config = parse(&json!({})).unwrap();
    let CaSource::Generated(root) = config.source else { panic!("not generated") };
    assert_eq!(
        root,
        RootPlan { common_name: "CertCtl Local CA".to_owned(), key: KeySpec::P256, validity: DAY * 3650 }
    );
    assert_eq!(config.validity, DAY * 90);
    assert!(!config.include_root);
}

#[test]
fn a_time_span_wins_over_days() {
    assert_eq!(
        parse(&json!({"validity": "5m", "validity_days": 30})).unwrap().validity,
        Duration::from_mins(5)
    );
    assert_eq!(parse(&json!({"validity": 120})).unwrap().validity, Duration::from_mins(2));
    assert_eq!(parse(&json!({"validity_days": 30})).unwrap().validity, DAY * 30);
}

#[test]
fn defaults_in_the_schema_are_the_ones_in_effect() {
    let defaults: serde_json::Map<_, _> = SCHEMA
        .fields
        .iter()
        .filter(|field| !field.default.is_empty())
        .map(|field| {
            let value = match field.kind {
                FieldType::Integer => json!(field.default.parse::<i64>().unwrap()),
                FieldType::Boolean => json!(field.default == "true"),
                _ => json!(field.default),
            };
            (field.name.to_owned(), value)
        })
        .collect();
    assert_eq!(parse(&json!(defaults)).unwrap(), parse(&json!({})).unwrap());
}

#[test]
fn every_offered_key_algorithm_is_known() {
    let field = SCHEMA.fields.iter().find(|field| field.name == "key_algorithm").unwrap();
    let known: Vec<_> = KEY_ALGORITHMS.iter().map(|(text, _)| *text).collect();
    assert_eq!(
        field.kind,
        FieldType::Choice(&["P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096", "Ed25519"])
    );
    assert_eq!(known, ["P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096", "Ed25519"]);
}

#[test]
fn wrong_values_are_refused_by_field() {
    assert_eq!(refused_fields(&json!({"validity_days": 0})), ["validity_days"]);
    assert_eq!(refused_fields(&json!({"validity": "59s"})), ["validity"]);
    assert_eq!(
        refused_fields(&json!({"validity_days": 99_999_999_999_i64})),
        ["validity_days", "ca_validity"]
    );
    assert_eq!(refused_fields(&json!({"ca_cert_path": "/ca.pem"})), ["ca_key_path"]);
    assert_eq!(refused_fields(&json!({"ca_key_path": "/ca.key"})), ["ca_cert_path"]);
    assert_eq!(refused_fields(&json!({"ca_common_name": "x".repeat(65)})), ["ca_common_name"]);
    assert_eq!(refused_fields(&json!({"ca_validity": "30d"})), ["ca_validity"]);
    assert_eq!(refused_fields(&json!({"key_algorithm": "DSA"})), ["key_algorithm"]);
    assert_eq!(
        refused_fields(
            &json!({"ocsp_urls": ["http://ocsp.example.com", "ldap://x/"], "crl_distribution_point_urls": ["http:// x"]})
        ),
        ["crl_distribution_point_urls[0]", "ocsp_urls[1]"]
    );
    assert_eq!(refused_fields(&json!({"validity_day": 1})), ["validity_day"]);
}
