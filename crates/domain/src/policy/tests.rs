use super::*;
use crate::certificate::{Certificate, CertificateStatus};
use crate::san::San;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn certificate(names: &[&str]) -> Certificate {
    let at = Timestamp::EPOCH;
    Certificate {
        id: id("mc-1"),
        name: "one".to_owned(),
        common_name: names.first().copied().unwrap_or("www.example.com").to_owned(),
        sans: names.iter().map(|name| San::parse(name).unwrap()).collect(),
        environment: "production".to_owned(),
        owner_id: id("o-1"),
        team_id: id("t-1"),
        issuer_id: id("iss-1"),
        renewal_policy_id: id("rp-1"),
        profile_id: None,
        status: CertificateStatus::Active,
        valid_from: Some(at),
        expires_at: Some(at.plus(DAY * 90)),
        expiring_from: None,
        next_action_at: None,
        failed_issuances: 0,
        retry_at: None,
        paused_at: None,
        pause_reason: None,
        tags: [("cost-centre".to_owned(), "42".to_owned()), ("empty".to_owned(), String::new())].into(),
        last_renewal_at: None,
        last_deployment_at: None,
        revoked_at: None,
        revocation_reason: None,
        source: None,
        revision: 1,
        created_at: at,
        updated_at: at,
    }
}

fn rule(config: PolicyConfig) -> PolicyRule {
    PolicyRule {
        id: id("pr-1"),
        name: "rule".to_owned(),
        config,
        enabled: true,
        severity: PolicySeverity::Error,
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
    }
}

