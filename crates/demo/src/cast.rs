//! Who and what takes part: an invented company with six teams.

use crate::agents::Mood;

/// Team id, name, description, owner id, owner name.
pub(crate) const TEAMS: [(&str, &str, &str, &str, &str); 6] = [
    ("t-platform", "Platform", "Load balancers, clusters and what runs below", "o-mira", "Mira Sandoval"),
    ("t-security", "Security", "CAs, policies and incidents", "o-jonas", "Jonas Okafor"),
    ("t-payments", "Payments", "Checkout and settlement", "o-lena", "Lena Fischer"),
    ("t-storefront", "Storefront", "Web shops", "o-tomas", "Tomás Herrera"),
    ("t-data", "Data", "Pipelines and reports", "o-aiko", "Aiko Tanaka"),
    ("t-workplace", "Workplace", "Mail, directory and devices", "o-samir", "Samir Haddad"),
];

/// Name of an agent, host name, operating system, architecture, address, version, whether it still answers.
pub(crate) const AGENTS: [(&str, &str, &str, &str, &str, &str, bool); 9] = [
    ("edge-1", "edge-1.example.com", "linux", "amd64", "198.51.100.11", "0.1.0", true),
    ("edge-2", "edge-2.example.com", "linux", "amd64", "198.51.100.12", "0.1.0", true),
    ("shop-1", "shop-1.example.com", "linux", "arm64", "198.51.100.21", "0.1.0", true),
    ("shop-2", "shop-2.example.com", "linux", "arm64", "198.51.100.22", "0.1.0", true),
    ("pay-1", "pay-1.example.com", "linux", "amd64", "203.0.113.31", "0.1.0", true),
    ("data-1", "data-1.example.com", "linux", "amd64", "203.0.113.41", "0.0.9", true),
    ("mail-1", "mail-1.example.com", "windows", "amd64", "203.0.113.51", "0.1.0", true),
    ("lab-1", "lab-1.example.com", "darwin", "arm64", "203.0.113.61", "0.0.8", false),
    ("old-1", "old-1.example.com", "linux", "amd64", "203.0.113.71", "0.0.7", true),
];

/// Target id, agent name, mood, whether it is enabled.
pub(crate) const TARGETS: [(&str, &str, Mood, bool); 11] = [
    ("tgt-edge-1", "edge-1", Mood::Serves, true),
    ("tgt-edge-2", "edge-2", Mood::Serves, true),
    ("tgt-shop-1", "shop-1", Mood::Serves, true),
    ("tgt-shop-2", "shop-2", Mood::RefusesFiles, true),
    ("tgt-pay-1", "pay-1", Mood::Serves, true),
    ("tgt-pay-hsm", "pay-1", Mood::Breaks, true),
    ("tgt-data-1", "data-1", Mood::Unseen, true),
    ("tgt-mail-1", "mail-1", Mood::Serves, true),
    ("tgt-mail-archive", "mail-1", Mood::Silent, true),
    ("tgt-lab-1", "lab-1", Mood::Serves, true),
    ("tgt-shop-staging", "shop-1", Mood::Serves, false),
];

/// How the story treats a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Renewed by itself.
    Kept,
    /// Renewed by nobody, so that it ends.
    LeftAlone,
    /// Its last renewal, asked for on the last day, waits for its agent.
    Waiting,
    /// Taken out of service.
    Archived,
    /// Its key was lost, and it was revoked.
    Revoked,
    /// Suspended until somebody knows more.
    OnHold,
}

/// A certificate of the story.
pub(crate) struct Part {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) team: usize,
    pub(crate) issuer: &'static str,
    pub(crate) profile: Option<&'static str>,
    pub(crate) targets: &'static [&'static str],
    pub(crate) environment: &'static str,
    /// Day on which it is created; today is 0.
    pub(crate) day: i32,
    pub(crate) fate: Fate,
}

const fn part(
    id: &'static str,
    name: &'static str,
    team: usize,
    targets: &'static [&'static str],
    day: i32,
    fate: Fate,
) -> Part {
    Part {
        id,
        name,
        team,
        issuer: "iss-demo-90d",
        profile: None,
        targets,
        environment: "production",
        day,
        fate,
    }
}

