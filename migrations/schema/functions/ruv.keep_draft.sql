-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.keep_draft(draft json)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF NOT coalesce(me.user_id > 0 AND me.unit_id > 0, false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.draft AS d
        (id, user_id, unit_id, form, kind, path, subject_code, reason, version, kek_id, wrapped, sealed)
    SELECT n.id, me.user_id, me.unit_id, n.form, n.kind, n.path, n.subject_code, n.reason, n.version, n.kek_id,
           n.wrapped, n.sealed
    FROM json_populate_record(NULL::public.draft, draft) n
    ON CONFLICT (user_id, unit_id, form) DO UPDATE SET
        path = excluded.path, subject_code = excluded.subject_code, reason = excluded.reason,
        version = excluded.version, kek_id = excluded.kek_id, wrapped = excluded.wrapped, sealed = excluded.sealed,
        updated_at = now()
    WHERE d.id = excluded.id AND d.version < excluded.version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another draft of this form is there' USING ERRCODE = '23505';
    END IF;
END $function$;
ALTER FUNCTION ruv.keep_draft(json) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.keep_draft(json) TO ruv_app;
