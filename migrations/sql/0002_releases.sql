-- Releases. Runs as ruv_owner after the tables of 0002 exist.

-- The ledger of the privacy budget ---------------------------------------------------------------------

-- One row at a time, whoever inserts and at whatever isolation: the lock is held to the end of the
-- transaction, and a stale snapshot collides on prev_sha. Position, time, and both hashes are decided here.
-- The cap is a lifetime's: zCDP rho 0.50 for all that is ever drawn over one reference year.
CREATE FUNCTION release.charge() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last release.ledger;
    spent numeric;
BEGIN
    PERFORM pg_advisory_xact_lock(1381326162);
    SELECT * INTO last FROM release.ledger ORDER BY seq DESC LIMIT 1;
    SELECT coalesce(sum(rho), 0) INTO spent FROM release.ledger WHERE reference_year = NEW.reference_year;
    IF spent + NEW.rho > 0.50 THEN
        RAISE EXCEPTION 'the privacy budget of reference year % is spent', NEW.reference_year
            USING ERRCODE = 'RV001';
    END IF;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.prev_sha := coalesce(last.row_sha, repeat('0', 64));
    NEW.row_sha := encode(sha256(convert_to(concat_ws('|',
        NEW.seq, NEW.release_code, NEW.kind, NEW.reference_year, NEW.table_name, NEW.rho, NEW.sigma,
        NEW.workload_sha, NEW.snapshot_sha, NEW.code_version,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), NEW.prev_sha), 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER charge BEFORE INSERT ON release.ledger FOR EACH ROW EXECUTE FUNCTION release.charge();

-- Nothing is changed or taken away, not even by the owner ---------------------------------------------------

CREATE FUNCTION release.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'release.% is append-only', TG_TABLE_NAME USING ERRCODE = 'RV002';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release.release
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release.artefact
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release.approval
    FOR EACH STATEMENT EXECUTE FUNCTION release.refuse();

REVOKE ALL ON FUNCTION release.charge(), release.refuse() FROM PUBLIC;

-- A file belongs to the transaction that drew it: none is added to a release later.
CREATE FUNCTION release.born_together() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM release.release r WHERE r.id = NEW.release_id AND r.built_at = now()) THEN
        RAISE EXCEPTION 'a file cannot be added to a release' USING ERRCODE = 'RV002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER born_together BEFORE INSERT ON release.artefact
    FOR EACH ROW EXECUTE FUNCTION release.born_together();
REVOKE ALL ON FUNCTION release.born_together() FROM PUBLIC;

-- Who serves: stored releases only ------------------------------------------------------------------------

GRANT USAGE ON SCHEMA release TO ruv_release;
GRANT SELECT, INSERT ON release.release, release.artefact, release.approval, release.ledger TO ruv_release;

-- Who counts: clear columns only, every row, read only ---------------------------------------------------------

GRANT SELECT (victim_id, sex, age_years, age_min, age_max) ON profile TO ruv_report;
GRANT SELECT (id, victim_id, state, first_identified_on, reference_year, outcome) ON trafficking_case TO ruv_report;
GRANT SELECT (victim_id, case_id, to_state) ON case_transition TO ruv_report;
GRANT SELECT (victim_id, case_id, main_purpose, purposes, department) ON exploitation TO ruv_report;
GRANT SELECT (victim_id, case_id, service_type, state, result) ON referral TO ruv_report;
GRANT SELECT (victim_id, case_id, admitted_at) ON placement TO ruv_report;
GRANT SELECT (id, victim_id, case_id, state, signed_at) ON plan TO ruv_report;
GRANT SELECT (id, victim_id, plan_id, domain) ON plan_objective TO ruv_report;
GRANT SELECT (victim_id, plan_id, objective_id, state) ON plan_activity TO ruv_report;

CREATE POLICY counted ON profile FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON trafficking_case FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON case_transition FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON exploitation FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON referral FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON placement FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON plan FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON plan_objective FOR SELECT TO ruv_report USING (true);
CREATE POLICY counted ON plan_activity FOR SELECT TO ruv_report USING (true);
