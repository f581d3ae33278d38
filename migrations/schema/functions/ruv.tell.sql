-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.tell(wanted text, receiver bigint, subject text, victim bigint, kase bigint, by_unit bigint)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    INSERT INTO public.notice (victim_id, case_id, code, kind, unit_id, subject_code, by_unit_id)
    VALUES (victim, kase, ruv.new_code('AV'), wanted, receiver, subject,
            (SELECT u.id FROM public.unit u WHERE u.id = by_unit AND u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')))
$function$;
ALTER FUNCTION ruv.tell(text,bigint,text,bigint,bigint,bigint) OWNER TO ruv_guard;
