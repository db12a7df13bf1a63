//! PostgreSQL goes away under load and comes back.

use crate::fleet::Fleet;
use anyhow::Result;
use certctl_e2e::harness::{PATIENCE, PostgresServer, ScenarioSettings, until};
use certctl_test_support::TestPostgres;

#[tokio::test]
async fn nothing_is_lost_or_done_twice_when_postgresql_crashes_under_load() -> Result<()> {
    let mut postgres = TestPostgres::start()?;
    let mut scenario = ScenarioSettings::on(PostgresServer::of(&postgres)?)?.start()?;
    let fleet = Fleet::enrol(&scenario, 4).await?;
    let certificates = fleet.order(&scenario, 120).await?;
    let working = fleet.start();
    scenario
        .until("a third of the work", PATIENCE * 2, async || {
            Ok((scenario.database.ledger().await?.len() >= 40).then_some(()))
        })
        .await?;

    postgres.kill9()?;
    until("/ready noticing the outage", PATIENCE, async || {
        Ok(scenario
            .admin
            .system()
            .ready()
            .await
            .is_err_and(|error| error.status() == Some(503))
            .then_some(()))
    })
    .await?;
    assert!(scenario.admin.system().health().await.is_ok(), "the process itself is well");
    postgres.restart()?;
    until("/ready noticing the recovery", PATIENCE, async || {
        Ok(scenario.admin.system().ready().await.is_ok().then_some(()))
    })
    .await?;

    let mut fleet = working.stop().await?;
    fleet.run(&scenario, &certificates).await?;
    fleet.assert_each_done_once(&scenario, &certificates).await?;
    assert_eq!(scenario.server.running.terminate(PATIENCE)?.code(), Some(0));
    drop(scenario);
    drop(postgres);
    Ok(())
}
