-- Takes back 0010_proceedings.sql.
DROP TABLE family_link, protection_measure, protection_step, protection_procedure;
DROP POLICY scope ON proceeding;
DROP POLICY advance ON proceeding;
DROP TABLE case_proceeding, proceeding;
ALTER TABLE clock NO FORCE ROW LEVEL SECURITY;  -- the owner would see no row to change
UPDATE clock SET effect = NULL WHERE effect = 'expire_measures';
ALTER TABLE clock FORCE ROW LEVEL SECURITY;
ALTER TABLE clock DROP CONSTRAINT ck_clock_effect,
    ADD CONSTRAINT ck_clock_effect CHECK (effect IN ('expire_referrals', 'expire_holds', 'expire_consents'));
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.take_clocks(at timestamptz, most integer) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    taken bigint[];
    more bigint[];
    known record;
BEGIN
    taken := ARRAY(SELECT c.id FROM public.clock c
                   WHERE c.next_at <= at AND (c.effect IS NULL OR c.state <> 'CORRIENDO' OR c.due_at > at)
                   ORDER BY c.next_at LIMIT most FOR UPDATE SKIP LOCKED);
    FOR known IN SELECT * FROM (VALUES ('expire_referrals', 'referral'), ('expire_holds', 'place_hold'),
                                       ('expire_consents', 'consent')) AS v(effect, subject) LOOP
        CONTINUE WHEN to_regclass('public.' || known.subject) IS NULL OR cardinality(taken) >= most;
        EXECUTE format(
            'SELECT ARRAY(SELECT c.id FROM public.clock c JOIN public.%I s ON s.id = c.row_id
                          AND s.victim_id = c.victim_id
                          WHERE c.next_at <= $1 AND c.due_at <= $1 AND c.state = ''CORRIENDO'' AND c.effect = $2
                          AND c.subject_table = $3 ORDER BY c.next_at LIMIT $4 FOR UPDATE OF s, c SKIP LOCKED)',
            known.subject)
            INTO more USING at, known.effect, known.subject, most - cardinality(taken);
        taken := taken || more;
    END LOOP;
    RETURN taken;
END $$;
DROP FUNCTION ruv.step_units(bigint), ruv.proceeding_of(bytea), ruv.expire_measures(bigint[]);
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
