-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.take_clocks(at timestamp with time zone, most integer)
 RETURNS bigint[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    taken bigint[];
    more bigint[];
    known record;
BEGIN
    taken := ARRAY(SELECT c.id FROM public.clock c
                   WHERE c.next_at <= at AND (c.effect IS NULL OR c.state <> 'CORRIENDO' OR c.due_at > at)
                   ORDER BY c.next_at LIMIT most FOR UPDATE SKIP LOCKED);
    FOR known IN SELECT * FROM (VALUES ('expire_referrals', 'referral'), ('expire_holds', 'place_hold'),
                                       ('expire_consents', 'consent'),
                                       ('expire_measures', 'protection_measure')) AS v(effect, subject) LOOP
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
END $function$;
ALTER FUNCTION ruv.take_clocks(timestamp with time zone,integer) OWNER TO ruv_guard;
