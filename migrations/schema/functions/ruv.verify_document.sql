-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.verify_document(paper text, hash bytea)
 RETURNS TABLE(kind text, printed_on date)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT d.kind, (d.printed_at AT TIME ZONE 'America/Lima')::date FROM public.printed_document d
    WHERE d.code = paper AND length(hash) = 16 AND substring(d.content_hash FOR 16) = hash
$function$;
ALTER FUNCTION ruv.verify_document(text,bytea) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.verify_document(text,bytea) TO ruv_app;
