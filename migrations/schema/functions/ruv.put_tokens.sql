-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.put_tokens(records bigint[], tokens bigint[], kinds smallint[], through bigint, done bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'maintenance' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.victim_token (token, victim_id, kind, key_version)
    SELECT t.token, t.record, t.kind, k.version::smallint
    FROM unnest(records, tokens, kinds) AS t(record, token, kind)
    CROSS JOIN (SELECT q.version FROM public.index_rotation r JOIN public.kek q ON q.id = r.key_id
                WHERE r.finished_at IS NULL) k
    ON CONFLICT DO NOTHING;
    UPDATE public.index_rotation r SET done_through = through, records = r.records + done
    WHERE r.finished_at IS NULL AND r.done_through < through;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another rebuild was quicker' USING ERRCODE = '40001';
    END IF;
END $function$;
ALTER FUNCTION ruv.put_tokens(bigint[],bigint[],smallint[],bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.put_tokens(bigint[],bigint[],smallint[],bigint,bigint) TO ruv_app;
