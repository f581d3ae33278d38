-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.sealed_of(victim bigint)
 RETURNS TABLE(
     compartment text,
     record_id bigint,
     version bigint,
     filled_at timestamp with time zone,
     updated_at timestamp with time zone,
     unit_name text,
     has_sealed boolean,
     blob_id bigint,
     schema_version smallint,
     sealed bytea,
     key_version bigint,
     kek_id bigint,
     wrapped bytea
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
END $function$;
ALTER FUNCTION ruv.sealed_of(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.sealed_of(bigint) TO ruv_app;
