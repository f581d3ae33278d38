-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.listed_of(victim bigint)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    mine bigint[] := ruv.seats();
    own text := (ruv.context()).role;
BEGIN
    RETURN ARRAY(
        SELECT c.name FROM public.role_grant g CROSS JOIN LATERAL unnest(g.listed) AS c(name)
        WHERE g.role = own
          AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine
                      AND (p.compartments IS NULL OR c.name = ANY (p.compartments)))
          AND (c.name <> ALL (g.own_only)
               OR EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine
                          AND p.housed)));
END $function$;
ALTER FUNCTION ruv.listed_of(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.listed_of(bigint) TO ruv_app;
