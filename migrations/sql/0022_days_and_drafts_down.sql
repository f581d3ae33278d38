-- Back to the first second of the next day. Runs as ruv_owner.

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.effect_due(subject text, subject_row bigint, victim bigint) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF subject = 'referral' THEN
        RETURN (SELECT r.due_at FROM public.referral r
                WHERE r.id = subject_row AND r.victim_id = victim AND r.state = 'ENVIADA');
    ELSIF subject = 'place_hold' THEN
        RETURN (SELECT h.expires_at FROM public.place_hold h
                WHERE h.id = subject_row AND h.victim_id = victim AND h.state = 'VIGENTE');
    ELSIF subject = 'consent' THEN
        RETURN (SELECT (c.valid_until + 1)::timestamp AT TIME ZONE 'America/Lima' FROM public.consent c
                WHERE c.id = subject_row AND c.victim_id = victim
                  AND NOT EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = c.id));
    ELSIF subject = 'protection_measure' THEN
        RETURN (SELECT (m.until + 1)::timestamp AT TIME ZONE 'America/Lima' FROM public.protection_measure m
                WHERE m.id = subject_row AND m.victim_id = victim AND m.state = 'VIGENTE');
    END IF;
    RETURN NULL;
END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

ALTER TABLE clock NO FORCE ROW LEVEL SECURITY;
UPDATE clock SET due_at = due_at + interval '1 second', remind_at = remind_at + interval '1 second',
    escalate_at = escalate_at + interval '1 second', next_at = next_at + interval '1 second'
WHERE kind IN ('ACTIVIDAD', 'PRI_REVISION', 'SEGUIMIENTO', 'MEDIDA_VENCE', 'CONSENTIMIENTO_VENCE')
  AND (due_at AT TIME ZONE 'America/Lima')::time = '23:59:59';
ALTER TABLE clock FORCE ROW LEVEL SECURITY;

-- What such drafts say stays with their author; only the way back to their page is lost.
ALTER TABLE draft NO FORCE ROW LEVEL SECURITY;
UPDATE draft SET path = '/trabajo' WHERE path !~ '^(/[A-Za-z0-9_-]+)+$';
ALTER TABLE draft FORCE ROW LEVEL SECURITY;
ALTER TABLE draft DROP CONSTRAINT ck_draft_path;
ALTER TABLE draft ADD CONSTRAINT ck_draft_path CHECK (path ~ '^(/[A-Za-z0-9_-]+)+$' AND length(path) <= 200);
