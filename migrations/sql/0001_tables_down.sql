-- Takes back 0001_tables.sql.
DROP TABLE progress_note, plan_activity, plan_version, plan_signature, plan_objective, referral,
    plan, placement, participation, exploitation, case_transition, assignment, victim_token,
    victim_key, victim_code, victim_blob, trafficking_case, refresh_token, profile,
    compartment_head, victim, idempotency_key, auth_session, user_account, unit, role_grant, kek,
    institution, audit_queue, audit_event;