/// Every certificate, in the order of its creation. Those that are left alone end 0, 1, 7, 14, 30, 60
/// and 90 days from now, or have ended.
pub(crate) const PARTS: &[Part] = &[
    part("mc-www", "www.example.com", 0, &["tgt-edge-1", "tgt-edge-2"], -90, Fate::Kept),
    part("mc-api", "api.example.com", 0, &["tgt-edge-1", "tgt-edge-2"], -90, Fate::Kept),
    part("mc-ends-today", "wiki.example.com", 5, &["tgt-edge-1"], -90, Fate::LeftAlone),
    part("mc-ends-tomorrow", "forms.example.com", 5, &["tgt-edge-1"], -89, Fate::LeftAlone),
    Part {
        issuer: "iss-demo-47d",
        ..part("mc-shop", "shop.example.com", 3, &["tgt-shop-1"], -88, Fate::Kept)
    },
    Part {
        issuer: "iss-demo-47d",
        ..part("mc-shop-nl", "shop.example.nl", 3, &["tgt-shop-1"], -88, Fate::Kept)
    },
    part("mc-ends-in-7", "survey.example.com", 3, &["tgt-edge-2"], -83, Fate::LeftAlone),
    Part {
        issuer: "iss-demo-47d",
        ..part("mc-ended-39", "events.example.com", 3, &["tgt-edge-2"], -86, Fate::LeftAlone)
    },
    Part {
        issuer: "iss-demo-47d",
        ..part("mc-ended-20", "old-shop.example.com", 3, &["tgt-shop-1"], -67, Fate::LeftAlone)
    },
    Part {
        issuer: "iss-demo-47d",
        environment: "staging",
        ..part("mc-ended-5", "preview.example.com", 3, &["tgt-edge-2"], -52, Fate::LeftAlone)
    },
    part("mc-ends-in-14", "status.example.com", 0, &["tgt-edge-2"], -76, Fate::LeftAlone),
    Part {
        profile: Some("prof-high-security"),
        issuer: "iss-demo-47d",
        ..part("mc-checkout", "checkout.example.com", 2, &["tgt-pay-1"], -70, Fate::Kept)
    },
    Part {
        profile: Some("prof-high-security"),
        issuer: "iss-demo-47d",
        ..part("mc-settlement", "settlement.example.com", 2, &["tgt-pay-1"], -69, Fate::Kept)
    },
    Part {
        profile: Some("prof-high-security"),
        issuer: "iss-demo-47d",
        ..part("mc-vault", "vault.example.com", 1, &["tgt-pay-1"], -2, Fate::Kept)
    },
    part("mc-hsm", "hsm.example.com", 2, &["tgt-pay-hsm"], -64, Fate::Kept),
    part("mc-ends-in-30", "jobs.example.com", 5, &["tgt-edge-1"], -60, Fate::LeftAlone),
    Part {
        profile: Some("prof-mtls"),
        issuer: "iss-demo-30d",
        ..part("mc-ingest", "ingest.internal.example", 4, &["tgt-data-1"], -58, Fate::Kept)
    },
    Part {
        profile: Some("prof-mtls"),
        issuer: "iss-demo-30d",
        ..part("mc-warehouse", "warehouse.internal.example", 4, &["tgt-data-1"], -57, Fate::Kept)
    },
    Part {
        profile: Some("prof-mtls"),
        issuer: "iss-demo-30d",
        environment: "development",
        ..part("mc-lake", "lake.internal.example", 4, &["tgt-data-1"], -50, Fate::Kept)
    },
    part("mc-mail", "mail.example.com", 5, &["tgt-mail-1"], -45, Fate::Kept),
    part("mc-webmail", "webmail.example.com", 5, &["tgt-mail-1", "tgt-mail-archive"], -44, Fate::Kept),
    part("mc-brochure", "brochure.example.com", 3, &["tgt-edge-2"], -40, Fate::Archived),
    part("mc-kiosk", "kiosk.example.com", 3, &["tgt-edge-1"], -38, Fate::Revoked),
    part("mc-voting", "voting.example.com", 1, &["tgt-edge-2"], -37, Fate::OnHold),
    Part {
        issuer: "iss-demo-47d",
        ..part("mc-shop-fr", "shop.example.fr", 3, &["tgt-shop-2"], -35, Fate::Kept)
    },
    part("mc-ends-in-60", "partners.example.com", 2, &["tgt-pay-1"], -30, Fate::LeftAlone),
    part("mc-wildcard", "*.apps.example.com", 0, &["tgt-edge-1", "tgt-edge-2"], -25, Fate::Kept),
    part("mc-lab", "lab.example.com", 4, &["tgt-lab-1"], -24, Fate::Waiting),
    part("mc-foreign", "shop.example.org", 3, &["tgt-shop-1"], -12, Fate::Kept),
    Part {
        issuer: "iss-demo-off",
        ..part("mc-no-issuer", "archive.example.com", 4, &["tgt-data-1"], -4, Fate::Kept)
    },
    Part {
        issuer: "iss-demo-short",
        profile: Some("prof-short-lived"),
        ..part("mc-sidecar", "sidecar.internal.example", 4, &["tgt-edge-1"], 0, Fate::Kept)
    },
    part("mc-ends-in-90", "press.example.com", 3, &["tgt-edge-1"], 0, Fate::LeftAlone),
    part("mc-planned", "next.example.com", 3, &[], 0, Fate::Kept),
];
