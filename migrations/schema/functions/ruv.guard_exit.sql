-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.guard_exit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    known record;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO known FROM ruv.exit_grounds(NEW.id);
    IF coalesce(known.child, true) AND NOT coalesce(CASE NEW.exit_reason
        WHEN 'TRASLADO' THEN known.destination
        WHEN 'REINTEGRACION_FAMILIAR' THEN known.fit AND known.own_family
        WHEN 'FAMILIA_SUSTITUTA' THEN known.fit AND known.other_family
        WHEN 'MAYORIA_DE_EDAD' THEN known.may_be_of_age
        WHEN 'VIDA_INDEPENDIENTE' THEN known.may_be_of_age
        WHEN 'RETORNO_AL_PAIS' THEN known.returns
        WHEN 'EGRESO_NO_AUTORIZADO' THEN true
        WHEN 'FALLECIMIENTO' THEN true END, false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $function$;
ALTER FUNCTION ruv.guard_exit() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.guard_exit() TO ruv_app;
