-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.take_place()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    held public.place_hold;
    place bigint;
BEGIN
    IF NEW.left_at IS NOT NULL OR NEW.actual_place <> 'CENTRO_DE_ACOGIDA' OR NOT EXISTS (
        SELECT FROM public.unit u WHERE u.id = NEW.unit_id AND u.kind IN ('CAR', 'ALBERGUE', 'HRT')) THEN
        RETURN NEW;
    END IF;
    IF NEW.hold_id IS NULL THEN
        place := ruv.seize_place(ARRAY[NEW.unit_id], NEW.grp, NEW.id, NULL);
        IF place IS NULL THEN
            RAISE EXCEPTION 'no place is free' USING ERRCODE = 'RS001';
        END IF;
    ELSE
        UPDATE public.place_hold h SET state = 'CONVERTIDA', ended_at = now(), version = h.version + 1
        WHERE h.id = NEW.hold_id AND h.victim_id = NEW.victim_id AND h.case_id = NEW.case_id
          AND h.unit_id = NEW.unit_id AND h.state = 'VIGENTE' AND h.expires_at > now()
        RETURNING h.* INTO held;
        IF held.id IS NULL THEN
            RAISE EXCEPTION 'no such hold' USING ERRCODE = 'RS002';
        END IF;
        UPDATE public.place_use u SET ended_at = now() WHERE u.hold_id = held.id AND u.ended_at IS NULL
        RETURNING u.place_id INTO place;
        INSERT INTO public.place_use (place_id, placement_id) VALUES (place, NEW.id);
        UPDATE public.placement l SET left_at = now(), exit_reason = 'TRASLADO', version = l.version + 1
        WHERE l.id = held.from_placement_id AND l.victim_id = NEW.victim_id AND l.left_at IS NULL;
    END IF;
    NEW.grp := (SELECT p.grp FROM public.shelter_place p WHERE p.id = place);
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.take_place() OWNER TO ruv_guard;
