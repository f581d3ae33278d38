-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor;
    refused boolean;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    me := ruv.context();
    IF me.role IN ('sign_in', 'setup') THEN
        RETURN NEW;
    END IF;
    IF me.user_id = OLD.id THEN
        refused := NEW.disabled_at IS DISTINCT FROM OLD.disabled_at;
    ELSE
        refused := NEW.password_hash IS DISTINCT FROM OLD.password_hash
                OR NEW.initial_until IS DISTINCT FROM OLD.initial_until
                OR NEW.disabled_at IS DISTINCT FROM OLD.disabled_at
                   AND (ruv.two_to_close(OLD.role)
                        OR NEW.disabled_at IS NULL AND (NEW.service_account OR NOT ruv.may_grant(NEW.role)));
    END IF;
    IF refused THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_account() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.guard_account() TO ruv_app;
