-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.is_whole(victim bigint, record bigint, wanted text, at bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    SELECT EXISTS (SELECT FROM public.victim_blob b
                   JOIN public.victim_key k ON k.victim_id = b.victim_id AND k.record_id = b.record_id
                                           AND k.compartment = b.compartment AND k.version = b.key_version
                   WHERE b.victim_id = victim AND b.record_id = record AND b.compartment = wanted AND b.version = at)
$function$;
ALTER FUNCTION ruv.is_whole(bigint,bigint,text,bigint) OWNER TO ruv_guard;
