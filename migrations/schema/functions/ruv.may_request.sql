-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_request(kind text, victim bigint, other bigint, kase bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT ruv.permits('commands:request') THEN
        RETURN false;
    END IF;
    IF kind IN ('DESCARTE', 'CIERRE') THEN
        RETURN ruv.permits('cases:transition') AND ruv.case_in_scope(kase, victim)
            AND (kind = 'DESCARTE' OR coalesce('outcome' = ANY (ruv.written()), false));
    END IF;
    RETURN coalesce(ruv.person_of_record(victim) = victim, false)
        AND CASE kind WHEN 'FUSION' THEN coalesce(ruv.person_of_record(other) = other, false)
                      WHEN 'SEPARACION' THEN coalesce(ruv.person_of_record(other) = victim, false)
                      ELSE false END
        AND (ruv.permits('matching:steward') OR ruv.command_in_scope(victim, other, NULL));
END $function$;
ALTER FUNCTION ruv.may_request(text,bigint,bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_request(text,bigint,bigint,bigint) TO ruv_app;
