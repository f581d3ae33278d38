-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.referral_accepted(referral bigint, victim bigint, kase bigint, shared text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.referral r WHERE r.id = referral AND r.victim_id = victim AND r.case_id = kase
                   AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                   AND r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES')
                   AND r.answered_at = now() AND r.answered_by = (SELECT (ruv.context()).user_id)
                   AND shared IS NOT NULL AND shared <@ r.compartments)
       AND NOT EXISTS (SELECT FROM public.participation p WHERE p.referral_id = referral AND p.victim_id = victim)
$function$;
ALTER FUNCTION ruv.referral_accepted(bigint,bigint,bigint,text[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.referral_accepted(bigint,bigint,bigint,text[]) TO ruv_app;
