//! The cases that every store must pass, whatever the engine. Stamp them with [`crate::store_suite!`].

pub mod access;
pub mod agent;
pub mod agent_group;
pub mod alert;
pub mod alert_source;
pub mod api_call;
pub mod approval;
pub mod audit;
pub mod audit_chain;
pub mod bulk_revocation;
pub mod certificate;
pub mod certificate_list;
pub mod certificate_purge;
pub mod channel;
pub mod claim;
pub mod crl_watch;
pub mod deployment;
pub mod digest;
pub mod event;
pub mod idempotency;
pub mod issuer;
pub mod job;
pub mod job_history;
pub mod lease;
pub mod ledger;
pub mod notification;
pub mod notification_delivery;
pub mod notification_due;
pub mod ocsp;
pub mod operation;
pub mod organisation;
pub mod policy_rule;
pub mod revocation;
pub mod session;
pub mod statistics;
pub mod target;
pub mod transaction;
pub mod version;

use crate::TestStore;
use certctl_repository::{Cursor, Page, PageRequest, StoreError, Tx};

/// Runs `body` in a write transaction that must succeed.
async fn write<T: Send + 'static>(
    db: &TestStore,
    body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    attempt(db, body).await.unwrap()
}

/// Runs `body` in a write transaction.
async fn attempt<T: Send + 'static>(
    db: &TestStore,
    body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    db.store().write("test.write", body).await
}

/// Runs `body` on a snapshot that must succeed.
async fn read<T: Send + 'static>(
    db: &TestStore,
    body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.store().read("test.read", body).await.unwrap()
}

/// Asserts that a result is the error of a rule with this key.
macro_rules! assert_refused {
    ($result:expr, $variant:ident, $key:literal) => {{
        let result = $result;
        assert!(matches!(result, Err(StoreError::$variant { key: $key })), "{result:?}");
    }};
}
use assert_refused;

/// Asserts that a guarded write found another state.
#[expect(clippy::needless_pass_by_value, reason = "every caller has just made the result")]
fn assert_stale<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Stale)), "{result:?}");
}

/// Ids on every page, walked by cursor from the first page on. Each page must have the same total.
async fn walk<T: Send + 'static>(
    db: &TestStore,
    per_page: u32,
    list: impl Fn(&mut dyn Tx, &PageRequest) -> Result<Page<T>, StoreError> + Clone + Send + 'static,
    id: impl Fn(&T) -> String,
) -> Vec<String> {
    let mut seen = Vec::new();
    let mut after: Option<Cursor> = None;
    let mut total = None;
    loop {
        let page = PageRequest { page: 1, per_page, after };
        let list = list.clone();
        let found = read(db, move |tx| list(tx, &page)).await;
        assert_eq!(*total.get_or_insert(found.total), found.total);
        seen.extend(found.items.iter().map(&id));
        let Some(next) = found.next else { break };
        after = Some(next);
    }
    assert_eq!(total, Some(seen.len() as u64));
    seen
}

/// Turns the named cases into tests on a fresh database each.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp_store_cases {
    ($backend:ident; $($aggregate:ident { $($case:ident),+ $(,)? })+) => {
        $(mod $aggregate {
            $(#[tokio::test]
            async fn $case() {
                let db = $crate::TestStore::$backend().await;
                $crate::store_suite::$aggregate::$case(&db).await;
            })+
        })+
    };
}

