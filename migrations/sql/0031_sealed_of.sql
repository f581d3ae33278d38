-- A person's compartments, each with its sealed version and its wrapped key, in one question about who asks. Under
-- the policies of three tables and beside `head_units` it was asked fourteen times, and that was most of the time of
-- the read.
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

CREATE FUNCTION ruv.sealed_of(victim bigint)
RETURNS TABLE (
    compartment text, record_id bigint, version bigint, filled_at timestamptz, updated_at timestamptz, unit_name text,
    has_sealed boolean, blob_id bigint, schema_version smallint, sealed bytea, key_version bigint, kek_id bigint,
    wrapped bytea
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    me ruv.actor := ruv.context();
    listed text[] := ruv.listed_of(victim);
    given public.role_grant;
    shows boolean;
BEGIN
    SELECT * INTO given FROM public.role_grant g WHERE g.role = me.role;
    shows := coalesce('shelter_location' = ANY (given.opened) AND 'shelter_location' <> ALL (given.own_only), false);
    RETURN QUERY
        SELECT h.compartment, h.record_id, h.version, h.filled_at, h.updated_at,
               CASE WHEN shows OR u.id = me.unit_id OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                    THEN u.name ELSE 'Centro de acogida (reservado)' END,
               h.sealed, b.id, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM public.compartment_head h
        JOIN public.unit u ON u.id = h.unit_id
        LEFT JOIN public.victim_blob b
            ON b.victim_id = h.victim_id AND b.record_id = h.record_id AND b.compartment = h.compartment
            AND b.version = h.version AND h.compartment = ANY (given.opened)
        LEFT JOIN public.victim_key k
            ON k.victim_id = b.victim_id AND k.record_id = b.record_id AND k.compartment = b.compartment
            AND k.version = b.key_version
        WHERE h.victim_id = victim AND h.compartment = ANY (listed);
END $$;
REVOKE EXECUTE ON FUNCTION ruv.sealed_of(bigint) FROM public;
GRANT EXECUTE ON FUNCTION ruv.sealed_of(bigint) TO ruv_app;

-- Who asks is asked once, not for each row of the roles.
CREATE OR REPLACE FUNCTION ruv.listed_of(victim bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
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
END $$;

CREATE OR REPLACE FUNCTION ruv.shows_shelters() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own text := (ruv.context()).role;
BEGIN
    RETURN coalesce((SELECT 'shelter_location' = ANY (g.opened) AND 'shelter_location' <> ALL (g.own_only)
                     FROM public.role_grant g WHERE g.role = own), false);
END $$;

RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
