//! Teams, owners, renewal policies and profiles.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::notification::{AlertSeverity, NotificationChannel};
use certctl_domain::organisation::{Owner, Team};
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm};
use certctl_domain::renewal::{FreezePeriod, MaintenanceWindow, RenewalPolicy, Weekday};
use certctl_repository::{PageRequest, StoreError};

pub async fn teams_and_owners_come_back_as_stored(db: &TestStore) {
    let (team, owner) = (build::team(build::TEAM), build::owner("o-ops"));
    let (new_team, new_owner) = (team.clone(), owner.clone());
    write(db, move |tx| {
        tx.teams().insert(&new_team)?;
        tx.owners().insert(&new_owner)
    })
    .await;
    let found = read(db, |tx| {
        Ok((tx.teams().find(&build::id(build::TEAM))?, tx.owners().find(&build::id("o-ops"))?))
    })
    .await;
    assert_eq!(found, (Some(team), Some(owner)));
    assert_eq!(read(db, |tx| tx.teams().find(&build::id("t-none"))).await, None);
}

pub async fn a_changed_owner_is_guarded_by_its_last_change(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.teams().insert(&build::team("t-new"))?;
        tx.owners().insert(&build::owner("o-one"))
    })
    .await;
    let changed = Owner {
        name: "changed".to_owned(),
        email: "changed@example.com".to_owned(),
        team_id: build::id("t-new"),
        updated_at: build::at(5),
        ..build::owner("o-one")
    };
    let row = changed.clone();
    write(db, move |tx| tx.owners().update(&row, build::at(0))).await;
    assert_eq!(read(db, |tx| tx.owners().find(&build::id("o-one"))).await, Some(changed.clone()));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.owners().update(&row, build::at(0))).await);
    let row = Owner { team_id: build::id("t-none"), ..changed };
    let orphan = attempt(db, move |tx| tx.owners().update(&row, build::at(5))).await;
    assert_refused!(orphan, Missing, "owner.team_id");

    let of = async |team: &'static str| {
        let page = PageRequest::first(9);
        let page = read(db, move |tx| tx.owners().list(Some(&build::id(team)), &page)).await;
        page.items.iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of("t-new").await, ["o-one"]);
    assert_eq!(of(build::TEAM).await, [build::OWNER]);
}

pub async fn an_owner_goes_when_no_certificate_is_his(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.owners().insert(&build::owner("o-free"))
    })
    .await;
    let counts = read(db, |tx| {
        let owners = tx.owners();
        Ok((owners.certificates(&build::id(build::OWNER))?, owners.certificates(&build::id("o-free"))?))
    });
    assert_eq!(counts.await, (1, 0));
    let refused = attempt(db, |tx| tx.owners().delete(&build::id(build::OWNER))).await;
    assert_refused!(refused, InUse, "certificate.owner_id");
    write(db, |tx| tx.owners().delete(&build::id("o-free"))).await;
    assert_stale(attempt(db, |tx| tx.owners().delete(&build::id("o-free"))).await);
}

pub async fn renewal_policies_come_back_as_stored(db: &TestStore) {
    let policy = RenewalPolicy {
        renewal_window_days: 21,
        renewal_window_fraction: Some(0.123_456.try_into().unwrap()),
        maintenance_windows: vec![MaintenanceWindow {
            days: vec![Weekday::Fri, Weekday::Sat],
            start: "22:30".parse().unwrap(),
            end: "24:00".parse().unwrap(),
            timezone: "Asia/Kathmandu".parse().unwrap(),
        }],
        freeze_periods: vec![FreezePeriod {
            from: build::at(3),
            until: build::at(4),
            reason: "sale".to_owned(),
        }],
        override_before_expiry: false,
        agent_group_id: Some(build::id("grp-one")),
        auto_renew: false,
        max_retries: 7,
        retry_interval_seconds: 3600,
        alert_thresholds_days: vec![60, 1],
        alert_channels: [(
            AlertSeverity::Critical,
            vec![NotificationChannel::PagerDuty.into(), NotificationChannel::Email.into()],
        )]
        .into(),
        alert_severity_map: [(30, AlertSeverity::Informational), (1, AlertSeverity::Critical)].into(),
        created_at: build::at(1),
        updated_at: build::at(2),
        ..build::policy("rp-odd")
    };
    let row = policy.clone();
    write(db, move |tx| {
        tx.agent_groups().insert(&build::agent_group("grp-one"))?;
        tx.renewal_policies().insert(&row)
    })
    .await;
    assert_eq!(read(db, |tx| tx.renewal_policies().find(&build::id("rp-odd"))).await, Some(policy.clone()));
    let page = read(db, |tx| tx.renewal_policies().list(&PageRequest::first(10))).await;
    assert_eq!((page.items, page.total, page.next), (vec![policy], 1, None));
}

