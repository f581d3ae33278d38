-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.narrow_view()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    NEW.given := CASE WHEN NEW.basis = 'DERIVACION'
        OR EXISTS (SELECT FROM public.mandate m WHERE m.code = NEW.mandate AND NOT m.overrides)
        THEN NEW.compartments END;
    IF NEW.given IS NOT NULL THEN
        NEW.compartments := ruv.less_objected(NEW.given, NEW.victim_id, NEW.unit_id, NEW.referral_id);
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.narrow_view() OWNER TO ruv_guard;
