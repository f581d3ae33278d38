GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

DROP FUNCTION ruv.sealed_of(bigint);

CREATE OR REPLACE FUNCTION ruv.listed_of(victim bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN ARRAY(
        SELECT c.name FROM public.role_grant g CROSS JOIN LATERAL unnest(g.listed) AS c(name)
        WHERE g.role = (ruv.context()).role
          AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine
                      AND (p.compartments IS NULL OR c.name = ANY (p.compartments)))
          AND (c.name <> ALL (g.own_only)
               OR EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine
                          AND p.housed)));
END $$;

CREATE OR REPLACE FUNCTION ruv.shows_shelters() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((SELECT 'shelter_location' = ANY (g.opened) AND 'shelter_location' <> ALL (g.own_only)
                     FROM public.role_grant g WHERE g.role = (ruv.context()).role), false);
END $$;

RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
