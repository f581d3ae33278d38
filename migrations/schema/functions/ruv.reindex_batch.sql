-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.reindex_batch(most integer)
 RETURNS TABLE(
     record_id bigint,
     blob_id bigint,
     version bigint,
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
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH v AS (SELECT w.id, w.person_id FROM public.victim w
                   WHERE w.id > (SELECT r.done_through FROM public.index_rotation r WHERE r.finished_at IS NULL)
                   ORDER BY w.id LIMIT most)
        SELECT v.id, b.id, b.version, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM v
        LEFT JOIN public.victim_blob b ON b.victim_id = v.person_id AND b.record_id = v.id
                                      AND b.compartment = 'identity'
        LEFT JOIN public.victim_key k ON k.victim_id = v.person_id AND k.record_id = v.id
                                     AND k.compartment = 'identity' AND k.version = b.key_version
        UNION ALL
        SELECT v.id, NULL, h.version, NULL, NULL, NULL, NULL, NULL
        FROM v JOIN public.compartment_head h ON h.victim_id = v.person_id AND h.record_id = v.id
                                             AND h.compartment = 'identity' AND h.sealed
        WHERE NOT EXISTS (SELECT FROM public.victim_blob b
                          WHERE b.victim_id = h.victim_id AND b.record_id = h.record_id
                            AND b.compartment = h.compartment AND b.version = h.version)
        ORDER BY 1, 3;
END $function$;
ALTER FUNCTION ruv.reindex_batch(integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.reindex_batch(integer) TO ruv_app;