/// Stamps the whole suite on one engine: `store_suite!(sqlite)` or `store_suite!(postgres)`. The
/// crate that uses it needs `tokio`.
#[macro_export]
macro_rules! store_suite {
    ($backend:ident) => {
        $crate::stamp_store_cases! { $backend;
            access {
                a_token_is_used_once,
                a_use_of_a_key_is_recorded_once_a_minute,
                api_keys_come_back_and_are_revoked_once,
                enrolment_tokens_come_back_as_stored,
                sealed_columns_are_read_in_batches_and_exchanged_when_unchanged,
                usable_admin_keys_are_known,
            }
            agent {
                a_heartbeat_never_blanks_a_fact_or_wakes_the_retired,
                a_name_is_free_again_once_its_agent_retired,
                agents_are_found_by_a_part_of_what_they_are_called,
                agents_come_back_as_stored,
                agents_in_service_come_in_batches,
                agents_without_heartbeats_go_offline,
                dependencies_count_what_is_active,
                only_agents_in_service_change,
            }
            alert {
                alerts_come_back_as_stored_and_are_routed_once,
                routed_alerts_go_in_batches_and_others_stay,
            }
            approval {
                a_job_has_one_request_about_a_certificate_that_exists,
                a_list_is_filtered_by_every_field,
                a_request_is_decided_once,
                effects_follow_a_commit_and_nothing_else,
                requests_come_back_as_stored,
            }
            agent_group {
                groups_come_back_as_stored_and_are_guarded_by_their_last_change,
                what_is_said_by_hand_is_replaced_taken_back_and_goes_with_the_group,
            }
            alert_source {
                an_issuer_is_well_until_something_is_noted,
                a_request_is_told_once_and_only_while_it_is_pending,
                looks_are_due_by_time_and_whatever_moves_an_end_makes_them_due_again,
            }
            api_call {
                calls_come_back_and_old_ones_go,
                calls_are_found_by_every_filter,
            }
            audit_chain {
                a_key_is_active_once,
                checkpoints_are_kept,
                events_get_their_place_once,
                only_the_pruned_beginning_goes,
            }
            audit {
                events_can_only_be_added,
                events_are_found_by_every_filter,
                events_are_walked_oldest_first,
            }
            bulk_revocation {
                many_certificates_go_out_of_service_together_or_not_at_all,
                what_is_known_of_many_certificates_is_read_at_once,
            }
            certificate {
                a_missing_reference_is_named,
                a_stale_update_changes_nothing,
                an_update_replaces_sans_and_tags,
                certificates_come_back_as_stored,
                concurrent_changes_are_all_kept,
                due_rows_come_oldest_first,
                ids_and_names_are_unique,
                many_certificates_are_added_at_once,
                a_change_of_state_leaves_names_alone,
                one_of_two_writers_of_a_revision_wins,
            }
            certificate_list {
                a_foreign_cursor_is_refused,
                every_filter_restricts,
                every_order_walks_all_rows_once,
                pages_by_number_and_by_cursor_agree,
                search_takes_patterns_literally,
                status_is_judged_at_the_given_time,
            }
            certificate_purge {
                a_purge_takes_everything_but_the_ledger,
                only_what_nothing_holds_can_be_purged,
            }
            channel {
                a_changed_channel_is_guarded_by_its_last_change,
                a_deleted_channel_leaves_its_notifications,
                a_setting_is_guarded_by_its_last_change,
                channels_come_back_as_stored_and_are_listed_by_kind,
                health_is_written_beside_the_configuration,
                marks_of_loops_are_replaced,
                sealed_configurations_of_channels_are_exchanged,
            }
            claim {
                a_claim_equals_the_event_in_memory,
                a_claim_takes_only_what_is_due_for_the_server,
                a_new_instance_takes_over_at_once,
                agents_claim_their_own_jobs_only,
                an_expired_lease_is_claimed_again,
                leases_are_extended_by_their_holder_only,
                released_jobs_are_claimable_now,
                two_claimers_never_share_a_job,
            }
            crl_watch {
                a_crl_is_due_until_it_was_looked_at,
                leaves_are_those_that_are_valid_and_not_known_as_revoked,
            }
            deployment {
                a_cancelled_deployment_waits_for_a_newer_version,
                a_missing_reference_is_named,
                mappings_are_found_from_both_sides,
                mappings_come_back_as_stored,
                unserved_mappings_without_a_job_are_found,
            }
            issuer {
                ca_keys_come_back_and_one_is_active,
                issuers_come_back_as_stored,
                only_unused_issuers_are_deleted,
                updates_are_guarded_by_the_revision,
            }
            job {
                a_list_is_filtered_by_every_field,
                a_refused_job_leaves_the_transaction_usable,
                jobs_come_back_as_stored,
                live_jobs_are_found,
                one_issuance_is_live_per_certificate_and_agent,
                the_next_due_time_is_known,
                the_same_work_is_queued_once,
                updates_are_guarded_by_the_revision,
                waiting_jobs_come_oldest_first,
            }
            digest {
                lists_are_cut_and_their_totals_exact,
                owners_are_those_with_an_address_and_a_certificate,
                owners_see_their_own,
            }
            event {
                every_audit_event_is_told,
                jobs_tell_when_they_are_queued_and_when_their_status_changes,
                old_events_go_but_never_the_newest,
                what_is_undone_is_not_told,
            }
            idempotency {
                a_key_is_taken_once_per_caller_and_keeps_its_answer,
                an_expired_or_released_key_can_be_taken_again,
                expired_keys_are_removed,
            }
            job_history {
                every_change_of_a_job_is_recorded,
                the_newest_job_of_its_kind_is_never_replaced,
            }
            lease {
                a_lease_has_one_holder,
                an_expired_lease_is_taken_over,
                one_of_many_racing_holders_wins,
            }
            ledger {
                an_intent_is_finished_once,
                issuances_come_back_as_stored,
                serial_numbers_are_unique_per_issuer,
                the_intents_of_a_job_are_abandoned,
                what_may_have_been_signed_for_a_set_of_names_is_counted,
            }
            notification {
                a_notification_names_a_certificate_that_exists,
                a_threshold_is_told_once_for_each_leaf_and_channel,
                notifications_come_back_as_stored,
                notifications_are_found_by_every_filter,
                notifications_are_listed_newest_first,
                finished_ones_are_removed_in_batches_and_others_stay,
                reading_is_marked_once_and_changes_nothing_else,
                the_same_key_makes_one_notification,
            }
            notification_delivery {
                a_claim_takes_only_what_is_due_in_its_lane,
                a_failure_waits_and_an_end_is_final,
                an_incident_that_is_over_is_not_announced,
                an_outcome_is_written_by_the_newest_claim_only,
                counts_follow_what_is_not_done,
                expired_leases_are_claimed_again,
                leases_are_given_back,
                only_what_failed_or_reached_nobody_is_requeued,
                two_claimers_share_nothing,
                who_was_told_of_an_incident_is_known,
            }
            notification_due {
                one_without_a_channel_is_given_one_by_its_newest_claim,
                what_is_due_after_a_time_is_known,
            }
            operation {
                items_end_together_or_not_at_all,
                an_item_ends_once,
                an_ended_operation_goes_in_steps,
                operations_come_back_as_stored,
                the_set_is_what_matches_when_it_is_made,
            }
            organisation {
                a_changed_owner_is_guarded_by_its_last_change,
                a_changed_policy_is_guarded_by_its_last_change,
                a_changed_profile_is_guarded_by_its_last_change,
                a_changed_team_is_guarded_by_its_last_change,
                an_owner_goes_when_no_certificate_is_his,
                a_policy_goes_when_no_certificate_follows_it,
                names_and_ids_are_unique,
                pages_by_number_have_exact_totals,
                profiles_come_back_as_stored,
                renewal_policies_come_back_as_stored,
                a_policy_is_limited_to_a_group_that_exists_and_stays,
                teams_and_owners_come_back_as_stored,
            }
            policy_rule {
                a_changed_rule_is_guarded_by_its_last_change,
                a_deleted_rule_takes_its_violations_along,
                held_certificates_can_be_changed_by_their_holder,
                a_violation_is_open_once_for_a_rule_and_a_certificate,
                certificates_in_service_are_walked_by_id,
                only_open_violations_change,
                rules_of_every_type_come_back_as_stored,
                the_newest_version_tells_the_validity,
                violations_are_found_by_every_filter,
            }
            ocsp {
                a_ca_has_one_current_responder_and_keeps_the_former_until_they_end,
                answers_are_replaced_by_newer_ones_only,
                answers_are_signed_anew_in_time_and_go_when_they_end,
                responders_come_back_as_stored,
            }
            revocation {
                a_crl_lists_what_is_in_force_and_not_over,
                a_key_is_forbidden_for_good,
                a_newer_crl_replaces_an_older_one_and_never_the_other_way,
                a_serial_number_is_revoked_once_per_issuer,
                attempts_are_remembered_for_a_while,
                changes_are_counted_and_followed,
                racing_builders_get_numbers_of_their_own,
                revocations_are_found_by_every_filter,
                revocations_come_back_as_stored,
                the_ca_is_told_when_it_is_time,
                what_was_issued_for_a_key_is_found,
            }
            session {
                sessions_come_back_as_stored_and_end_once,
                sessions_that_ended_or_lie_idle_are_removed,
            }
            statistics {
                a_wrong_count_is_found_and_mended,
                every_change_is_counted,
                figures_per_day_follow_the_rows,
                open_changes_count_before_and_after_they_are_folded,
                statuses_are_counted_as_the_list_shows_them,
            }
            target {
                a_target_is_deleted_when_nothing_is_mapped,
                retiring_an_agent_retires_its_targets,
                targets_come_back_as_stored,
                updates_are_guarded_by_the_revision,
            }
            transaction {
                a_closed_store_is_unavailable,
                a_failed_statement_cannot_be_committed,
                a_panic_leaves_nothing,
                a_snapshot_refuses_to_write,
                an_error_leaves_nothing,
            }
            version {
                fingerprints_and_serial_numbers_are_unique,
                many_versions_are_added_and_found_at_once,
                the_latest_version_of_each_holder_is_found,
                versions_come_back_as_stored,
            }
        }
    };
}
