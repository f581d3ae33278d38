-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.is_housed(kase bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.placement l WHERE l.case_id = kase AND l.left_at IS NULL
                   AND ruv.case_in_scope(l.case_id, l.victim_id))
$function$;
ALTER FUNCTION ruv.is_housed(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.is_housed(bigint) TO ruv_app;
