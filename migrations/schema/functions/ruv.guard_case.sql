-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_case()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF current_user NOT IN ('ruv_app', 'ruv_guard') THEN
        RETURN NEW;
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND NEW.state = 'DESCARTADA' AND NOT ruv.discard_agreed(NEW.id) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF NEW.state = 'CERRADO' AND (NEW.state, NEW.outcome) IS DISTINCT FROM (OLD.state, OLD.outcome)
       AND (NEW.outcome = 'ILOCALIZABLE' OR ruv.counted_as_child(NEW.victim_id, NEW.id, ruv.lima_day(now())))
       AND NOT ruv.close_agreed(NEW.id, NEW.outcome) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF OLD.state = 'EGRESO_NO_AUTORIZADO' AND NEW.state IN ('CERRADO', 'ILOCALIZABLE', 'DESCARTADA')
       AND ruv.counted_as_child(NEW.victim_id, NEW.id, ruv.lima_day(OLD.state_since)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF current_user = 'ruv_app' AND (
        NEW.identification IS DISTINCT FROM OLD.identification AND NOT ruv.permits('cases:identify')
        OR (NEW.state, NEW.state_since, NEW.closed_at, NEW.outcome)
           IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.closed_at, OLD.outcome)
           AND NOT ruv.permits('cases:transition')
        OR NEW.outcome IS DISTINCT FROM OLD.outcome
           AND NOT (coalesce('outcome' = ANY (ruv.written()), false)
                    AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = NEW.victim_id
                                AND (p.compartments IS NULL OR 'outcome' = ANY (p.compartments))))) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_case() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.guard_case() TO ruv_app;
