//! Every table, once for both engines. The test `both_engines_have_the_schema_of_the_code` compares
//! it with what the migrations make.

diesel::table! {
    teams (id) {
        id -> Text,
        name -> Text,
        description -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    owners (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        team_id -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    renewal_policies (id) {
        id -> Text,
        name -> Text,
        renewal_window_days -> BigInt,
        auto_renew -> Bool,
        max_retries -> BigInt,
        retry_interval_seconds -> BigInt,
        alert_thresholds_days -> Text,
        alert_channels -> Text,
        alert_severity_map -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        renewal_window_fraction -> Nullable<BigInt>,
        maintenance_windows -> Text,
        freeze_periods -> Text,
        override_before_expiry -> Bool,
        agent_group_id -> Nullable<Text>,
    }
}

diesel::table! {
    certificate_profiles (id) {
        id -> Text,
        name -> Text,
        description -> Text,
        allowed_key_algorithms -> Text,
        max_ttl_seconds -> BigInt,
        allowed_ekus -> Text,
        required_san_patterns -> Text,
        spiffe_uri_pattern -> Text,
        allow_short_lived -> Bool,
        must_staple -> Bool,
        required_csr_attributes -> Text,
        acme_auth_mode -> Text,
        requires_approval -> Bool,
        enabled -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        no_rev_avail -> Bool,
    }
}

diesel::table! {
    policy_rules (id) {
        id -> Text,
        name -> Text,
        #[sql_name = "type"]
        kind -> Text,
        config -> Text,
        enabled -> Bool,
        severity -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    policy_violations (id) {
        id -> Text,
        certificate_id -> Text,
        rule_id -> Text,
        message -> Text,
        severity -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    issuers (id) {
        id -> Text,
        name -> Text,
        #[sql_name = "type"]
        kind -> Text,
        config -> Text,
        encrypted_config -> Nullable<Binary>,
        enabled -> Bool,
        last_tested_at -> Nullable<Timestamp>,
        test_status -> Text,
        source -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    ca_keys (id) {
        id -> Text,
        issuer_id -> Text,
        state -> Text,
        certificate_pem -> Text,
        sealed_key -> Binary,
        not_before -> Timestamp,
        not_after -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    agents (id) {
        id -> Text,
        name -> Text,
        hostname -> Text,
        status -> Text,
        last_heartbeat_at -> Nullable<Timestamp>,
        registered_at -> Timestamp,
        api_key_hash -> Nullable<Text>,
        os -> Text,
        architecture -> Text,
        ip_address -> Text,
        version -> Text,
        retired_at -> Nullable<Timestamp>,
        retired_reason -> Nullable<Text>,
    }
}

diesel::table! {
    agent_enrolment_tokens (id) {
        id -> Text,
        token_hash -> Text,
        agent_id -> Nullable<Text>,
        created_by -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        used_by -> Nullable<Text>,
    }
}

diesel::table! {
    deployment_targets (id) {
        id -> Text,
        name -> Text,
        #[sql_name = "type"]
        kind -> Text,
        agent_id -> Text,
        config -> Text,
        encrypted_config -> Nullable<Binary>,
        enabled -> Bool,
        last_tested_at -> Nullable<Timestamp>,
        test_status -> Text,
        source -> Text,
        retired_at -> Nullable<Timestamp>,
        retired_reason -> Nullable<Text>,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    managed_certificates (id) {
        id -> Text,
        name -> Text,
        common_name -> Text,
        environment -> Text,
        owner_id -> Text,
        team_id -> Text,
        issuer_id -> Text,
        renewal_policy_id -> Text,
        certificate_profile_id -> Nullable<Text>,
        status -> Text,
        valid_from -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
        expiring_from -> Nullable<Timestamp>,
        next_action_at -> Nullable<Timestamp>,
        failed_issuances -> BigInt,
        last_renewal_at -> Nullable<Timestamp>,
        last_deployment_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        revocation_reason -> Nullable<Text>,
        source -> Nullable<Text>,
        search_text -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        retry_at -> Nullable<Timestamp>,
        paused_at -> Nullable<Timestamp>,
        pause_reason -> Nullable<Text>,
    }
}

diesel::table! {
    certificate_sans (certificate_id, kind, value) {
        certificate_id -> Text,
        kind -> Text,
        value -> Text,
    }
}

diesel::table! {
    certificate_tags (certificate_id, key) {
        certificate_id -> Text,
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    certificate_versions (id) {
        id -> Text,
        certificate_id -> Text,
        issuer_id -> Text,
        job_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        serial_number -> Text,
        not_before -> Timestamp,
        not_after -> Timestamp,
        fingerprint_sha256 -> Text,
        pem_chain -> Text,
        csr_pem -> Text,
        key_algorithm -> Text,
        key_size -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    certificate_target_mappings (certificate_id, target_id) {
        certificate_id -> Text,
        target_id -> Text,
        status -> Text,
        deployed_version_id -> Nullable<Text>,
        deployed_at -> Nullable<Timestamp>,
        last_job_id -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    issuance_ledger (id) {
        id -> Text,
        issuer_id -> Text,
        serial_number -> Nullable<Text>,
        state -> Text,
        certificate_id -> Nullable<Text>,
        job_id -> Nullable<Text>,
        source -> Text,
        tbs_sha256 -> Nullable<Text>,
        fingerprint_sha256 -> Nullable<Text>,
        not_before -> Nullable<Timestamp>,
        not_after -> Nullable<Timestamp>,
        recorded_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        names_hash -> Nullable<Text>,
        spki_sha256 -> Nullable<Text>,
        crl_shard -> BigInt,
    }
}

diesel::table! {
    certificate_revocations (id) {
        id -> Text,
        issuer_id -> Text,
        serial_number -> Text,
        certificate_id -> Nullable<Text>,
        reason -> Text,
        invalidity_date -> Nullable<Timestamp>,
        revoked_by -> Text,
        revoked_at -> Timestamp,
        not_after -> Timestamp,
        released_at -> Nullable<Timestamp>,
        crl_shard -> BigInt,
        generation -> BigInt,
        issuer_notified -> Bool,
        notify_attempts -> BigInt,
        next_notify_at -> Nullable<Timestamp>,
        last_notify_error -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    revocation_counters (issuer_id) {
        issuer_id -> Text,
        generation -> BigInt,
        crl_number -> BigInt,
    }
}

diesel::table! {
    blocked_keys (spki_sha256) {
        spki_sha256 -> Text,
        reason -> Text,
        blocked_by -> Text,
        blocked_at -> Timestamp,
    }
}

diesel::table! {
    crl_cache (issuer_id, authority, shard, kind) {
        issuer_id -> Text,
        authority -> Text,
        shard -> BigInt,
        kind -> Text,
        crl_der -> Binary,
        crl_number -> BigInt,
        base_number -> Nullable<BigInt>,
        base_generation -> Nullable<BigInt>,
        generation -> BigInt,
        revoked_count -> BigInt,
        this_update -> Timestamp,
        next_update -> Timestamp,
        generated_at -> Timestamp,
        generation_duration_ms -> BigInt,
    }
}

diesel::table! {
    crl_generation_events (id) {
        id -> Text,
        issuer_id -> Text,
        shard -> BigInt,
        kind -> Text,
        crl_number -> BigInt,
        revoked_count -> BigInt,
        duration_ms -> BigInt,
        started_at -> Timestamp,
        succeeded -> Bool,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    watched_crls (url) {
        url -> Text,
        ca_der -> Binary,
        next_check_at -> Timestamp,
        checked_at -> Nullable<Timestamp>,
        failures -> BigInt,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    crl_names (version_id) {
        version_id -> Text,
        url -> Text,
    }
}

diesel::table! {
    ca_revocations (version_id) {
        version_id -> Text,
        certificate_id -> Text,
        reason -> Text,
        revoked_at -> Timestamp,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    ocsp_responders (id) {
        id -> Text,
        issuer_id -> Text,
        authority -> Text,
        cert_pem -> Text,
        cert_serial -> Text,
        key_alg -> Text,
        sealed_key -> Binary,
        not_before -> Timestamp,
        not_after -> Timestamp,
        rotated_from -> Nullable<Text>,
        superseded_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ocsp_response_cache (issuer_id, serial_hex, authority, hash) {
        issuer_id -> Text,
        serial_hex -> Text,
        authority -> Text,
        hash -> Text,
        responder_id -> Text,
        response_der -> Binary,
        cert_status -> Text,
        revocation_generation -> BigInt,
        this_update -> Timestamp,
        next_update -> Timestamp,
        refresh_at -> Timestamp,
        generated_at -> Timestamp,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        certificate_id -> Nullable<Text>,
        target_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        version_id -> Nullable<Text>,
        status -> Text,
        executor -> Text,
        attempts -> BigInt,
        max_attempts -> BigInt,
        last_error -> Nullable<Text>,
        run_after -> Timestamp,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        lease_token -> BigInt,
        due_at -> Nullable<Timestamp>,
        dedup_key -> Nullable<Text>,
        payload -> Text,
        deployment_result -> Nullable<Text>,
        requested_by -> Text,
        started_at -> Nullable<Timestamp>,
        completed_at -> Nullable<Timestamp>,
        verification_status -> Text,
        verified_at -> Nullable<Timestamp>,
        verification_fingerprint -> Nullable<Text>,
        verification_error -> Nullable<Text>,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    job_events (job_id, revision) {
        job_id -> Text,
        revision -> BigInt,
        occurred_at -> Timestamp,
        status -> Text,
        executor -> Text,
        attempts -> BigInt,
        lease_token -> BigInt,
        lease_owner -> Nullable<Text>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    approval_requests (id) {
        id -> Text,
        certificate_id -> Text,
        job_id -> Text,
        profile_id -> Text,
        requested_by -> Text,
        requested_by_principal -> Nullable<Text>,
        state -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decision_note -> Nullable<Text>,
        metadata -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        expiry_told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    rollups (dimension, key) {
        dimension -> Text,
        key -> Text,
        amount -> BigInt,
    }
}

diesel::table! {
    rollup_deltas (dimension, key) {
        dimension -> Text,
        key -> Text,
        amount -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        name -> Text,
        role -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        identity -> Text,
        created_by -> Text,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    agent_groups (id) {
        id -> Text,
        name -> Text,
        description -> Text,
        match_os -> Text,
        match_architecture -> Text,
        match_ip_cidr -> Text,
        match_version -> Text,
        enabled -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    agent_group_members (agent_group_id, agent_id) {
        agent_group_id -> Text,
        agent_id -> Text,
        membership_type -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        actor -> Text,
        actor_type -> Text,
        action -> Text,
        resource_type -> Text,
        resource_id -> Text,
        details -> Text,
        request_id -> Nullable<Text>,
        client_address -> Nullable<Text>,
        timestamp -> Timestamp,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        kind -> Text,
        resource_type -> Text,
        resource_id -> Text,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (principal, key) {
        principal -> Text,
        key -> Text,
        request -> Text,
        body_sha256 -> Text,
        status -> Nullable<BigInt>,
        location -> Nullable<Text>,
        entity_tag -> Nullable<Text>,
        body -> Nullable<Text>,
        claimed_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    audit_unsealed (event_id) {
        event_id -> Text,
        timestamp -> Timestamp,
    }
}

diesel::table! {
    audit_chain (seq) {
        seq -> BigInt,
        event_id -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_keys (id) {
        id -> Text,
        public_key -> Text,
        sealed_key -> Binary,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit_checkpoints (id) {
        id -> Text,
        kind -> Text,
        seq -> BigInt,
        hash -> Text,
        signed_at -> Timestamp,
        key_id -> Text,
        signature -> Text,
    }
}

diesel::table! {
    audit_prune_permit (until_seq) {
        until_seq -> BigInt,
    }
}

diesel::table! {
    api_calls (id) {
        id -> Text,
        method -> Text,
        path -> Text,
        route -> Nullable<Text>,
        actor -> Text,
        actor_type -> Nullable<Text>,
        body_sha256 -> Text,
        status -> Nullable<BigInt>,
        latency_ms -> BigInt,
        request_id -> Nullable<Text>,
        client_address -> Nullable<Text>,
        lost -> BigInt,
        timestamp -> Timestamp,
    }
}

diesel::table! {
    console_sessions (id) {
        id -> Text,
        token_hash -> Text,
        api_key_id -> Nullable<Text>,
        key_binding -> Nullable<Text>,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    operations (id) {
        id -> Text,
        kind -> Text,
        state -> Text,
        dry_run -> Bool,
        criteria -> Text,
        parameters -> Text,
        requested_by -> Text,
        actor -> Text,
        total_matched -> BigInt,
        total_done -> BigInt,
        total_skipped -> BigInt,
        total_failed -> BigInt,
        created_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        paused_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    operation_items (operation_id, certificate_id) {
        operation_id -> Text,
        certificate_id -> Text,
        state -> Text,
        code -> Nullable<Text>,
        message -> Nullable<Text>,
        result -> Nullable<Text>,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notification_channels (id) {
        id -> Text,
        name -> Text,
        #[sql_name = "type"]
        kind -> Text,
        config -> Text,
        encrypted_config -> Binary,
        enabled -> Bool,
        source -> Text,
        consecutive_failures -> BigInt,
        last_success_at -> Nullable<Timestamp>,
        last_failure_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        failing_since -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    notification_settings (name) {
        name -> Text,
        document -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    alerts (id) {
        id -> Text,
        #[sql_name = "type"]
        kind -> Text,
        severity -> Text,
        resource_type -> Text,
        resource_id -> Text,
        certificate_id -> Nullable<Text>,
        incident_key -> Nullable<Text>,
        incident_phase -> Nullable<Text>,
        subject -> Text,
        message -> Text,
        facts -> Text,
        occurred_at -> Timestamp,
        routed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notification_events (id) {
        id -> Text,
        alert_id -> Nullable<Text>,
        #[sql_name = "type"]
        kind -> Text,
        severity -> Text,
        resource_type -> Text,
        resource_id -> Text,
        certificate_id -> Nullable<Text>,
        channel -> Text,
        channel_id -> Nullable<Text>,
        recipient -> Text,
        subject -> Text,
        message -> Text,
        html -> Nullable<Text>,
        facts -> Text,
        incident_key -> Nullable<Text>,
        incident_phase -> Nullable<Text>,
        threshold_days -> Nullable<BigInt>,
        dedup_key -> Text,
        status -> Text,
        delivery -> Nullable<Text>,
        retry_count -> Integer,
        next_retry_at -> Nullable<Timestamp>,
        not_before -> Timestamp,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        read_at -> Nullable<Timestamp>,
        claims -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notification_attempts (notification_id, number) {
        notification_id -> Text,
        number -> BigInt,
        started_at -> Timestamp,
        duration_ms -> BigInt,
        result -> Text,
        detail -> Text,
    }
}

diesel::table! {
    expiry_alerts (certificate_id, version_id, threshold_days, channel) {
        certificate_id -> Text,
        version_id -> Text,
        threshold_days -> BigInt,
        channel -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    expiry_looks (certificate_id) {
        certificate_id -> Text,
        due_at -> Timestamp,
    }
}

diesel::table! {
    issuer_health (issuer_id) {
        issuer_id -> Text,
        consecutive_failures -> BigInt,
        failing_since -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    reconciler_marks (name) {
        name -> Text,
        period_seconds -> BigInt,
        last_started_at -> Timestamp,
        last_success_at -> Nullable<Timestamp>,
        last_failure_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        consecutive_failures -> BigInt,
        oldest_work_at -> Nullable<Timestamp>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    teams,
    owners,
    renewal_policies,
    certificate_profiles,
    policy_rules,
    policy_violations,
    issuers,
    ca_keys,
    agents,
    agent_enrolment_tokens,
    deployment_targets,
    managed_certificates,
    certificate_sans,
    certificate_tags,
    certificate_versions,
    certificate_target_mappings,
    issuance_ledger,
    certificate_revocations,
    revocation_counters,
    blocked_keys,
    crl_cache,
    crl_generation_events,
    watched_crls,
    crl_names,
    ca_revocations,
    ocsp_responders,
    ocsp_response_cache,
    jobs,
    job_events,
    approval_requests,
    notification_channels,
    notification_settings,
    alerts,
    notification_events,
    notification_attempts,
    expiry_alerts,
    expiry_looks,
    issuer_health,
    reconciler_marks,
    leases,
    rollups,
    rollup_deltas,
    api_keys,
    console_sessions,
    operations,
    operation_items,
    audit_events,
    audit_unsealed,
    audit_chain,
    audit_keys,
    audit_checkpoints,
    audit_prune_permit,
    api_calls,
    events,
    idempotency_keys,
    agent_groups,
    agent_group_members,
);
