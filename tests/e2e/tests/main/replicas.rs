//! Two servers on one PostgreSQL.

use crate::fleet::Fleet;
use anyhow::{Context, Result, bail};
use certctl_api_types::team::TeamRequest;
use certctl_client::{Client, LiveEvents, Watched};
use certctl_e2e::harness::{PATIENCE, Scenario, ScenarioSettings, ServerProcess, now};
use certctl_pki::ocsp::{CaIdentity, CertIdForm, MAX_REQUESTS, OcspRequest, OcspResponse, OcspStatus};
use certctl_pki::{Certificate, Serial};

#[tokio::test]
async fn two_replicas_do_each_of_512_jobs_once_and_vouch_for_every_certificate() -> Result<()> {
    let mut settings = ScenarioSettings::postgres()?;
    // Nobody is killed here, so nobody who is merely slow may be taken for dead.
    settings.server = settings.server.with("CERTCTL_JOB_LEASE", "10m").with("CERTCTL_AGENT_LEASE", "10m");
    let scenario = settings.start()?;
    let second = scenario.server.settings().sibling("server-2").start()?;
    let mut fleet = Fleet::enrol(&scenario, 5).await?;
    fleet.also_at(&second)?;
    let certificates = fleet.order(&scenario, 512).await?;
    fleet.run(&scenario, &certificates).await?;
    let abandoned = fleet.assert_each_done_once(&scenario, &certificates).await?;
    assert_eq!(abandoned, 0, "nobody was killed, so nothing was begun twice");
    for server in [&scenario.server, &second] {
        let series = r#"certctl_issuance_total{issuer_type="GenericCA",outcome="success"}"#;
        assert!(scenario.counter_at(server, series).await? > 0.0, "both replicas took part");
        assert_eq!(good(&scenario, server).await?, 512, "what was issued is good, whoever issued it");
    }
    Ok(())
}

/// Asks a server by POST about everything in the ledger; says how many certificates are good.
async fn good(scenario: &Scenario, server: &ServerProcess) -> Result<usize> {
    let ledger = scenario.database.ledger().await?;
    let leaves: Vec<_> = ledger.iter().filter(|row| row.certificate_id.is_some()).collect();
    let issuer = &leaves.first().context("nothing was issued")?.issuer_id;
    let serials: Vec<Serial> = leaves
        .iter()
        .filter_map(|row| row.serial_number.as_ref())
        .map(|serial| serial.parse())
        .collect::<Result<_, _>>()?;
    let client = server.anonymous()?;
    let ca = Certificate::parse_der(&client.relying_party().ca(issuer).await?)?;
    let identity = CaIdentity::of(&ca)?;
    let mut good = 0;
    for serials in serials.chunks(MAX_REQUESTS) {
        let request = OcspRequest::build(&identity, serials, CertIdForm::USUAL, None);
        let response = OcspResponse::parse(&client.relying_party().ocsp(issuer, request).await?)?;
        response.verify(&ca, now())?;
        for serial in serials {
            let answer = response.answer(&identity.cert_id(serial, CertIdForm::USUAL));
            good += usize::from(answer.is_some_and(|answer| answer.status == OcspStatus::Good));
        }
    }
    Ok(good)
}

#[tokio::test]
async fn a_surviving_replica_takes_over_the_jobs_of_a_killed_one() -> Result<()> {
    let mut scenario = ScenarioSettings::postgres()?.start()?;
    let mut second = scenario.server.settings().sibling("server-2").start()?;
    let mut fleet = Fleet::enrol(&scenario, 4).await?;
    fleet.also_at(&second)?;
    let certificates = fleet.order(&scenario, 160).await?;
    let running = fleet.start();
    scenario
        .until("half of the work", PATIENCE * 2, async || {
            let issued = scenario.database.ledger().await?.len();
            Ok((issued >= 60).then_some(()))
        })
        .await?;
    second.running.kill9()?;
    fleet = running.stop().await?;
    fleet.run(&scenario, &certificates).await?;
    fleet.assert_each_done_once(&scenario, &certificates).await?;
    assert_eq!(scenario.server.running.terminate(PATIENCE)?.code(), Some(0));
    Ok(())
}

async fn team(client: &Client, name: &str) -> Result<String> {
    let request = TeamRequest { id: None, name: name.to_owned(), description: String::new() };
    Ok(client.teams().create(&request).await?.id.to_string())
}

async fn heard(events: &mut LiveEvents) -> Result<String> {
    match events.next().await? {
        Some(Watched::Event(event)) => Ok(event.id),
        other => bail!("no event but {other:?}"),
    }
}

#[tokio::test]
async fn live_events_go_on_at_the_other_replica_where_they_stopped_at_the_first() -> Result<()> {
    let scenario = ScenarioSettings::postgres()?.start()?;
    let second = scenario.server.settings().sibling("server-2").start()?;
    let (here, there) = (&scenario.admin, &second.client(&scenario.admin_key)?);

    let mut events = here.events().watch(&["team"], None).await?;
    let expected = [team(there, "one").await?, team(here, "two").await?];
    assert_eq!([heard(&mut events).await?, heard(&mut events).await?], expected);
    let position = events.position().map(ToOwned::to_owned);
    drop(events);

    let missed = [team(here, "three").await?, team(there, "four").await?];
    let mut events = there.events().watch(&["team"], position.as_deref()).await?;
    assert_eq!([heard(&mut events).await?, heard(&mut events).await?], missed);
    let next = team(here, "five").await?;
    assert_eq!(heard(&mut events).await?, next);
    Ok(())
}
