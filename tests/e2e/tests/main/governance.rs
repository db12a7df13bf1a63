//! Compliance rules that stop what would break them, on the real server.

use anyhow::{Context, Result};
use certctl_api_types::MergePatch;
use certctl_api_types::policy::PolicyRequest;
use certctl_client::ListQuery;
use certctl_domain::id::PolicyRuleId;
use certctl_e2e::harness::{Scenario, ScenarioSettings};
use serde_json::json;

async fn rules_stop_what_breaks_them(mut settings: ScenarioSettings) -> Result<()> {
    settings.server = settings.server.with("CERTCTL_POLICY_BLOCKING_SEVERITIES", "Error,Critical");
    let scenario = settings.start()?;
    let admin = &scenario.admin;
    let issuer = scenario.issuer("1h").await?;
    let rule: PolicyRequest = serde_json::from_value(json!({
        "id": "pr-env", "name": "Production only", "type": "AllowedEnvironments",
        "config": {"allowed": ["production"]}, "severity": "Error",
    }))?;
    admin.policies().create(&rule).await?;

    let mut request = Scenario::request("www.governed.example", &issuer, &[])?;
    "staging".clone_into(&mut request.environment);
    let refused = admin.certificates().create(&request).await.err().context("a rule was broken")?;
    assert_eq!((refused.status(), refused.code()), (Some(422), Some("policy_violation")));
    let details = refused.body().and_then(|body| body.details.clone()).context("no details")?;
    assert_eq!(details["violations"][0]["rule_id"], json!("pr-env"), "{details}");
    assert_eq!(details["violations"][0]["severity"], json!("Error"), "{details}");
    assert_eq!(admin.certificates().list(&ListQuery::new()).await?.total, 0);

    // What keeps to the rule passes, and may not be changed into what breaks it.
    "production".clone_into(&mut request.environment);
    let certificate = admin.certificates().create(&request).await?;
    "staging".clone_into(&mut request.environment);
    let refused = admin.certificates().replace(&certificate.id, &request, None).await.err();
    assert_eq!(refused.as_ref().and_then(|error| error.code()), Some("policy_violation"));

    // Switched off by somebody who read it as it is; who read it before that is told so.
    let id = PolicyRuleId::parse("pr-env")?;
    let read = admin.policies().get_tagged(&id).await?;
    let off = MergePatch(json!({"enabled": false}).as_object().cloned().context("no object")?);
    let changed = admin.policies().patch(&id, &off, read.tag.as_ref()).await?;
    assert!(!changed.body.enabled);
    let stale = admin.policies().patch(&id, &off, read.tag.as_ref()).await.err();
    assert_eq!(stale.as_ref().and_then(|error| error.code()), Some("stale"));
    admin.certificates().replace(&certificate.id, &request, None).await?;
    "another".clone_into(&mut request.name);
    admin.certificates().create(&request).await?;
    Ok(())
}

#[tokio::test]
async fn a_rule_stops_what_breaks_it_until_it_is_switched_off_on_sqlite() -> Result<()> {
    rules_stop_what_breaks_them(ScenarioSettings::sqlite()?).await
}

#[tokio::test]
async fn a_rule_stops_what_breaks_it_until_it_is_switched_off_on_postgresql() -> Result<()> {
    rules_stop_what_breaks_them(ScenarioSettings::postgres()?).await
}