pub async fn a_policy_is_limited_to_a_group_that_exists_and_stays(db: &TestStore) {
    let limited = |id, group| RenewalPolicy { agent_group_id: Some(build::id(group)), ..build::policy(id) };
    write(db, move |tx| {
        tx.agent_groups().insert(&build::agent_group("grp-one"))?;
        tx.renewal_policies().insert(&limited("rp-b", "grp-one"))?;
        tx.renewal_policies().insert(&limited("rp-a", "grp-one"))?;
        tx.renewal_policies().insert(&build::policy("rp-all"))
    })
    .await;
    let of = async || read(db, |tx| tx.renewal_policies().limited_to(&build::id("grp-one"))).await;
    assert_eq!(of().await, [build::id("rp-a"), build::id("rp-b")]);
    let refused = attempt(db, |tx| tx.agent_groups().delete(&build::id("grp-one"))).await;
    assert_refused!(refused, InUse, "renewal_policy.agent_group_id");
    let orphan = attempt(db, move |tx| tx.renewal_policies().insert(&limited("rp-c", "grp-none"))).await;
    assert_refused!(orphan, Missing, "renewal_policy.agent_group_id");
    let orphan = attempt(db, move |tx| {
        let policy = RenewalPolicy { updated_at: build::at(5), ..limited("rp-all", "grp-none") };
        tx.renewal_policies().update(&policy, build::at(0))
    });
    assert_refused!(orphan.await, Missing, "renewal_policy.agent_group_id");
    write(db, move |tx| {
        for id in ["rp-a", "rp-b"] {
            let all = RenewalPolicy { updated_at: build::at(5), ..build::policy(id) };
            tx.renewal_policies().update(&all, build::at(0))?;
        }
        tx.agent_groups().delete(&build::id("grp-one"))
    })
    .await;
    assert_eq!(of().await, []);
}

pub async fn a_changed_policy_is_guarded_by_its_last_change(db: &TestStore) {
    let policy = build::policy("rp-one");
    let (row, read_at) = (policy.clone(), policy.updated_at);
    write(db, move |tx| {
        tx.renewal_policies().insert(&row)?;
        tx.renewal_policies().insert(&build::policy("rp-two"))
    })
    .await;
    let changed = RenewalPolicy {
        name: "changed".to_owned(),
        renewal_window_days: 1,
        renewal_window_fraction: Some(0.5.try_into().unwrap()),
        override_before_expiry: false,
        auto_renew: false,
        max_retries: 0,
        retry_interval_seconds: 86_400,
        alert_thresholds_days: vec![1],
        alert_channels: [(AlertSeverity::Warning, vec![NotificationChannel::Teams.into()])].into(),
        alert_severity_map: [(1, AlertSeverity::Warning)].into(),
        updated_at: build::at(5),
        ..policy
    };
    let row = changed.clone();
    write(db, move |tx| tx.renewal_policies().update(&row, read_at)).await;
    assert_eq!(read(db, |tx| tx.renewal_policies().find(&build::id("rp-one"))).await, Some(changed.clone()));
    // What is optional can be taken back.
    let days_again = RenewalPolicy { renewal_window_fraction: None, ..changed.clone() };
    let row = days_again.clone();
    write(db, move |tx| tx.renewal_policies().update(&row, build::at(5))).await;
    assert_eq!(read(db, |tx| tx.renewal_policies().find(&build::id("rp-one"))).await, Some(days_again));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.renewal_policies().update(&row, read_at)).await);
    let row = RenewalPolicy { name: build::policy("rp-two").name, ..changed };
    let same_name = attempt(db, move |tx| tx.renewal_policies().update(&row, build::at(5))).await;
    assert_refused!(same_name, Duplicate, "renewal_policy.name");
}

pub async fn a_policy_goes_when_no_certificate_follows_it(db: &TestStore) {
    seed_basics(db.store()).await;
    let rows = [
        (CertificateStatus::Active, "mc-active"),
        (CertificateStatus::Pending, "mc-pending"),
        (CertificateStatus::RenewalInProgress, "mc-busy"),
        (CertificateStatus::Revoked, "mc-revoked"),
        (CertificateStatus::Archived, "mc-archived"),
    ]
    .map(|(status, id)| Certificate { status, ..build::certificate(id) });
    write(db, move |tx| {
        rows.iter().try_for_each(|row| tx.certificates().insert(row))?;
        tx.renewal_policies().insert(&build::policy("rp-free"))
    })
    .await;
    let used = build::id(build::POLICY);
    let counts = read(db, move |tx| {
        let policies = tx.renewal_policies();
        Ok((policies.certificates(&used)?, policies.certificates(&build::id("rp-free"))?))
    });
    assert_eq!(counts.await, (5, 0));
    let refused = attempt(db, |tx| tx.renewal_policies().delete(&build::id(build::POLICY))).await;
    assert_refused!(refused, InUse, "certificate.renewal_policy_id");
    write(db, |tx| tx.renewal_policies().delete(&build::id("rp-free"))).await;
    assert_stale(attempt(db, |tx| tx.renewal_policies().delete(&build::id("rp-free"))).await);

    let due = write(db, |tx| tx.certificates().reconsider(&build::id(build::POLICY), build::at(7))).await;
    assert_eq!(due, 2);
    let mut due = read(db, |tx| tx.certificates().due(build::at(7), 10)).await;
    due.retain(|row| row.next_action_at == Some(build::at(7)));
    let ids: Vec<_> = due.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["mc-active", "mc-pending"]);
}

