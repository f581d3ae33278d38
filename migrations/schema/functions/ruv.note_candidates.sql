-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.note_candidates(pairs jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    noted integer;
BEGIN
    IF me.role IS DISTINCT FROM 'matching' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.match_candidate AS m (code, victim_id, other_id, run_id, row_number, band, score, fields,
                                             rules_version, origin, reason, found_unit_id)
    SELECT f.code, f.victim_id, f.other_id, f.run_id, f.row_number, f.band, f.score, f.fields, f.rules_version,
           f.origin, f.reason, me.unit_id
    FROM jsonb_populate_recordset(NULL::public.match_candidate, pairs) f
    WHERE f.run_id IS NOT NULL
       OR EXISTS (SELECT FROM public.participation p
                  WHERE p.victim_id IN (ruv.person_of_record(f.victim_id), ruv.person_of_record(f.other_id))
                    AND p.unit_id = me.unit_id AND p.ended_at IS NULL)
    ORDER BY f.victim_id, f.other_id
    ON CONFLICT (victim_id, other_id) DO UPDATE
        SET band = excluded.band, score = excluded.score, fields = excluded.fields,
            rules_version = excluded.rules_version, reason = coalesce(excluded.reason, m.reason),
            version = m.version + 1
        WHERE m.state = 'PENDIENTE' AND (excluded.score > m.score OR excluded.reason IS NOT NULL);
    GET DIAGNOSTICS noted = ROW_COUNT;
    RETURN noted;
END $function$;
ALTER FUNCTION ruv.note_candidates(jsonb) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.note_candidates(jsonb) TO ruv_app;
