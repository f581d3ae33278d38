-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.narrow_person(person bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    part record;
    kept text[];
BEGIN
    FOR part IN
        SELECT p.*, EXISTS (SELECT FROM public.plan l
                            WHERE l.case_id = p.case_id AND l.victim_id = p.victim_id AND l.unit_id = p.unit_id
                              AND l.state NOT IN ('CUMPLIDO', 'CERRADO_SIN_CUMPLIR')) AS answers
        FROM public.participation p
        WHERE p.victim_id = person AND p.given IS NOT NULL AND p.ended_at IS NULL
        ORDER BY answers, p.id LOOP
        kept := ruv.less_objected(part.given, part.victim_id, part.unit_id, part.referral_id);
        IF part.answers AND 'plan' = ANY (part.given) AND 'plan' <> ALL (kept)
           AND ruv.plan_heir(part.case_id, part.victim_id, part.unit_id) IS NULL
           AND NOT EXISTS (SELECT FROM public.participation o
                           WHERE o.case_id = part.case_id AND o.victim_id = part.victim_id AND o.unit_id = part.unit_id
                             AND o.id <> part.id AND o.ended_at IS NULL
                             AND (o.compartments IS NULL OR 'plan' = ANY (o.compartments))) THEN
            kept := ARRAY(SELECT g.name FROM unnest(part.given) WITH ORDINALITY AS g(name, place)
                          WHERE g.name = 'plan' OR g.name = ANY (kept) ORDER BY g.place);
        END IF;
        UPDATE public.participation p SET compartments = kept WHERE p.id = part.id AND p.victim_id = part.victim_id;
    END LOOP;
END $function$;
ALTER FUNCTION ruv.narrow_person(bigint) OWNER TO ruv_guard;