pub async fn profiles_come_back_as_stored(db: &TestStore) {
    let profile = CertificateProfile {
        description: "for tests".to_owned(),
        allowed_keys: vec![AllowedKey { algorithm: KeyAlgorithm::Ed25519, min_size: 0 }],
        max_ttl_seconds: u32::MAX,
        allowed_ekus: vec![ExtendedKeyUsage::ClientAuth, ExtendedKeyUsage::TimeStamping],
        required_san_patterns: vec![r"^[a-z]+\.example\.com$".to_owned()],
        spiffe_uri_pattern: "^spiffe://".to_owned(),
        allow_short_lived: true,
        must_staple: true,
        no_rev_avail: true,
        required_csr_attributes: vec!["challengePassword".to_owned()],
        acme_auth_mode: AcmeAuthMode::Challenge,
        requires_approval: true,
        enabled: false,
        created_at: build::at(1),
        updated_at: build::at(2),
        ..build::profile("prof-odd")
    };
    let row = profile.clone();
    write(db, move |tx| tx.profiles().insert(&row)).await;
    assert_eq!(read(db, |tx| tx.profiles().find(&build::id("prof-odd"))).await, Some(profile.clone()));
    let page = read(db, |tx| tx.profiles().list(&PageRequest::first(10))).await;
    assert_eq!((page.items, page.total), (vec![profile], 1));
}

pub async fn a_changed_profile_is_guarded_by_its_last_change(db: &TestStore) {
    seed_basics(db.store()).await;
    let profile = build::profile("prof-one");
    let row = profile.clone();
    write(db, move |tx| tx.profiles().insert(&row)).await;
    let changed = CertificateProfile {
        name: "changed".to_owned(),
        allowed_keys: vec![AllowedKey { algorithm: KeyAlgorithm::Rsa, min_size: 3072 }],
        max_ttl_seconds: 60,
        acme_auth_mode: AcmeAuthMode::Challenge,
        requires_approval: true,
        enabled: false,
        updated_at: build::at(5),
        ..profile
    };
    let row = changed.clone();
    write(db, move |tx| tx.profiles().update(&row, build::at(0))).await;
    assert_eq!(read(db, |tx| tx.profiles().find(&build::id("prof-one"))).await, Some(changed.clone()));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.profiles().update(&row, build::at(0))).await);
    let row = CertificateProfile { name: build::profile(build::PROFILE).name, ..changed };
    let same_name = attempt(db, move |tx| tx.profiles().update(&row, build::at(5))).await;
    assert_refused!(same_name, Duplicate, "profile.name");

    write(db, |tx| {
        let profile_id = Some(build::id("prof-one"));
        tx.certificates().insert(&Certificate { profile_id, ..build::certificate("mc-bound") })
    })
    .await;
    assert_eq!(read(db, |tx| tx.profiles().certificates(&build::id("prof-one"))).await, 1);
    let refused = attempt(db, |tx| tx.profiles().delete(&build::id("prof-one"))).await;
    assert_refused!(refused, InUse, "certificate.profile_id");
    write(db, |tx| tx.profiles().insert(&build::profile("prof-free"))).await;
    write(db, |tx| tx.profiles().delete(&build::id("prof-free"))).await;
    assert_stale(attempt(db, |tx| tx.profiles().delete(&build::id("prof-free"))).await);
}

