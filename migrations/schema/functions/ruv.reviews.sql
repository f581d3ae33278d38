-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.reviews(person bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN EXISTS (SELECT FROM public.victim v JOIN public.match_candidate m ON v.id IN (m.victim_id, m.other_id)
                   WHERE v.person_id = person AND ruv.may_review(m.id));
END $function$;
ALTER FUNCTION ruv.reviews(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.reviews(bigint) TO ruv_app;
