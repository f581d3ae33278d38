-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.queue_audit_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO public.audit_queue (event_id) VALUES (NEW.id);
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.queue_audit_event() OWNER TO ruv_guard;
