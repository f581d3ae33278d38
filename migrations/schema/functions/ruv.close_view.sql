-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.close_view(referral bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    part record;
BEGIN
    FOR part IN UPDATE public.participation p SET ended_at = now()
                WHERE p.referral_id = referral AND p.ended_at IS NULL
                RETURNING p.victim_id, p.case_id, p.unit_id LOOP
        UPDATE public.assignment a SET ended_at = now()
        WHERE a.case_id = part.case_id AND a.victim_id = part.victim_id AND a.unit_id = part.unit_id
          AND a.ended_at IS NULL
          AND NOT EXISTS (SELECT FROM public.participation o WHERE o.case_id = part.case_id
                          AND o.victim_id = part.victim_id AND o.unit_id = part.unit_id AND o.ended_at IS NULL);
    END LOOP;
END $function$;
ALTER FUNCTION ruv.close_view(bigint) OWNER TO ruv_guard;
