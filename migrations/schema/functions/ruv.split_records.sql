-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.split_records(command bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
BEGIN
    IF NOT ruv.two_agreed(command, 'SEPARACION') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM ruv.hold_persons(asked.victim_id, asked.other_id);
    IF asked.fingerprint <> ruv.merge_fingerprint(asked.victim_id, asked.other_id) THEN
        RAISE EXCEPTION 'changed since it was asked' USING ERRCODE = 'RM001';
    END IF;
    UPDATE public.record_merge m SET split_command_id = command, split_at = now(), split_by = me.user_id,
        split_unit_id = me.unit_id
    WHERE m.absorbed_id = asked.other_id AND m.kept_id = asked.victim_id AND m.split_at IS NULL
      AND EXISTS (SELECT FROM public.victim v WHERE v.id = asked.victim_id AND v.merged_into IS NULL);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not merged directly' USING ERRCODE = 'RM003';
    END IF;
    WITH RECURSIVE leaving(id) AS (
        SELECT asked.other_id
        UNION SELECT m.absorbed_id FROM public.record_merge m JOIN leaving l ON m.kept_id = l.id WHERE m.split_at IS NULL)
    UPDATE public.victim v SET merged_into = nullif(asked.other_id, v.id) FROM leaving l WHERE v.id = l.id;
    PERFORM ruv.settle_persons(ARRAY[asked.victim_id, asked.other_id]);
END $function$;
ALTER FUNCTION ruv.split_records(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.split_records(bigint) TO ruv_app;
