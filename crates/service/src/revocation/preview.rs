//! What a revocation would do.

use super::gathered::{Gathered, number};
use super::leaves::{self, Leaf};
use super::revoke::not_archived;
use crate::certificate;
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::CertificateId;
use certctl_domain::revocation::Change;
use certctl_repository::Tx;
use certctl_service_api::revocation::{AffectedTarget, PlannedRevocation, RevocationPreview, RevokeSpec};
use std::collections::BTreeSet;

pub(super) fn preview(
    tx: &mut dyn Tx,
    id: &CertificateId,
    spec: &RevokeSpec,
    now: Timestamp,
) -> Result<RevocationPreview, Failure> {
    let certificate = certificate::get(tx, id)?;
    not_archived(&certificate)?;
    let gathered = Gathered::of(tx, std::slice::from_ref(&certificate), now)?;
    let found = leaves::find(&gathered, &certificate, spec)?;
    let targets = tx.deployments().of_certificate(id)?.into_iter().filter_map(|(mapping, target)| {
        let version_id = mapping.deployed_version_id?;
        let hit = found.meant.iter().any(|leaf| leaf.version.id == version_id);
        hit.then_some(AffectedTarget { target_id: target.id, name: target.name, version_id })
    });
    let targets = targets.collect();
    let keys =
        found.meant.iter().map(|leaf| leaves::key_of(&gathered, &leaf.version)).collect::<Result<_, _>>()?;
    let serials: BTreeSet<_> = found.meant.iter().map(|leaf| number(&leaf.version)).collect();
    let siblings = leaves::siblings(tx, &keys, &serials, now)?;
    let status_after = if found.none_left { CertificateStatus::Revoked } else { certificate.status_at(now) };
    Ok(RevocationPreview {
        status_after,
        leaves: found.meant.into_iter().map(planned).collect(),
        targets,
        siblings,
    })
}

fn planned(leaf: Leaf) -> PlannedRevocation {
    let Leaf { version, change, .. } = leaf;
    PlannedRevocation {
        version_id: version.id,
        issuer_id: version.issuer_id,
        serial_number: version.serial_number,
        agent_id: version.agent_id,
        not_after: version.not_after,
        already_revoked: change == Change::Nothing,
    }
}
