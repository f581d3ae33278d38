-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.merge_fingerprint(one bigint, other bigint)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    persons bigint[] := ARRAY(SELECT v.person_id FROM public.victim v WHERE v.id IN (one, other));
BEGIN
    IF NOT (ruv.permits('commands:request') OR ruv.permits('commands:approve'))
       OR NOT (ruv.oversees_commands() OR ruv.command_in_scope(one, other, NULL)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN encode(sha256((SELECT k.inner_pad FROM ruv.context_key k) || convert_to(concat_ws(';',
        (SELECT string_agg(concat_ws('.', v.id, v.person_id), ',' ORDER BY v.id)
         FROM public.victim v WHERE v.person_id = ANY (persons)),
        (SELECT string_agg(concat_ws('.', h.record_id, h.compartment, h.version), ',' ORDER BY h.record_id, h.compartment)
         FROM public.compartment_head h WHERE h.victim_id = ANY (persons)),
        (SELECT string_agg(concat_ws('.', c.id, c.version), ',' ORDER BY c.id)
         FROM public.trafficking_case c WHERE c.victim_id = ANY (persons))), 'UTF8')), 'hex');
END $function$;
ALTER FUNCTION ruv.merge_fingerprint(bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.merge_fingerprint(bigint,bigint) TO ruv_app;
