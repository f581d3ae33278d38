-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.unacknowledged(kase bigint)
 RETURNS TABLE(unit_id bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT DISTINCT n.unit_id FROM public.notice n
    WHERE n.case_id = kase AND n.kind = 'UNIDAD_INCORPORADA' AND n.read_at IS NULL
      AND ruv.case_in_scope(n.case_id, n.victim_id)
$function$;
ALTER FUNCTION ruv.unacknowledged(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.unacknowledged(bigint) TO ruv_app;