pub async fn a_changed_team_is_guarded_by_its_last_change(db: &TestStore) {
    seed_basics(db.store()).await;
    let team = build::team("t-one");
    let row = team.clone();
    write(db, move |tx| tx.teams().insert(&row)).await;
    let changed = Team {
        name: "changed".to_owned(),
        description: "otherwise".to_owned(),
        updated_at: build::at(5),
        ..team
    };
    let row = changed.clone();
    write(db, move |tx| tx.teams().update(&row, build::at(0))).await;
    assert_eq!(read(db, |tx| tx.teams().find(&build::id("t-one"))).await, Some(changed.clone()));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.teams().update(&row, build::at(0))).await);
    let row = Team { name: build::team(build::TEAM).name, ..changed };
    let same_name = attempt(db, move |tx| tx.teams().update(&row, build::at(5))).await;
    assert_refused!(same_name, Duplicate, "team.name");

    let used = || build::id(build::TEAM);
    assert_eq!(read(db, move |tx| tx.teams().owners(&used())).await, 1);
    assert_refused!(attempt(db, move |tx| tx.teams().delete(&used())).await, InUse, "owner.team_id");
    write(db, |tx| {
        let team_id = build::id("t-one");
        tx.certificates().insert(&Certificate { team_id, ..build::certificate("mc-one") })
    })
    .await;
    let one = || build::id("t-one");
    assert_eq!(read(db, move |tx| tx.teams().certificates(&one())).await, 1);
    assert_refused!(attempt(db, move |tx| tx.teams().delete(&one())).await, InUse, "certificate.team_id");
    write(db, |tx| tx.teams().insert(&build::team("t-free"))).await;
    write(db, |tx| tx.teams().delete(&build::id("t-free"))).await;
    assert_stale(attempt(db, |tx| tx.teams().delete(&build::id("t-free"))).await);
}

pub async fn names_and_ids_are_unique(db: &TestStore) {
    write(db, |tx| {
        tx.teams().insert(&build::team(build::TEAM))?;
        tx.owners().insert(&build::owner("o-ops"))?;
        tx.renewal_policies().insert(&build::policy("rp-one"))?;
        tx.profiles().insert(&build::profile("prof-one"))
    })
    .await;
    let same_name = || Team { name: format!("Team {}", build::TEAM), ..build::team("t-other") };
    let same_id = || Team { id: build::id(build::TEAM), ..build::team("t-other") };
    assert_refused!(attempt(db, move |tx| tx.teams().insert(&same_id())).await, Duplicate, "team.id");
    assert_refused!(attempt(db, move |tx| tx.teams().insert(&same_name())).await, Duplicate, "team.name");
    assert_refused!(
        attempt(db, |tx| tx.owners().insert(&build::owner("o-ops"))).await,
        Duplicate,
        "owner.id"
    );
    let again = attempt(db, |tx| {
        tx.renewal_policies().insert(&RenewalPolicy { id: build::id("rp-one"), ..build::policy("rp-two") })
    });
    assert_refused!(again.await, Duplicate, "renewal_policy.id");
    let again = attempt(db, |tx| {
        let name = build::policy("rp-one").name;
        tx.renewal_policies().insert(&RenewalPolicy { name, ..build::policy("rp-two") })
    });
    assert_refused!(again.await, Duplicate, "renewal_policy.name");
    let again = attempt(db, |tx| {
        tx.profiles().insert(&CertificateProfile { id: build::id("prof-one"), ..build::profile("prof-two") })
    });
    assert_refused!(again.await, Duplicate, "profile.id");
    let again = attempt(db, |tx| {
        let name = build::profile("prof-one").name;
        tx.profiles().insert(&CertificateProfile { name, ..build::profile("prof-two") })
    });
    assert_refused!(again.await, Duplicate, "profile.name");
    let orphan = attempt(db, |tx| {
        let mut owner = build::owner("o-orphan");
        owner.team_id = build::id("t-none");
        tx.owners().insert(&owner)
    });
    assert_refused!(orphan.await, Missing, "owner.team_id");
}

pub async fn pages_by_number_have_exact_totals(db: &TestStore) {
    write(db, |tx| {
        for n in 0..7 {
            // Two teams share each instant, so ties are broken by id.
            let team = Team { created_at: build::at(n / 2), ..build::team(&format!("t-{n}")) };
            tx.teams().insert(&team)?;
        }
        Ok(())
    })
    .await;
    let newest_first = ["t-6", "t-5", "t-4", "t-3", "t-2", "t-1", "t-0"];
    for (number, expected) in
        [(1, &newest_first[..3]), (2, &newest_first[3..6]), (3, &newest_first[6..]), (4, &[])]
    {
        let page = PageRequest { page: number, per_page: 3, after: None };
        let page = read(db, move |tx| tx.teams().list(&page)).await;
        let ids: Vec<_> = page.items.iter().map(|team| team.id.to_string()).collect();
        assert_eq!(
            (ids.as_slice(), page.total),
            (&expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..], 7)
        );
        assert_eq!(page.next.is_some(), number < 3);
    }
    for per_page in [1, 2, 3, 7, 8] {
        let ids = walk(db, per_page, |tx, page| tx.teams().list(page), |team| team.id.to_string()).await;
        assert_eq!(ids, newest_first);
    }
}
