-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION release.charge()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
END $function$;
ALTER FUNCTION release.charge() OWNER TO ruv_owner;
