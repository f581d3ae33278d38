-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.check_keys()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF EXISTS (SELECT FROM fresh n
               JOIN public.victim_blob b ON b.victim_id = n.victim_id AND b.compartment = n.compartment
                                        AND b.record_id = n.record_id AND b.key_version = n.version)
       OR EXISTS (SELECT FROM fresh n
                  JOIN public.sealed_part s ON s.record_id = n.record_id AND s.compartment = n.compartment
                  WHERE n.version <= s.newest_key
                     OR NOT EXISTS (SELECT FROM public.victim_key k
                                    WHERE k.victim_id = n.victim_id AND k.compartment = n.compartment
                                      AND k.record_id = n.record_id AND k.version = s.newest_key)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501', CONSTRAINT = 'sealed_before';
    END IF;
    INSERT INTO public.sealed_part AS s (record_id, compartment, newest_key)
    SELECT n.record_id, n.compartment, max(n.version) FROM fresh n GROUP BY n.record_id, n.compartment
    ON CONFLICT (record_id, compartment) DO UPDATE SET newest_key = greatest(s.newest_key, excluded.newest_key);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.check_keys() OWNER TO ruv_guard;
