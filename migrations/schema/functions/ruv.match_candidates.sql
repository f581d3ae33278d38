-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.match_candidates(tokens bigint[], most integer)
 RETURNS TABLE(
     record_id bigint,
     person_id bigint,
     unit_id bigint,
     unit_name text,
     shared integer,
     document_shared boolean,
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
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF me.role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT s.victim_id, v.person_id, un.id,
               CASE WHEN un.id = me.unit_id OR un.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') THEN un.name
                    ELSE 'Centro de acogida (reservado)' END, s.shared, s.document_shared,
               b.id, h.version, b.schema_version, b.sealed, k.version, k.kek_id, k.wrapped
        FROM (SELECT t.victim_id, count(*)::integer AS shared, bool_or(t.kind = 1) AS document_shared
              FROM public.victim_token t WHERE t.token = ANY (tokens)
              GROUP BY t.victim_id
              ORDER BY document_shared DESC, shared DESC, t.victim_id LIMIT least(most, 200)) s
        JOIN public.victim v ON v.id = s.victim_id
        JOIN public.unit un ON un.id = v.registered_unit_id
        LEFT JOIN public.compartment_head h ON h.victim_id = v.person_id AND h.record_id = s.victim_id
                                           AND h.compartment = 'identity' AND h.sealed
        LEFT JOIN public.victim_blob b ON b.victim_id = h.victim_id AND b.record_id = h.record_id
                                      AND b.compartment = h.compartment AND b.version = h.version
        LEFT JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                     AND k.compartment = 'identity'
                                     AND k.version = b.key_version
        ORDER BY s.document_shared DESC, s.shared DESC, s.victim_id;
END $function$;
ALTER FUNCTION ruv.match_candidates(bigint[],integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.match_candidates(bigint[],integer) TO ruv_app;
