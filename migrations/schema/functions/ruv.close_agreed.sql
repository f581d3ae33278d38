-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.close_agreed(kase bigint, outcome text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.command_request c
                   WHERE c.case_id = kase AND c.reason = outcome AND c.decided_at = now()
                     AND ruv.two_agreed(c.id, 'CIERRE'))
$function$;
ALTER FUNCTION ruv.close_agreed(bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.close_agreed(bigint,text) TO ruv_app;
