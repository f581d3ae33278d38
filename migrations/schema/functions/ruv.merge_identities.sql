-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.merge_identities(one bigint, other bigint)
 RETURNS TABLE(
     person_id bigint,
     record_id bigint,
     updated_at timestamp with time zone,
     version bigint,
     blob_id bigint,
     schema_version smallint,
     sealed bytea,
     key_version bigint,
     kek_id bigint,
     wrapped bytea,
     sex text,
     age_years smallint,
     age_min smallint,
     age_max smallint,
     first_year integer,
     last_year integer
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT v.id, h.record_id, h.updated_at, CASE WHEN h.sealed THEN h.version END, b.id, b.schema_version, b.sealed,
               k.version, k.kek_id, k.wrapped, f.sex, f.age_years, f.age_min, f.age_max, c.since, c.until
        FROM public.victim v
        CROSS JOIN LATERAL (SELECT extract(year FROM min(t.first_identified_on))::integer AS since,
                                   extract(year FROM max(t.first_identified_on))::integer AS until
                            FROM public.trafficking_case t WHERE t.victim_id = v.id) c
        LEFT JOIN public.profile f ON f.victim_id = v.id
        LEFT JOIN public.compartment_head h ON h.victim_id = v.id AND h.compartment = 'identity'
        LEFT JOIN public.victim_blob b ON b.victim_id = h.victim_id AND b.record_id = h.record_id
                                      AND b.compartment = h.compartment AND b.version = h.version
        LEFT JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                     AND k.compartment = b.compartment AND k.version = b.key_version
        WHERE v.id IN (one, other);
END $function$;
ALTER FUNCTION ruv.merge_identities(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.merge_identities(bigint,bigint) TO ruv_app;
