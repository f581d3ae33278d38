-- A term in days ends with the last second of its day in Lima. Clocks of activities, reviews, contacts, measures and
-- consents ended at 00:00 of the next, and so were shown a day late. Runs as ruv_owner.

-- Only these kinds were reckoned so, always to the second; where somebody gave an hour (a leave, an answer), midnight
-- is what was meant. Ended ones too: what history says of a day does not depend on when it was written.
ALTER TABLE clock NO FORCE ROW LEVEL SECURITY;  -- the owner would see no row to move
UPDATE clock SET due_at = due_at - interval '1 second', remind_at = remind_at - interval '1 second',
    escalate_at = escalate_at - interval '1 second', next_at = next_at - interval '1 second'
WHERE kind IN ('ACTIVIDAD', 'PRI_REVISION', 'SEGUIMIENTO', 'MEDIDA_VENCE', 'CONSENTIMIENTO_VENCE')
  AND (due_at AT TIME ZONE 'America/Lima')::time = '00:00:00';
ALTER TABLE clock FORCE ROW LEVEL SECURITY;

-- As before; but a consent and a measure run out with the last second of their last day.
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
        RETURN (SELECT (c.valid_until + time '23:59:59') AT TIME ZONE 'America/Lima' FROM public.consent c
                WHERE c.id = subject_row AND c.victim_id = victim
                  AND NOT EXISTS (SELECT FROM public.consent_event e WHERE e.consent_id = c.id));
    ELSIF subject = 'protection_measure' THEN
        RETURN (SELECT (m.until + time '23:59:59') AT TIME ZONE 'America/Lima' FROM public.protection_measure m
                WHERE m.id = subject_row AND m.victim_id = victim AND m.state = 'VIGENTE');
    END IF;
    RETURN NULL;
END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

-- A draft is of any page, also of one that is told by its parameters; codes and words as before.
ALTER TABLE draft DROP CONSTRAINT ck_draft_path;
ALTER TABLE draft ADD CONSTRAINT ck_draft_path
    CHECK (path ~ '^(/[A-Za-z0-9_.~%-]+)+(\?[A-Za-z0-9_.~%=&-]*)?$' AND length(path) <= 200);
