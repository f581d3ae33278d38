-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.effect_due(subject text, subject_row bigint, victim bigint)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF subject = 'referral' THEN
        RETURN (SELECT r.due_at FROM public.referral r
                WHERE r.id = subject_row AND r.victim_id = victim AND r.state = 'ENVIADA');
    ELSIF subject = 'place_hold' THEN
        RETURN (SELECT h.expires_at FROM public.place_hold h
                WHERE h.id = subject_row AND h.victim_id = victim AND h.state = 'VIGENTE');
    ELSIF subject = 'consent' THEN
        RETURN (SELECT (c.valid_until + time '23:59:59') AT TIME ZONE 'America/Lima' FROM public.consent c
                WHERE c.id = subject_row AND c.victim_id = victim
                  AND NOT EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = c.id));
    ELSIF subject = 'protection_measure' THEN
        RETURN (SELECT (m.until + time '23:59:59') AT TIME ZONE 'America/Lima' FROM public.protection_measure m
                WHERE m.id = subject_row AND m.victim_id = victim AND m.state = 'VIGENTE');
    END IF;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.effect_due(text,bigint,bigint) OWNER TO ruv_guard;
