ALTER POLICY admit ON placement WITH CHECK (
    (SELECT ruv.permits('placements:write')) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND admitted_by = (SELECT (ruv.context()).user_id)
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = placement.victim_id AND p.case_id = placement.case_id)
);
DROP TRIGGER placement_place ON placement;
DROP TRIGGER placement_left ON placement;
DROP TABLE suitability_check, placement_leave, place_use, place_hold, shelter_place, shelter_site, shelter;
ALTER TABLE placement DROP COLUMN actual_place, DROP COLUMN grp, DROP COLUMN hold_id, DROP COLUMN sealed,
    DROP COLUMN key_version, DROP COLUMN sealed_exit, DROP COLUMN exit_key_version;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
DROP FUNCTION ruv.free_places(bigint[]), ruv.take_place(), ruv.leave_place(), ruv.settle_residents(),
    ruv.seize_place(bigint[], text, bigint, bigint), ruv.release_hold(bigint, bigint), ruv.hold_shelters(bigint[]), ruv.holds_here(),
    ruv.hold_place(bigint, text, bigint, text, text, bigint, timestamptz, text), ruv.join_by_hold(bigint),
    ruv.shelter_vacancies(), ruv.tell_left(bigint, text);
CREATE OR REPLACE FUNCTION ruv.expire_holds(ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN END $$;
CREATE OR REPLACE FUNCTION ruv.set_seats() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.population := ruv.population_bits(NEW.victim_id);
    END IF;
    NEW.seats := CASE WHEN NEW.ended_at IS NOT NULL THEN '{}' ELSE
        (NEW.unit_id * 16 + NEW.population) || ARRAY(
            SELECT -(a.user_id * 16 + NEW.population) FROM public.assignment a
            WHERE a.case_id = NEW.case_id AND a.victim_id = NEW.victim_id AND a.unit_id = NEW.unit_id
              AND a.ended_at IS NULL) END;
    NEW.housed := NEW.ended_at IS NULL AND EXISTS (
        SELECT FROM public.placement l WHERE l.case_id = NEW.case_id AND l.victim_id = NEW.victim_id
        AND l.unit_id = NEW.unit_id AND l.left_at IS NULL);
    RETURN NEW;
END $$;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
REVOKE INSERT ON participation, assignment FROM ruv_guard;
DROP POLICY told ON notice;
REVOKE INSERT ON notice FROM ruv_guard;
REVOKE USAGE ON SEQUENCE notice_id_seq FROM ruv_guard;
