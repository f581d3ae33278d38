-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.faces_contradict(one bigint, other bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    a int4range := ruv.born_between(one);
    b int4range := ruv.born_between(other);
BEGIN
    RETURN coalesce(
        (SELECT p.sex FROM public.profile p WHERE p.victim_id = one)
            <> (SELECT p.sex FROM public.profile p WHERE p.victim_id = other)
        AND greatest(lower(a), lower(b)) - (least(upper(a), upper(b)) - 1) > 10, false);
END $function$;
ALTER FUNCTION ruv.faces_contradict(bigint,bigint) OWNER TO ruv_guard;
