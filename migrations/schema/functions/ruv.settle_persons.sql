-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.settle_persons(persons bigint[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    person bigint;
BEGIN
    UPDATE public.profile f SET victim_id = f.record_id, record_id = NULL
    WHERE f.record_id IS NOT NULL
      AND f.victim_id IN (SELECT v.id FROM public.victim v WHERE v.person_id = ANY (persons));
    FOREACH person IN ARRAY persons LOOP
        IF NOT EXISTS (SELECT FROM public.profile f WHERE f.victim_id = person) THEN
            UPDATE public.profile f SET record_id = f.victim_id, victim_id = person
            WHERE f.victim_id = (SELECT h.record_id FROM public.compartment_head h
                                 WHERE h.victim_id = person AND h.compartment = 'identity'
                                 ORDER BY h.updated_at DESC, h.record_id DESC LIMIT 1);
        END IF;
        PERFORM ruv.arrange_cases(person);
        UPDATE public.participation p SET population = ruv.population_bits(person), seats = NULL  -- set_seats() fills it
        WHERE p.victim_id = person;
        PERFORM ruv.narrow_person(person);
    END LOOP;
END $function$;
ALTER FUNCTION ruv.settle_persons(bigint[]) OWNER TO ruv_guard;
