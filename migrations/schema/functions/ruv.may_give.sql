-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_give(victim bigint, wanted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    WITH part AS (
        SELECT p.compartments FROM public.participation p
        WHERE p.victim_id = victim AND p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
          AND ruv.case_in_scope(p.case_id, p.victim_id))
    SELECT EXISTS (SELECT FROM part WHERE part.compartments IS NULL)
        OR wanted IS NOT NULL AND EXISTS (SELECT FROM part)
           AND wanted <@ ARRAY(SELECT unnest(part.compartments) FROM part)
$function$;
ALTER FUNCTION ruv.may_give(bigint,text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_give(bigint,text[]) TO ruv_app;
