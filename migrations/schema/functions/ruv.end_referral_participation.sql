-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.end_referral_participation(referral bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    unit bigint := (ruv.context()).unit_id;
    part public.participation;
BEGIN
    SELECT p.* INTO part FROM public.participation p JOIN public.referral r ON r.id = p.referral_id
    WHERE r.id = referral AND p.ended_at IS NULL AND unit IN (r.from_unit_id, r.to_unit_id)
      AND r.state IN ('CONCLUIDA', 'INTERRUMPIDA', 'RETIRADA', 'VENCIDA');
    IF part.id IS NULL THEN
        RETURN false;
    END IF;
    IF ruv.last_part(part.case_id, part.unit_id)
       AND NOT EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id
                       AND o.unit_id = part.unit_id AND o.id <> part.id AND o.ended_at IS NULL) THEN
        RAISE EXCEPTION 'nobody would take part in the case' USING ERRCODE = '23514';
    END IF;
    UPDATE public.participation p SET ended_at = now() WHERE p.id = part.id;
    -- Another open participation of the same unit in the same case keeps its team and its guest.
    IF EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id AND o.victim_id = part.victim_id
               AND o.unit_id = part.unit_id AND o.ended_at IS NULL) THEN
        RETURN true;
    END IF;
    UPDATE public.assignment a SET ended_at = now()
    WHERE a.case_id = part.case_id AND a.victim_id = part.victim_id AND a.unit_id = part.unit_id AND a.ended_at IS NULL;
    -- A unit that no longer sees her could not record that she left, and no other shelter could admit her.
    UPDATE public.placement l SET left_at = now(), exit_reason = 'PARTICIPACION_TERMINADA', version = l.version + 1
    WHERE l.case_id = part.case_id AND l.victim_id = part.victim_id AND l.unit_id = part.unit_id AND l.left_at IS NULL;
    RETURN true;
END $function$;
ALTER FUNCTION ruv.end_referral_participation(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.end_referral_participation(bigint) TO ruv_app;
