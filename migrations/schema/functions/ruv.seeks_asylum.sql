-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.seeks_asylum(victim bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT coalesce((
        SELECT s.to_state = 'REFUGIO_SOLICITADO' FROM public.protection_step s
        WHERE s.victim_id = victim AND (s.to_state = 'REFUGIO_SOLICITADO' OR s.reason = 'DESISTE_REFUGIO')
        ORDER BY s.at DESC, s.id DESC LIMIT 1), false)
$function$;
ALTER FUNCTION ruv.seeks_asylum(bigint) OWNER TO ruv_guard;
