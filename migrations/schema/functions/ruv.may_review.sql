-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_review(candidate bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.match_candidate m
                   WHERE m.id = candidate
                     AND (ruv.permits('matching:steward')
                          OR ruv.permits('matching:review') AND ruv.record_in_scope(m.victim_id)
                             AND CASE WHEN m.other_id IS NULL THEN m.found_unit_id = (SELECT (ruv.context()).unit_id)
                                      ELSE ruv.record_in_scope(m.other_id) END))
$function$;
ALTER FUNCTION ruv.may_review(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_review(bigint) TO ruv_app;
