-- Takes back 0006_matching.sql.
DROP TABLE match_candidate;
SET ROLE ruv_guard;
DROP FUNCTION ruv.note_candidates(jsonb), ruv.match_candidates(bigint[], integer), ruv.record_in_scope(bigint);
RESET ROLE;
ALTER POLICY append ON audit_event WITH CHECK (
    ruv.may_append(user_id, unit_id, institution_id, victim_id, outcome, event)
);
DROP POLICY guard ON victim_key;
REVOKE ALL ON victim_key FROM ruv_guard;
REVOKE SELECT ON victim_blob FROM ruv_guard;
GRANT SELECT (victim_id, record_id, compartment, version, unit_id) ON victim_blob TO ruv_guard;
ALTER TABLE victim_token DROP COLUMN key_version;
