-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.merge_records(command bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
BEGIN
    IF NOT ruv.two_agreed(command, 'FUSION') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM ruv.hold_persons(asked.victim_id, asked.other_id);
    IF (SELECT count(*) FROM public.victim v WHERE v.id IN (asked.victim_id, asked.other_id) AND v.merged_into IS NULL) < 2 THEN
        RAISE EXCEPTION 'not two persons' USING ERRCODE = 'RM003';
    END IF;
    IF asked.fingerprint <> ruv.merge_fingerprint(asked.victim_id, asked.other_id) THEN
        RAISE EXCEPTION 'changed since it was asked' USING ERRCODE = 'RM001';
    END IF;
    IF (SELECT count(*) FROM public.placement l
        WHERE l.victim_id IN (asked.victim_id, asked.other_id) AND l.left_at IS NULL) > 1 THEN
        RAISE EXCEPTION 'taken in twice' USING ERRCODE = 'RM002';
    END IF;
    IF EXISTS (SELECT FROM public.compartment_head h WHERE h.victim_id IN (asked.victim_id, asked.other_id)
               AND h.sealed AND NOT ruv.is_whole(h.victim_id, h.record_id, h.compartment, h.version)) THEN
        RAISE EXCEPTION 'a seal is broken' USING ERRCODE = 'RM004';
    END IF;
    IF ruv.faces_contradict(asked.victim_id, asked.other_id) THEN
        RAISE EXCEPTION 'sex and age contradict' USING ERRCODE = 'RM005';
    END IF;
    -- No two may lead at any moment; who does is settled below.
    UPDATE public.trafficking_case c SET parallel_to = l.id
    FROM public.trafficking_case l
    WHERE l.victim_id = asked.victim_id AND l.state NOT IN ('CERRADO', 'DESCARTADA') AND l.parallel_to IS NULL
      AND c.victim_id = asked.other_id AND c.state NOT IN ('CERRADO', 'DESCARTADA') AND c.parallel_to IS NULL;
    INSERT INTO public.record_merge (command_id, kept_id, absorbed_id, merged_by, merged_unit_id)
    VALUES (command, asked.victim_id, asked.other_id, me.user_id, me.unit_id);
    UPDATE public.victim v SET merged_into = asked.victim_id WHERE v.person_id = asked.other_id;
    PERFORM ruv.settle_persons(ARRAY[asked.victim_id]);
END $function$;
ALTER FUNCTION ruv.merge_records(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.merge_records(bigint) TO ruv_app;
