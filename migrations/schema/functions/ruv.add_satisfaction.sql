-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.add_satisfaction(closed date, counts jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF coalesce((ruv.context()).role NOT IN ('maintenance', 'scheduler'), true) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    INSERT INTO public.satisfaction_count AS c (month, service, question, answer, count)
    SELECT closed, n.service, n.question, n.answer, n.count
    FROM jsonb_to_recordset(counts) AS n(service text, question text, answer text, count bigint)
    ON CONFLICT (month, service, question, answer) DO UPDATE SET count = c.count + excluded.count;
END $function$;
ALTER FUNCTION ruv.add_satisfaction(date,jsonb) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.add_satisfaction(date,jsonb) TO ruv_app;