fn domains(patterns: &[&str]) -> PolicyConfig {
    let allowed_domains = patterns.iter().map(|text| text.parse().unwrap()).collect();
    PolicyConfig::AllowedDomains(AllowedDomains { allowed_domains })
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The verdict on a certificate without a leaf.
fn verdict(config: PolicyConfig, certificate: &Certificate, now: Timestamp) -> Option<String> {
    evaluate(&rule(config), &Facts::new(certificate, None, now))
}

#[test]
fn a_domain_pattern_is_one_name_or_one_label_below_a_domain() {
    let allows = |pattern: &str, name: &str| {
        pattern.parse::<DomainPattern>().unwrap().allows(&San::parse(name).unwrap())
    };
    for (pattern, name) in [
        ("example.com", "example.com"),
        ("EXAMPLE.com", "Example.COM"),
        ("*.example.com", "www.example.com"),
        ("*.Example.com", "WWW.example.com"),
        ("*.example.com", "*.example.com"),
        ("*.corp", "intranet.corp"),
        ("example.com", "ops@example.com"),
        ("*.example.com", "ops@mail.example.com"),
        ("trust.example", "spiffe://trust.example/ns/web"),
        ("api.example.com", "https://user@api.example.com:8443/x?y"),
        ("10.0.0.1", "10.0.0.1"),
        ("urn:example:x", "urn:example:x"),
        ("xn--bcher-kva.example", "XN--BCHER-KVA.example"),
        ("*.xn--bcher-kva.example", "www.xn--bcher-kva.example"),
    ] {
        assert!(allows(pattern, name), "{pattern} should allow {name}");
    }
    for (pattern, name) in [
        ("example.com", "www.example.com"),
        ("*.example.com", "example.com"),
        ("*.example.com", "a.b.example.com"),
        ("*.example.com", "badexample.com"),
        ("*.example.com", "*.a.example.com"),
        ("example.com", "ops@mail.example.com"),
        ("example.com", "https://example.com.evil.test/"),
        ("example.com", "https://evil.test/example.com"),
        ("10.0.0.1", "10.0.0.2"),
        ("urn:example:x", "urn:example:y"),
        ("example.com", "urn:example.com:x"),
    ] {
        assert!(!allows(pattern, name), "{pattern} should not allow {name}");
    }
    for refused in [
        "",
        "*",
        "*.",
        "*.*.example.com",
        "www.*.com",
        "b\u{fc}cher.example",
        "*.b\u{fc}cher.example",
        "a b",
        "*.10.0.0.1",
    ] {
        assert!(refused.parse::<DomainPattern>().is_err(), "{refused}");
    }
    for kept in ["*.example.com", "example.com", "10.0.0.1"] {
        assert_eq!(kept.parse::<DomainPattern>().unwrap().to_string(), kept);
    }
}

#[test]
fn every_name_has_to_be_in_an_allowed_domain() {
    let row = certificate(&["www.example.com", "api.example.com", "evil.test"]);
    let found = verdict(domains(&["*.example.com"]), &row, Timestamp::EPOCH).unwrap();
    assert_eq!(found, "the name `evil.test` is in none of the allowed domains");
    assert_eq!(verdict(domains(&["*.example.com", "evil.test"]), &row, Timestamp::EPOCH), None);
    let common_name =
        Certificate { common_name: "other.test".to_owned(), ..certificate(&["www.example.com"]) };
    assert!(
        verdict(domains(&["*.example.com"]), &common_name, Timestamp::EPOCH).unwrap().contains("other.test")
    );
}

#[test]
fn issuer_environment_and_tags_are_compared_exactly() {
    let row = certificate(&["www.example.com"]);
    let now = Timestamp::EPOCH;
    let issuers = |ids: &[&str]| {
        let allowed_issuer_ids = ids.iter().map(|text| id(text)).collect();
        PolicyConfig::AllowedIssuers(AllowedIssuers { allowed_issuer_ids })
    };
    assert_eq!(verdict(issuers(&["iss-2", "iss-1"]), &row, now), None);
    assert_eq!(
        verdict(issuers(&["iss-2"]), &row, now).unwrap(),
        "issuer iss-1 is not one of the allowed issuers"
    );

    let environments =
        |allowed: &[&str]| PolicyConfig::AllowedEnvironments(AllowedEnvironments { allowed: texts(allowed) });
    assert_eq!(verdict(environments(&["production"]), &row, now), None);
    assert!(verdict(environments(&["Production"]), &row, now).unwrap().contains("`production`"));
    let unset = Certificate { environment: String::new(), ..row.clone() };
    assert_eq!(
        verdict(environments(&["production"]), &unset, now).unwrap(),
        "the certificate has no environment"
    );
    assert_eq!(verdict(environments(&["production", ""]), &unset, now), None);

    let tags =
        |keys: &[&str]| PolicyConfig::RequiredMetadata(RequiredMetadata { required_keys: texts(keys) });
    assert_eq!(verdict(tags(&["cost-centre"]), &row, now), None);
    assert_eq!(
        verdict(tags(&["cost-centre", "empty"]), &row, now).unwrap(),
        "the tag `empty` is missing or empty"
    );
    assert_eq!(verdict(tags(&["x", "empty"]), &row, now).unwrap(), "the tag `x` is missing or empty");
}

#[test]
fn a_late_renewal_is_found_between_the_lead_time_and_the_end() {
    let row = certificate(&["www.example.com"]);
    let lead = || PolicyConfig::RenewalLeadTime(RenewalLeadTime { lead_time_days: 30 });
    let at = |days: u32| Timestamp::EPOCH.plus(DAY * days);
    assert_eq!(verdict(lead(), &row, at(60)), None, "exactly thirty days are left");
    let late = verdict(lead(), &row, at(60).plus(Duration::from_hours(1))).unwrap();
    assert!(late.starts_with("the certificate ends in 29 days 23 hours;"), "{late}");
    assert!(verdict(lead(), &row, at(89)).is_some());
    assert_eq!(verdict(lead(), &row, at(90)), None, "what has ended is not renewed late");
    let revoked = Certificate { status: CertificateStatus::Revoked, ..row.clone() };
    assert_eq!(verdict(lead(), &revoked, at(89)), None);
    let pending = Certificate { expires_at: None, ..row };
    assert_eq!(verdict(lead(), &pending, at(89)), None);
}

#[test]
fn a_lifetime_is_judged_to_the_second() {
    let row = certificate(&["www.example.com"]);
    let rule = rule(PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 90 }));
    let judge = |lifetime| evaluate(&rule, &Facts::new(&row, lifetime, Timestamp::EPOCH));
    assert_eq!(judge(None), None);
    assert_eq!(judge(Some(DAY * 90)), None);
    let found = judge(Some(DAY * 90 + Duration::from_mins(5))).unwrap();
    assert_eq!(found, "the lifetime of 90 days 5 minutes is longer than 90 days");
}

#[test]
fn a_configuration_that_would_do_nothing_is_refused() {
    let problem = |config: PolicyConfig| {
        let problem = config.canonical().unwrap_err().remove(0);
        (problem.field, problem.code)
    };
    let empty = PolicyConfig::AllowedIssuers(AllowedIssuers { allowed_issuer_ids: Vec::new() });
    assert_eq!(problem(empty), ("allowed_issuer_ids".to_owned(), "required"));
    let keys = PolicyConfig::RequiredMetadata(RequiredMetadata { required_keys: texts(&["a", ""]) });
    assert_eq!(problem(keys), ("required_keys[1]".to_owned(), "invalid_length"));
    let days = PolicyConfig::RenewalLeadTime(RenewalLeadTime { lead_time_days: 0 });
    assert_eq!(problem(days), ("lead_time_days".to_owned(), "invalid_value"));
    let days = PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 36_501 });
    assert_eq!(problem(days), ("max_days".to_owned(), "invalid_value"));
    let many: Vec<_> = (0..501).map(|n| n.to_string()).collect();
    let many = PolicyConfig::AllowedEnvironments(AllowedEnvironments { allowed: many });
    assert_eq!(problem(many), ("allowed".to_owned(), "too_many"));
    let twice = domains(&["example.com", "EXAMPLE.COM", "*.example.com"]);
    assert_eq!(twice.canonical(), Ok(domains(&["example.com", "*.example.com"])));
}
