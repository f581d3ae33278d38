-- Takes back 0006_matching.sql.
DROP TABLE match_candidate;
SET ROLE ruv_guard;
DROP FUNCTION ruv.note_candidates(jsonb), ruv.match_candidates(bigint[], integer), ruv.record_in_scope(bigint),
    ruv.times_in_hour(text);
RESET ROLE;
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE FUNCTION ruv.recent_probes() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM public.audit_event e
    WHERE e.user_id = (SELECT (ruv.context()).user_id) AND e.action = 'victims.probe'
      AND e.at > clock_timestamp() - interval '1 hour'
$$;
REVOKE ALL ON FUNCTION ruv.recent_probes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.recent_probes() TO ruv_app;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
DROP INDEX ix_audit_event_limited;
CREATE INDEX ix_audit_event_probe ON audit_event (user_id, at) WHERE action = 'victims.probe';
ALTER POLICY append ON audit_event WITH CHECK (
    ruv.may_append(user_id, unit_id, institution_id, victim_id, outcome, event)
);
DROP POLICY guard ON victim_key;
REVOKE ALL ON victim_key FROM ruv_guard;
REVOKE SELECT ON victim_blob FROM ruv_guard;
GRANT SELECT (victim_id, record_id, compartment, version, unit_id) ON victim_blob TO ruv_guard;
ALTER TABLE victim_token DROP CONSTRAINT pk_victim_token,
    ADD CONSTRAINT pk_victim_token PRIMARY KEY (token, victim_id);
ALTER TABLE victim_token DROP COLUMN key_version;
