-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_account_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor;
    signed boolean;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    me := ruv.context();
    signed := (NEW.decided_by, NEW.decided_unit_id, NEW.decided_institution_id)
              IS NOT DISTINCT FROM (me.user_id, me.unit_id, me.institution_id);
    IF OLD.state <> 'PENDIENTE' OR NEW.version <> OLD.version + 1 OR NEW.decided_at IS DISTINCT FROM now()
       OR NOT coalesce(CASE
            WHEN NEW.state IN ('EJECUTADA', 'RECHAZADA') THEN signed AND OLD.expires_at > now() AND ruv.may_second(OLD.id)
            WHEN NEW.state = 'RETIRADA' THEN signed AND OLD.expires_at > now() AND me.user_id = OLD.requested_by
            WHEN NEW.state = 'VENCIDA' THEN OLD.expires_at <= now() AND NEW.decided_by IS NULL
                AND NEW.decided_unit_id IS NULL AND NEW.decided_institution_id IS NULL
            END, false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    NEW.secret_mark := NULL;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_account_request() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.guard_account_request() TO ruv_app;
